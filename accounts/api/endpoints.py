"""Signing in, sessions, API keys and calls: `/api/v1/auth/…`, `/api/v1/keys`, `/api/v1/calls`."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import logout
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.access import api_keys, origins, scopes
from accounts.api import examples
from accounts.api.idempotency import idempotent, new_id
from accounts.api.serializers import (
    AccountChange,
    AccountDeletion,
    CallsSerializer,
    CreatedKeySerializer,
    DeletionSerializer,
    KeySerializer,
    MeSerializer,
    NewKey,
    Registration,
    SessionSerializer,
    SignedInSerializer,
    SignIn,
    VerificationSentSerializer,
)
from accounts.http import Caller, caller
from accounts.lifecycle import closing
from accounts.limits import call_log, quotas
from accounts.models import Account, ApiKey, Role, User
from accounts.signing import sign_in
from accounts.signing.sign_up import sign_up
from accounts.team import roles
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.serializers import PageQuery
from config.api.views import ApiView
from config.errors import AppError, not_found


class PublicView(ApiView):
    """Asks nobody who they are, so a stale cookie or token cannot get in the way of signing in.

    Forged cross-site requests cannot reach it: it takes JSON alone.
    """

    authentication_classes = []
    permission_classes = [AllowAny]
    rate_group = {"POST": "auth"}


class RegisterView(PublicView):
    @endpoint(
        "Create an account",
        request=Registration,
        responses={201: SignedInSerializer, 202: VerificationSentSerializer},
        example=examples.SIGNED_IN,
        body_example=examples.REGISTRATION,
        description=(
            "Returns the same answer as login. On sites that send e-mail the answer is 202 "
            "whether or not the address is known, and the link in the e-mail has to be followed "
            "first."
        ),
    )
    def post(self, request: Request) -> Response:
        given = self.read(Registration)
        user = sign_up(request._request, **given)
        if user is None:
            return Response({"verificationSent": True}, status=202)
        return _signed_in(request, user, status=201)


class LoginView(PublicView):
    @endpoint(
        "Sign in",
        request=SignIn,
        responses={200: SignedInSerializer, 401: examples.REFUSED, 403: examples.UNVERIFIED},
        example=examples.SIGNED_IN,
        body_example=examples.CREDENTIALS,
        description=(
            "Returns a session token, and sets the same session as an httpOnly cookie. "
            "`MFA_REQUIRED` means that the authenticator app's code must be sent as `code`."
        ),
    )
    def post(self, request: Request) -> Response:
        given = self.read(SignIn)
        wanted = given.pop("account", None)
        user = sign_in.check_credentials(request._request, **given)
        account = sign_in.check_account(user, wanted) if wanted else None
        return _signed_in(request, user, account=account)


class LogoutView(ApiView):
    role = Role.VIEWER

    @endpoint("Sign out", request=None, responses={200: None})
    def post(self, request: Request) -> Response:
        session_id = caller(request).session_id
        if session_id is not None:
            _end_session(request, session_id)
        return Response(None)


class MeView(ApiView):
    scope = {"GET": scopes.ACCOUNT_READ, "HEAD": scopes.ACCOUNT_READ}
    role = Role.VIEWER  # for what is one's own

    @endpoint(
        "Get the current account and quotas", responses={200: MeSerializer}, example=examples.ME
    )
    def get(self, request: Request) -> Response:
        return self._answer(request)

    @endpoint(
        "Update the account",
        description=(
            "Sets the person's `name` and `language`, the `currency` of new listings (existing "
            "listings keep theirs), and the `webOrigins`: web sites whose pages may call the "
            "compatible APIs from the browser. Viewers may send `name` and `language` alone."
        ),
        request=AccountChange,
        responses={200: MeSerializer},
        example=examples.ME,
        body_example={"currency": "EUR"},
    )
    def patch(self, request: Request) -> Response:
        found, changes = caller(request), self.read(AccountChange)
        account = found.account
        if {"web_origins", "currency"} & set(changes):
            roles.check(found, Role.EDITOR)
        if "web_origins" in changes:  # first: it may refuse them
            origins.name_origins(account, changes["web_origins"])
        if "currency" in changes:
            services.change_currency(account, changes["currency"])
        if {"name", "language"} & set(changes):
            user = _person(request)
            services.change_person(
                user,
                name=changes.get("name", user.name),
                language=changes.get("language", user.language),
            )
        return self._answer(request)

    def _answer(self, request: Request) -> Response:
        found = caller(request)
        account = found.account
        answer = {
            "user": found.user,
            "account": account,
            "role": None if found.api_key else found.role,
            "plan": account.plan,
            "quotas": quotas.overview(account),
        }
        return Response(MeSerializer(answer).data)


class DeletionView(ApiView):
    role = Role.VIEWER
    rate_group = {"POST": "auth"}  # it takes a password, which may be guessed at

    @endpoint(
        "Delete the account",
        description=(
            "Deletes the person and the account, with all pictures, jobs, listings and keys. It "
            "can't be undone. Nobody can sign in from the moment of the answer; the rest is "
            "removed within minutes. Only people can do this: an API key can't. 409 CONFLICT "
            "where something has to be settled before, such as who owns an account with other "
            "members: by `PATCH /account/members/{id}`, by removing them, or on the page *Delete account*. "
            "Who has no password deletes the account on that page."
        ),
        request=AccountDeletion,
        responses={202: DeletionSerializer},
        example={"deleting": True},
        body_example={"password": examples.CREDENTIALS["password"]},
    )
    def post(self, request: Request) -> Response:
        user, given = _person(request), self.read(AccountDeletion)
        sign_in.confirm(request._request, user, **given)
        closing.close_person(user)
        logout(request._request)  # the browser forgets its cookie too
        return Response({"deleting": True}, status=202)


class CallsView(ApiView):
    scope = scopes.ACCOUNT_READ

    @endpoint(
        "List the last calls",
        description=(
            f"The last {call_log.KEPT} calls of the account's programs, newest first, kept for 30 "
            "days without their contents. Calls to unknown addresses and with a wrong key are "
            "nobody's and not among them."
        ),
        responses={200: CallsSerializer},
        example={"items": [examples.CALL]},
    )
    def get(self, request: Request) -> Response:
        found = call_log.last_calls(caller(request).account.pk)
        return Response(CallsSerializer({"items": found}).data)


class SessionsView(ApiView):
    @endpoint(
        "List sessions",
        responses={200: page_schema(SessionSerializer)},
        parameters=PAGING,
        example=page_example(examples.SESSION),
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        rows = sign_in.sessions_of(_person(request))
        context = {"session_id": caller(request).session_id}
        return Response(page_of(rows, query, serializer=SessionSerializer, context=context))


class SessionView(ApiView):
    role = Role.VIEWER

    @endpoint("End a session", responses={200: None}, parameters=[path_id("session_id", "sess")])
    def delete(self, request: Request, session_id: str) -> Response:
        pk = decoded("sess", session_id, "Session")
        if not sign_in.sessions_of(_person(request)).filter(pk=pk).exists():
            raise not_found("Session")
        _end_session(request, pk)
        return Response(None)


class KeysView(ApiView):
    role = Role.VIEWER  # for keys that read

    def again(self, request: Request, object_id: UUID) -> Response:
        key = api_keys.key_for(caller(request).account, object_id)
        return Response(CreatedKeySerializer(key, context={"plain": None}).data, status=201)

    @endpoint(
        "List API keys",
        responses={200: page_schema(KeySerializer)},
        parameters=PAGING,
        example=page_example(examples.KEY),
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        rows = ApiKey.objects.filter(account=caller(request).account)
        return Response(page_of(rows, query, serializer=KeySerializer))

    @endpoint(
        "Create an API key",
        request=NewKey,
        responses={201: CreatedKeySerializer},
        example=examples.CREATED_KEY,
        body_example=examples.NEW_KEY,
        description=(
            "The full key is returned only in this answer. Only people can create keys: a key "
            "can't create another key. Viewers can create keys that read, so they name `scopes`."
        ),
    )
    @idempotent("key")
    def post(self, request: Request) -> Response:
        given = self.read(NewKey)
        key, plain = api_keys.give(caller(request), **given, key_pk=new_id(request))
        answer = CreatedKeySerializer(key, context={"plain": plain})
        return Response(answer.data, status=201)


class KeyView(ApiView):
    role = Role.VIEWER  # for one's own

    @endpoint(
        "Revoke an API key",
        description="Of keys that others made, owners alone may do this (403 FORBIDDEN).",
        responses={200: None},
        parameters=[path_id("key_id", "key")],
    )
    def delete(self, request: Request, key_id: str) -> Response:
        pk = decoded("key", key_id, "API key")
        api_keys.revoke(caller(request), pk)
        return Response(None)


def _signed_in(
    request: Request, user: User, *, account: Account | None = None, status: int = 200
) -> Response:
    token = sign_in.open_session(request._request, user, account)
    return Response(SignedInSerializer({"token": token, "user": user}).data, status=status)


def _end_session(request: Request, session_id: UUID) -> None:
    sign_in.end_session(session_id)
    if getattr(request._request.session, "row_id", None) == session_id:
        logout(request._request)  # the browser forgets its cookie too


def _person(request: Request) -> User:
    found: Caller = caller(request)
    if found.user is None:
        raise AppError("FORBIDDEN", "Sign in first.", status=403)
    return found.user
