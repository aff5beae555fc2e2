"""Webhooks as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.fields import Flag, PublicIdField, Text
from config.api.serializers import PageQuery, StrictSerializer
from processing.delivery.payloads import EVENTS
from processing.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint


def _url(**options: Any) -> Text:
    return Text(
        max_length=2000,
        help_text="http or https, on port 80, 443, 8080 or 8443 of a public server.",
        **options,
    )


def _events(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices=EVENTS),
        min_length=1,
        max_length=len(EVENTS),
        help_text="The events to notify about.",
        **options,
    )


def _secret() -> Text:
    return Text(
        min_length=16,
        max_length=200,
        required=False,
        trim_whitespace=False,
        help_text=(
            "Your own secret: base64 of 24 to 64 bytes, with or without `whsec_` before it, as "
            "Standard Webhooks libraries take it. If omitted, one is generated."
        ),
    )


class WebhookBody(StrictSerializer):
    url = _url()
    events = _events()
    description = Text(max_length=200, default="", allow_blank=True)
    secret = _secret()


class WebhookChange(StrictSerializer):
    url = _url(required=False)
    events = _events(required=False)
    description = Text(max_length=200, required=False, allow_blank=True)
    enabled = Flag(required=False, help_text="Enabling it again clears the notice.")


class RotationBody(StrictSerializer):
    secret = _secret()


class WebhookSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    id = PublicIdField("wh", read_only=True)
    events = serializers.ListField(child=serializers.ChoiceField(choices=EVENTS), read_only=True)
    notice = serializers.CharField(read_only=True, help_text="Why Packshot disabled it.")
    dialect = serializers.CharField(
        read_only=True,
        help_text=(
            "The compatible API it was registered with, in whose format it is notified; empty "
            "for this API."
        ),
    )
    failingSince = serializers.DateTimeField(
        source="failing_since", read_only=True, allow_null=True
    )
    previousSecretUntil = serializers.DateTimeField(
        source="previous_until",
        read_only=True,
        allow_null=True,
        help_text="Until then, messages are signed with both secrets.",
    )
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    class Meta:
        model = WebhookEndpoint
        fields = [
            *("id", "url", "description", "events", "enabled", "notice", "dialect"),
            *("failingSince", "previousSecretUntil", "createdAt", "updatedAt"),
        ]
        read_only_fields = ["url", "description", "enabled"]


class NewWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="Shown only once: a replayed answer has null here.",
    )

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class AttemptSerializer(serializers.ModelSerializer[WebhookAttempt]):
    status = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Null if there was no response."
    )
    answer = serializers.CharField(
        read_only=True, help_text="The first 500 characters of the response."
    )
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta:
        model = WebhookAttempt
        fields = ["number", "status", "seconds", "error", "answer", "createdAt"]
        read_only_fields = ["number", "seconds", "error"]


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    id = PublicIdField("whd", read_only=True, help_text="Sent as `webhook-id` with every attempt.")
    state = serializers.ChoiceField(choices=DeliveryState.choices, read_only=True)
    payload = serializers.DictField(read_only=True)
    attempts = AttemptSerializer(source="tries", many=True, read_only=True)
    nextAttemptAt = serializers.SerializerMethodField(
        help_text="Null once the delivery has ended, and during an attempt."
    )
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    endedAt = serializers.DateTimeField(source="ended_at", read_only=True, allow_null=True)

    class Meta:
        model = WebhookDelivery
        fields = [
            *("id", "event", "state", "payload", "attempts"),
            *("nextAttemptAt", "createdAt", "endedAt"),
        ]
        read_only_fields = ["event"]

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_nextAttemptAt(self, delivery: WebhookDelivery) -> Any:
        if delivery.claimed_at is not None or delivery.due_at is None:
            return None
        return serializers.DateTimeField().to_representation(delivery.due_at)


class DeliveryQuery(PageQuery):
    state = serializers.ChoiceField(
        choices=DeliveryState.choices, required=False, help_text="Only deliveries in this state."
    )
