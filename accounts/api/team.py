"""People of the account and invitations: `/account/members`, `/account/invitations`, `/accounts`."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.core.validators import EmailValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import examples
from accounts.api.idempotency import idempotent, new_id
from accounts.api.serializers import UserSerializer
from accounts.http import Caller, caller
from accounts.models import Invitation, Member, Role, User
from accounts.team import invitations, members
from accounts.team.keys import Followed
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.fields import PublicIdField, Text
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.serializers import PageQuery, StrictSerializer
from config.api.views import ApiView
from config.errors import AppError

STATES: Final = ("pending", "expired")
_ROLE = "`owner`, `editor` or `viewer`."
_OF_MEMBER = [path_id("user_id", "usr")]
_OF_INVITATION = [path_id("invitation_id", "inv")]


class MemberSerializer(serializers.Serializer[Member]):
    user = UserSerializer()
    role = serializers.ChoiceField(choices=Role.choices)


class KeysKept(StrictSerializer):
    keepKeys = serializers.BooleanField(
        default=False,
        help_text=(
            "Whether API keys of theirs that would end or lose scopes stay as they are, as the acting "
            "owner's. Nobody can keep their own."
        ),
    )


class RoleChange(KeysKept):
    role = serializers.ChoiceField(choices=Role.choices, help_text=_ROLE)


class FollowedSerializer(serializers.Serializer[Followed]):
    """What became of the API keys that somebody made."""

    ended = serializers.IntegerField(help_text="How many work no more.")
    reduced = serializers.IntegerField(help_text="How many were left the scopes that read alone.")
    kept = serializers.IntegerField(help_text="How many are the acting owner's now.")


class ChangedMemberSerializer(serializers.Serializer[Any]):
    user = UserSerializer()
    role = serializers.ChoiceField(choices=Role.choices)
    keys = FollowedSerializer()


class RemovalSerializer(serializers.Serializer[Any]):
    keys = FollowedSerializer()


class NewInvitation(StrictSerializer):
    email = Text(max_length=254, validators=[EmailValidator("Enter a valid e-mail address.")])
    role = serializers.ChoiceField(choices=Role.choices, default=Role.EDITOR, help_text=_ROLE)


class InvitationSerializer(serializers.Serializer[Invitation]):
    id = PublicIdField("inv")
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)
    state = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at")
    expiresAt = serializers.DateTimeField(source="expires_at")

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, invitation: Invitation) -> str:
        return "expired" if invitation.has_expired() else "pending"


class SentInvitationSerializer(InvitationSerializer):
    url = serializers.SerializerMethodField(
        help_text=(
            "The link, to pass on, where the site sends no mail; else null. It is shown only once."
        )
    )

    def get_url(self, invitation: Invitation) -> str | None:
        return self.context.get("url") or None


class Acceptance(StrictSerializer):
    token = Text(max_length=200, help_text="The last part of the link's address.")


class OwnAccountSerializer(serializers.Serializer[Member]):
    id = PublicIdField("acct", source="account_id")
    name = serializers.CharField(source="account.name")
    role = serializers.ChoiceField(choices=Role.choices)
    current = serializers.SerializerMethodField(help_text="Whether this session works in it.")

    def get_current(self, member: Member) -> bool:
        return bool(member.account_id == self.context["account"].pk)


class MembersView(ApiView):
    @endpoint(
        "List members",
        description="The people of the account, with what each may do in it.",
        responses={200: page_schema(MemberSerializer)},
        parameters=PAGING,
        example=page_example(examples.MEMBER),
        operation_id="members_list",
    )
    def get(self, request: Request) -> Response:
        rows = members.members_of(caller(request).account)
        return Response(page_of(rows, self.read_query(PageQuery), serializer=MemberSerializer))


class MemberView(ApiView):
    role = {"PATCH": Role.OWNER, "DELETE": Role.VIEWER}  # anybody may leave

    @endpoint(
        "Change a member's role",
        description=(
            "API keys that a person made lose what their new role can't do: a viewer's keep the scopes "
            "that read, and end where none is left. `keepKeys` says otherwise. 409 CONFLICT for the last "
            "owner."
        ),
        request=RoleChange,
        responses={200: ChangedMemberSerializer},
        example=examples.CHANGED_MEMBER,
        body_example={"role": "editor"},
        parameters=_OF_MEMBER,
        operation_id="members_update",
    )
    def patch(self, request: Request, user_id: str) -> Response:
        given = self.read(RoleChange)
        changed, followed = members.change_role(
            caller(request),
            _person_id(user_id),
            Role(given["role"]),
            keep_keys=given["keepKeys"],
        )
        told = {"user": changed.user, "role": changed.role, "keys": followed}
        return Response(ChangedMemberSerializer(told).data)

    @endpoint(
        "Remove a member",
        description=(
            "Their sessions in this account end, and the API keys that they made; with `keepKeys=true` "
            "these stay, as the acting owner's. Owners remove others, and everybody may remove "
            "themselves. 409 CONFLICT for the last owner."
        ),
        responses={200: RemovalSerializer},
        example={"keys": {"ended": 1, "reduced": 0, "kept": 0}},
        parameters=[*_OF_MEMBER, KeysKept],
        operation_id="members_delete",
    )
    def delete(self, request: Request, user_id: str) -> Response:
        keep = self.read_query(KeysKept)["keepKeys"]
        _, followed = members.remove(caller(request), _person_id(user_id), keep_keys=keep)
        return Response(RemovalSerializer({"keys": followed}).data)


class OwnersView(ApiView):
    role = Role.OWNER


class InvitationsView(OwnersView):
    rate_group = {"POST": "invite"}

    def again(self, request: Request, object_id: UUID) -> Response:
        found = invitations.open_one(caller(request).account, object_id)
        return _told(found, "", status=201)

    @endpoint(
        "List invitations",
        description="Those that were neither accepted nor revoked.",
        responses={200: page_schema(InvitationSerializer)},
        parameters=PAGING,
        example=page_example(examples.INVITATION),
        operation_id="invitations_list",
    )
    def get(self, request: Request) -> Response:
        rows = invitations.open_ones(caller(request).account)
        return Response(page_of(rows, self.read_query(PageQuery), serializer=InvitationSerializer))

    @endpoint(
        "Invite somebody",
        description=(
            "Sends a link to the address. It works once, for a person with that address, for "
            f"{invitations.LIFETIME.days} days. 409 CONFLICT for whoever is in the account or invited "
            "already. Only owners can do this, not API keys."
        ),
        request=NewInvitation,
        responses={201: SentInvitationSerializer},
        example=examples.SENT_INVITATION,
        body_example={"email": "ben@example.com", "role": "editor"},
        operation_id="invitations_create",
    )
    @idempotent("invitation")
    def post(self, request: Request) -> Response:
        given = self.read(NewInvitation)
        made, url = invitations.invite(
            caller(request),
            email=given["email"],
            role=Role(given["role"]),
            invitation_id=new_id(request),
        )
        return _told(made, url, status=201)


class InvitationView(OwnersView):
    @endpoint(
        "Revoke an invitation",
        description="Its link works no more.",
        responses={200: None},
        parameters=_OF_INVITATION,
        operation_id="invitations_delete",
    )
    def delete(self, request: Request, invitation_id: str) -> Response:
        invitations.revoke(caller(request), decoded("inv", invitation_id, "Invitation"))
        return Response(None)


class ResendView(OwnersView):
    rate_group = {"POST": "invite"}

    @endpoint(
        "Send an invitation again",
        description="With a new link, for as long as the first; the link before works no more.",
        request=None,
        responses={200: SentInvitationSerializer},
        example=examples.SENT_INVITATION,
        parameters=_OF_INVITATION,
        operation_id="invitations_resend",
    )
    def post(self, request: Request, invitation_id: str) -> Response:
        pk = decoded("inv", invitation_id, "Invitation")
        return _told(*invitations.resend(caller(request), pk))


class AcceptView(ApiView):
    role = Role.VIEWER  # it is about another account

    @endpoint(
        "Accept an invitation",
        description=(
            "Lets the person into the account; this session goes on working where it did. "
            "410 INVITATION_USED, 410 INVITATION_REVOKED or 410 INVITATION_EXPIRED for a link that "
            "works no more, 404 NOT_FOUND for one that never did, 403 FORBIDDEN where it was sent to "
            "another address, 409 CONFLICT for whoever is in the account already."
        ),
        request=Acceptance,
        responses={200: OwnAccountSerializer},
        example=examples.OWN_ACCOUNT | {"current": False},
        body_example={"token": "2Vf0UX5sCNEcTGeZ8vKoGj1x7Wq4fR2mXcV9sB1nTzK"},
        operation_id="invitations_accept",
    )
    def post(self, request: Request) -> Response:
        found = caller(request)
        member = invitations.accept(_person(found), self.read(Acceptance)["token"])
        return Response(OwnAccountSerializer(member, context={"account": found.account}).data)


class OwnAccountsView(ApiView):
    @endpoint(
        "List one's accounts",
        description="Those that the person is in.",
        responses={200: page_schema(OwnAccountSerializer)},
        parameters=PAGING,
        example=page_example(examples.OWN_ACCOUNT),
        operation_id="accounts_list",
    )
    def get(self, request: Request) -> Response:
        found = caller(request)
        rows = Member.objects.filter(user=_person(found)).select_related("account").order_by("pk")
        query, context = self.read_query(PageQuery), {"account": found.account}
        return Response(page_of(rows, query, serializer=OwnAccountSerializer, context=context))


class ChooseView(ApiView):
    role = Role.VIEWER

    @endpoint(
        "Choose an account",
        description=(
            "This session works in it from now on, as will sessions that begin later, also by the "
            "compatible APIs. API keys belong to one account and can't choose."
        ),
        request=None,
        responses={200: OwnAccountSerializer},
        example=examples.OWN_ACCOUNT,
        parameters=[path_id("account_id", "acct")],
        operation_id="accounts_choose",
    )
    def post(self, request: Request, account_id: str) -> Response:
        found = caller(request)
        member = members.choose(_person(found), decoded("acct", account_id, "Account"))
        members.work_in(request._request, found, member.account)
        return Response(OwnAccountSerializer(member, context={"account": member.account}).data)


def _told(invitation: Invitation, url: str, *, status: int = 200) -> Response:
    answer = SentInvitationSerializer(invitation, context={"url": url})
    return Response(answer.data, status=status)


def _person_id(text: str) -> UUID:
    return decoded("usr", text, "Member")


def _person(found: Caller) -> User:
    if found.user is None:
        raise AppError("FORBIDDEN", "Sign in first.", status=403)
    return found.user
