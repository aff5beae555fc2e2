"""Signing in with Google, which a stand-in plays."""

from __future__ import annotations

import time
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from rest_framework.test import APIClient

from accounts.lifecycle import blocking
from accounts.models import Account, Session, User
from accounts.signing.adapter import AccountAdapter
from accounts.signing.google import SocialAdapter
from accounts.signing.sign_in import new_token
from config.setup.signing_in import google_pages
from tests.accounts.conftest import PASSWORD
from tests.stand_ins import Google

pytestmark = pytest.mark.django_db
CONNECTIONS = "/accounts/3rdparty/"
DELETE = "/settings/account/delete/"


@pytest.fixture
def google(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Google:
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = "google-id", "google-secret"
    played = Google()
    real = SocialAdapter.get_requests_session

    def session(adapter: SocialAdapter) -> Any:
        found = real(adapter)
        found.mount("https://", played)
        return found

    monkeypatch.setattr(SocialAdapter, "get_requests_session", session)
    return played


@pytest.fixture
def verified(seller: Any) -> Any:
    EmailAddress.objects.update(verified=True)
    return seller


def signed_in_as(browser: Client) -> str | None:
    return browser.session.get("_auth_user_id")


def with_password(email: str = "ada@example.com") -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


@pytest.mark.parametrize("with_id_token", [True, False])
def test_a_newcomer_gets_an_account(google: Google, client: Client, with_id_token: bool) -> None:
    google.with_id_token = with_id_token
    google.person["verified_email"] = True  # as the second of its addresses calls it
    assert "Continue with Google" in client.get("/accounts/signup/").content.decode()
    answer = google.visit(client, after="/looks/")
    assert (answer.status_code, answer["Location"]) == (302, "/looks/")
    user = User.objects.get()
    assert signed_in_as(client) == str(user.pk)
    assert (user.email, user.name) == ("ada@example.com", "Ada Lovelace")
    assert not user.has_usable_password()
    assert Account.objects.get().members.get() == user
    assert EmailAddress.objects.get().verified
    row = SocialAccount.objects.get()
    assert (row.uid, row.extra_data) == ("1001", {"email": "ada@example.com"})
    assert google.visit(Client())["Location"] == "/library/"  # and comes back
    assert User.objects.count() == 1


def test_without_settings_there_is_none_of_it(client: Client) -> None:
    SocialApp.objects.create(provider="google", name="By the back door", client_id="x", secret="x")
    assert "Google" not in client.get("/accounts/login/").content.decode()
    for path in ("login", "login/callback", "login/token", "again"):
        assert client.get(f"/accounts/google/{path}/", follow=path == "again").status_code in (
            404,
            200,
        )
    assert client.post("/accounts/google/login/").status_code == 404
    assert google_pages("", "") == []
    assert google_pages("id", "secret") == ["https://accounts.google.com"]
    with pytest.raises(ImproperlyConfigured, match="GOOGLE_CLIENT_SECRET"):
        google_pages("id", "")


def test_tokens_that_a_browser_brings_are_not_taken(google: Google, client: Client) -> None:
    assert client.post("/accounts/google/login/token/", {"credential": "x"}).status_code == 404
    assert google.asked == []


def test_an_address_that_both_have_seen_to_is_connected(google: Google, verified: Any) -> None:
    browser = Client()
    assert google.visit(browser)["Location"] == "/library/"
    assert signed_in_as(browser) == str(verified.user.pk)
    assert SocialAccount.objects.get().user == verified.user
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize(
    ("ours", "googles", "told"),
    [
        (False, True, "You have an account already"),
        (True, False, "Google hasn’t confirmed your address"),
        (False, False, "Google hasn’t confirmed your address"),
    ],
)
def test_else_nobody_gets_in_by_an_address(
    google: Google, seller: Any, ours: bool, googles: bool, told: str
) -> None:
    EmailAddress.objects.update(verified=ours)
    google.person["email_verified"] = googles
    browser = Client()
    answer = google.visit(browser)
    assert answer.status_code == 409
    assert told in answer.content.decode()
    assert signed_in_as(browser) is None
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


def test_a_newcomer_without_a_confirmed_address_is_sent_away(google: Google) -> None:
    google.person["email_verified"] = False
    assert google.visit(Client()).status_code == 409
    assert not User.objects.exists()


def test_closed_sign_up_is_closed_here_too(google: Google, monkeypatch: Any) -> None:
    monkeypatch.setattr(AccountAdapter, "is_open_for_signup", lambda *_: False)
    assert "No new accounts" in google.visit(Client()).content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("status", "query"),
    [
        (200, {"state": "another"}),
        (200, {"error": "server_error"}),
        (400, {}),
        (503, {}),
        (302, {}),
    ],
)
def test_what_isnt_googles_answer_opens_nothing(
    google: Google, client: Client, status: int, query: dict[str, str]
) -> None:
    google.status = status
    answer = google.visit(client, **query)
    assert answer.status_code == 401
    assert "Google didn’t let you in" in answer.content.decode()
    assert signed_in_as(client) is None
    assert not User.objects.exists()


