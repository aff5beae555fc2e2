"""Registering, signing in, the next pair of tokens, and who gets no further than the door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from accounts.access import api_keys
from accounts.models import Account, Plan, User
from accounts.signing.sign_in import new_token
from tests.processing.compat.backgroundfx.client import BackgroundfxClient, BackgroundfxError
from tests.processing.compat.backgroundfx.conftest import Studio

PASSWORD = "a long and quiet sentence"
NOT_SIGNED_IN = "Authentication credentials were not provided."


@pytest.fixture
def client(db: None) -> BackgroundfxClient:
    return BackgroundfxClient()


def refused(call: Any, *args: Any) -> BackgroundfxError:
    with pytest.raises(BackgroundfxError) as caught:
        call(*args)
    return caught.value


def test_registering_signs_in(client: BackgroundfxClient) -> None:
    answer = client.register("Ada@Example.com", PASSWORD, "Ada Byron")
    user = User.objects.get()
    assert set(answer) == {"token", "refresh_token", "user"}
    assert answer["user"] == {
        "id": str(user.pk),
        "email": "ada@example.com",
        "name": "Ada Byron",
        "plan": "free",
        "created_at": user.date_joined.isoformat().replace("+00:00", "Z"),
    }
    assert client.projects()["total"] == 0


def test_signing_in(studio: Studio) -> None:
    again = BackgroundfxClient()
    answer = again.login(studio.email.upper(), studio.password)
    assert answer["user"]["id"] == str(studio.user.pk)
    assert again.projects()["items"] == []


@pytest.mark.parametrize(("slug", "shown"), [("enterprise", "enterprise"), ("gold", "free")])
def test_plans_that_they_do_not_know_are_free(studio: Studio, slug: str, shown: str) -> None:
    Plan.objects.get_or_create(slug=slug, name=slug.title())
    Account.objects.update(plan=slug)
    assert studio.client.login(studio.email, studio.password)["user"]["plan"] == shown


def test_a_wrong_password_and_an_unknown_address_look_alike(studio: Studio) -> None:
    wrong = refused(studio.client.login, studio.email, "wrong password")
    unknown = refused(studio.client.login, "nobody@example.com", "wrong password")
    for error in (wrong, unknown):
        assert (error.status, error.error, error.details) == (401, "INVALID_CREDENTIALS", {})
    assert wrong.message == unknown.message


@pytest.mark.parametrize(
    ("email", "password", "name", "field"),
    [
        ("no address", PASSWORD, "Ada", "email"),
        ("ada@example.com", "short", "Ada", "password"),
        ("ada@example.com", "password", "Ada", "password"),
        ("ada@example.com", PASSWORD, "A", "name"),
        ("ada@example.com", PASSWORD, "A\0da", "name"),
        ("ada@example.com", PASSWORD, 5, "name"),
    ],
)
def test_what_registering_needs(
    client: BackgroundfxClient, email: str, password: str, name: Any, field: str
) -> None:
    error = refused(client.register, email, password, name)
    assert (error.status, error.error, list(error.details)) == (400, "VALIDATION_ERROR", [field])
    assert error.message.startswith(f"{field}: ")
    assert not User.objects.exists()


def test_a_known_address(studio: Studio) -> None:
    error = refused(BackgroundfxClient().register, studio.email, PASSWORD, "Ada")
    assert (error.status, list(error.details)) == (400, ["email"])


def test_where_mail_comes_first_nobody_learns_who_has_an_account(
    studio: Studio, settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = BackgroundfxClient()
    for email in (studio.email, "new@example.com"):
        error = refused(client.register, email, PASSWORD, "Ada")
        assert (error.status, error.error) == (403, "EMAIL_NOT_VERIFIED")
    assert len(mail.outbox) == 2
    assert refused(client.login, "new@example.com", PASSWORD).error == "EMAIL_NOT_VERIFIED"
    EmailAddress.objects.update(verified=True)
    assert client.login("new@example.com", PASSWORD)["token"]


def test_the_next_pair(studio: Studio) -> None:
    first = studio.client.refresh_token
    answer = studio.client.refresh()
    assert answer["user"]["email"] == studio.email
    assert answer["refresh_token"] != first
    assert studio.client.projects()["total"] == 0


def test_a_refresh_token_used_twice_ends_both(studio: Studio) -> None:
    thief = BackgroundfxClient(refresh_token=studio.client.refresh_token)
    studio.client.refresh()
    assert refused(thief.refresh).status == 401
    assert refused(studio.client.projects).status == 401
    assert refused(studio.client.refresh).error == "INVALID_TOKEN"


def test_a_token_holds_for_an_hour(studio: Studio) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        error = refused(studio.client.projects)
        assert (error.status, error.message) == (401, "The token is not valid or has expired.")
        studio.client.refresh()
        studio.client.projects()


def test_without_a_token(client: BackgroundfxClient) -> None:
    error = refused(client.projects)
    assert (error.status, error.error) == (401, "AUTHENTICATION_REQUIRED")
    assert (error.message, error.details) == (NOT_SIGNED_IN, {})
    assert error.response.headers["WWW-Authenticate"] == 'Bearer realm="packshot"'


def test_no_other_credential_opens_this_door(studio: Studio) -> None:
    _, key = api_keys.create(studio.account, studio.user, name="Key")
    session = new_token(studio.user)
    for headers in (
        {"Authorization": f"Bearer {key}"},
        {"Authorization": f"Bearer {session}"},
        {"Authorization": f"Bearer {studio.client.refresh_token}"},
        {"Authorization": f"Basic {studio.client.token}"},
        {"x-api-key": key},
        {"Cookie": f"packshot_session={session}"},
    ):
        assert refused(BackgroundfxClient(headers=headers).projects).status == 401


def test_guesses_are_counted_at_all_doors_together(studio: Studio, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "auth": "3/15m"}
    for _ in range(3):
        refused(studio.client.login, studio.email, "wrong password")
    error = refused(studio.client.login, studio.email, studio.password)
    assert (error.status, error.error) == (429, "RATE_LIMITED")
    native = studio.client.http.post("http://testserver/api/v1/auth/login", json={})
    assert native.status_code == 429
