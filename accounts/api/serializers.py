"""The API's view of people, keys, sessions and usage. None of these writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import EmailValidator
from django.utils import timezone
from rest_framework import serializers

from accounts.access.scopes import ALL_SCOPES
from accounts.currencies import CODES
from accounts.models import Account, ApiKey, Role, Session
from config.api.fields import PublicIdField, Text
from config.api.serializers import StrictSerializer


class Credentials(StrictSerializer):
    email = Text(max_length=254)
    password = Text(max_length=1024, trim_whitespace=False)
    code = Text(
        max_length=20,
        default="",
        allow_blank=True,
        help_text="The code from the authenticator app, if two-factor sign-in is on.",
    )


class SignIn(Credentials):
    account = PublicIdField(
        "acct",
        required=False,
        help_text=(
            "The account in which the session works, for people who are in several; else the one "
            "chosen last."
        ),
    )


class Registration(StrictSerializer):
    email = Text(max_length=254, validators=[EmailValidator("Enter a valid e-mail address.")])
    password = Text(max_length=1024, trim_whitespace=False)
    name = Text(max_length=150)


class NewKey(StrictSerializer):
    name = Text(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ALL_SCOPES),
        default=list(ALL_SCOPES),
        allow_empty=False,
        help_text="All scopes if omitted.",
    )
    expiresAt = serializers.DateTimeField(source="expires_at", default=None, allow_null=True)

    def validate_expiresAt(self, value: datetime | None) -> datetime | None:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("Must be in the future.")
        return value


class UserSerializer(serializers.Serializer[Any]):
    id = PublicIdField("usr")
    email = serializers.EmailField()
    name = serializers.CharField()
    language = serializers.CharField(
        help_text="Of the pages that this person sees; empty for what the browser asks for."
    )
    createdAt = serializers.DateTimeField(source="date_joined")


class SignedInSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Send it as `Authorization: Bearer <token>`.")
    user = UserSerializer()


class VerificationSentSerializer(serializers.Serializer[Any]):
    verificationSent = serializers.BooleanField(default=True)


class PlanSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class AccountSerializer(serializers.Serializer[Any]):
    id = PublicIdField("acct")
    name = serializers.CharField()
    currency = serializers.CharField(
        help_text="ISO code of the currency in which new listings are priced."
    )
    webOrigins = serializers.SerializerMethodField(
        help_text=(
            "Web sites whose pages may call the compatible APIs from the browser with keys of this "
            "account."
        ),
    )
    createdAt = serializers.DateTimeField(source="created_at")

    def get_webOrigins(self, account: Account) -> list[str]:
        return [named.origin for named in account.web_origins.all()]


class AccountChange(StrictSerializer):
    name = Text(max_length=150, required=False, help_text="The person's name.")
    language = serializers.ChoiceField(
        choices=[("", "what the browser asks for"), *settings.LANGUAGES],
        required=False,
        allow_blank=True,
        help_text="Of the pages that this person sees; answers of the API stay English.",
    )
    currency = serializers.ChoiceField(choices=CODES, required=False)
    webOrigins = serializers.ListField(
        child=Text(max_length=200),
        source="web_origins",
        required=False,
        help_text="Such as `https://shop.example`; at most 20. They replace those named before.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(
                "Send name, language, currency or webOrigins, or several of them."
            )
        return attrs


class AccountDeletion(StrictSerializer):
    password = Text(max_length=1024, trim_whitespace=False)
    code = Text(
        max_length=20,
        default="",
        allow_blank=True,
        help_text="The code from the authenticator app, if two-factor sign-in is on.",
    )


class DeletionSerializer(serializers.Serializer[Any]):
    deleting = serializers.BooleanField(
        help_text="Nobody can sign in any more; pictures and data are being removed."
    )


class CallSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField(source="moment")
    method = serializers.CharField()
    path = serializers.CharField(help_text="Without its query.")
    status = serializers.IntegerField()
    milliseconds = serializers.IntegerField()
    requestId = serializers.CharField(
        source="request_id", help_text="As in the answer's `X-Request-Id`; the site's log knows it."
    )
    key = serializers.CharField(
        help_text="The part of the API key that is not secret; empty for a session."
    )
    code = serializers.CharField(help_text="The error's, or empty.")


class CallsSerializer(serializers.Serializer[Any]):
    items = CallSerializer(many=True)


class QuotaSerializer(serializers.Serializer[Any]):
    operation = serializers.CharField()
    limit = serializers.IntegerField()
    used = serializers.IntegerField(help_text="Includes jobs in progress.")
    remaining = serializers.IntegerField()
    resetsAt = serializers.DateTimeField(source="resets_at")


class MeSerializer(serializers.Serializer[Any]):
    user = UserSerializer()
    account = AccountSerializer()
    role = serializers.ChoiceField(
        choices=Role.choices,
        allow_null=True,
        help_text="What the person may in the account; null for an API key, which has scopes.",
    )
    plan = PlanSerializer()
    quotas = QuotaSerializer(many=True)


class UsageSerializer(serializers.Serializer[Any]):
    plan = PlanSerializer()
    month = serializers.CharField(help_text="The month, such as `2027-03`, in UTC.")
    quotas = QuotaSerializer(many=True)


class SessionSerializer(serializers.Serializer[Session]):
    id = PublicIdField("sess")
    createdAt = serializers.DateTimeField(source="created_at")
    lastUsedAt = serializers.DateTimeField(source="last_used_at")
    expiresAt = serializers.DateTimeField(source="expire_date")
    userAgent = serializers.CharField(source="user_agent")
    ip = serializers.IPAddressField(allow_null=True)
    current = serializers.SerializerMethodField(
        help_text="Whether this is the session of this request."
    )

    def get_current(self, session: Session) -> bool:
        return bool(session.pk == self.context.get("session_id"))


class KeySerializer(serializers.Serializer[ApiKey]):
    id = PublicIdField("key")
    name = serializers.CharField()
    prefix = serializers.CharField(
        source="shown", help_text="The part of the key that is not secret."
    )
    scopes = serializers.ListField(child=serializers.CharField())
    enabled = serializers.BooleanField()
    expiresAt = serializers.DateTimeField(source="expires_at", allow_null=True)
    lastUsedAt = serializers.DateTimeField(source="last_used_at", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")


class CreatedKeySerializer(KeySerializer):
    key = serializers.SerializerMethodField(
        help_text="The full key. It is shown only once: a replayed answer has null here."
    )

    def get_key(self, key: ApiKey) -> str | None:
        plain: str | None = self.context["plain"]
        return plain