def test_a_token_for_another_site_opens_nothing(google: Google, client: Client) -> None:
    google.person["aud"] = "somebody-elses-id"
    assert google.visit(client).status_code == 401
    assert not User.objects.exists()


def test_who_turns_back_is_told(google: Google, client: Client) -> None:
    answer = google.visit(client, error="access_denied")
    assert "You went back" in client.get(answer["Location"]).content.decode()
    assert google.asked == []


def test_the_second_factor_is_asked_for(google: Google, verified: Any) -> None:
    TOTP.activate(verified.user, "JBSWY3DPEHPK3PXP")
    browser = Client()
    assert google.visit(browser)["Location"].startswith("/accounts/2fa/authenticate/")
    assert signed_in_as(browser) is None


def test_a_blocked_account_stays_shut(google: Google, verified: Any) -> None:
    blocking.block(verified.account, reason="Unpaid")
    browser = Client()
    answer = google.visit(browser)
    assert answer.status_code == 403
    assert "Unpaid" in answer.content.decode()
    assert signed_in_as(browser) is None


def test_it_is_connected_and_removed_on_the_account_page(google: Google, seller: Any) -> None:
    google.person["email"] = "ada@gmail.com"
    browser = with_password()
    assert google.visit(browser, process="connect")["Location"] == CONNECTIONS
    page = browser.get("/settings/").content.decode()
    assert "ada@gmail.com" in page
    row = SocialAccount.objects.get()
    assert row.user == seller.user
    other = Client()
    google.visit(other)
    assert signed_in_as(other) == str(seller.user.pk)
    assert (
        "no longer connected"
        in browser.post(CONNECTIONS, {"account": row.pk}, follow=True).content.decode()
    )
    assert not SocialAccount.objects.exists()


def test_removing_asks_for_the_password_again_and_strangers_remove_nothing(
    google: Google, verified: Any, stranger: Any
) -> None:
    browser = Client()
    google.visit(browser)
    row = SocialAccount.objects.get()
    answer = browser.post(CONNECTIONS, {"account": row.pk})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    answer = with_password("eve@example.com").post(CONNECTIONS, {"account": row.pk})
    assert answer.status_code == 200
    assert SocialAccount.objects.get() == row


def test_a_google_account_is_one_persons(google: Google, verified: Any, stranger: Any) -> None:
    google.visit(Client())
    browser = with_password("eve@example.com")
    answer = google.visit(browser, process="connect")
    assert "signs in to another account" in browser.get(answer["Location"]).content.decode()
    assert SocialAccount.objects.get().user == verified.user


def test_the_only_way_in_is_not_removed(google: Google, client: Client) -> None:
    google.visit(client)
    answer = client.post(CONNECTIONS, {"account": SocialAccount.objects.get().pk})
    assert "Choose a password first" in answer.content.decode()
    assert SocialAccount.objects.exists()
    form = {"password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/password/set/", form)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(CONNECTIONS, {"account": SocialAccount.objects.get().pk})
    assert not SocialAccount.objects.exists()


def test_who_has_no_password_comes_from_google_again(google: Google, client: Client) -> None:
    """Before a second factor, and before the account goes."""
    google.visit(client)
    setup = "/accounts/2fa/totp/activate/"
    assert client.get(setup).status_code == 200
    with time_machine.travel(time.time() + 600):
        asked = client.get(setup)
        assert asked["Location"] == f"/accounts/google/again/?next={setup.replace('/', '%2F')}"
        assert "Continue with Google" in client.get(asked["Location"]).content.decode()
        assert "Sign in with Google again" in client.get(DELETE).content.decode()
        assert client.post(DELETE).status_code == 422
        token = APIClient(headers={"Authorization": f"Bearer {new_token(User.objects.get())}"})
        refused = token.post("/api/v1/auth/me/delete", {"password": ""}, format="json")
        assert refused.status_code == 400
        assert User.objects.exists()
        assert google.visit(client, after=DELETE)["Location"] == DELETE
        assert client.post(DELETE)["Location"] == "/"
    assert not User.objects.filter(is_active=True).exists()
    assert not Session.objects.exclude(user=None).exists()
    assert "switched off" in Client().get(google.visit(Client())["Location"]).content.decode()
