"""Account, plan and usage, keys: what is one's own, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access import api_keys
from accounts.access.scopes import ALL_SCOPES, IMAGES_READ
from accounts.models import Account, ApiKey, Session, User
from accounts.signing import sign_in
from accounts.signing.browsers import browser_name
from tests.dashboard.conftest import HTMX, Person, fail

KEYS, USAGE, ACCOUNT = "/developers/", "/settings/usage/", "/settings/"


def make(who: Person, **given: Any) -> Any:
    form = {"name": "Shop", "lifetime": "", "scopes": list(ALL_SCOPES), **given}
    return who.client.post(KEYS, form, headers=HTMX)


def plain_in(page: str) -> list[str]:
    return sorted(set(re.findall(r"ps_[A-Za-z0-9]{12}_[A-Za-z0-9]{40}", page)))


def test_usage_shows_what_is_left(seller: Person) -> None:
    seller.result(seller.image())
    page = seller.client.get(USAGE).content.decode()
    assert dict(re.findall(r'<span id="usage-([a-z-]+)">(.*?)</span>', page)) == {
        "remove-background": "Cutouts",
        "edit": "Editing",
        "generate-background": "Background generation",
        "replace-background": "Background replacement",
        "upscale": "Upscaling",
        "remove-text": "Text removal",
        "generate-listing": "Listing generation",
        "enhance": "Room photos",
    }
    assert "<strong>1</strong> of 100" in page
    assert "99 left." in page
    assert len(re.findall(r'<rect x="290"', page)) == 1  # today's bar
    assert "remove-background</" not in page


def test_what_failed_is_given_back_and_said_so(seller: Person) -> None:
    fail(seller.job(seller.image()))
    page = seller.client.get(USAGE).content.decode()
    assert re.findall(r'given back</span></td><td class="number">(\d+)</td>', page) == ["0"]
    assert "Nothing was used in the last 30 days." in page


def test_strangers_see_no_usage_of_others(seller: Person, stranger: Person) -> None:
    seller.result(seller.image())
    assert "Nothing used yet this month." in stranger.client.get(USAGE).content.decode()


def test_whom_to_ask_for_more_is_named(seller: Person, settings: Any) -> None:
    settings.SUPPORT_CONTACT = "help@example.com"
    assert 'href="mailto:help@example.com"' in seller.client.get(USAGE).content.decode()


def test_where_keys_once_were_leads_on(seller: Person) -> None:
    response = seller.client.get("/settings/keys/")
    assert (response.status_code, response["Location"]) == (301, "/developers/")


PROFILE = {"name": "Ada L.", "language": "de", "currency": "EUR"}


def test_the_profile_is_changed(seller: Person) -> None:
    response = seller.client.post(ACCOUNT, PROFILE, follow=True)
    assert response["Content-Language"] == "de"
    user = User.objects.get(pk=seller.user.pk)
    assert (user.name, user.language) == ("Ada L.", "de")
    assert Account.objects.get(pk=seller.account.pk).currency == "EUR"


@pytest.mark.parametrize("wrong", [{"name": ""}, {"language": "xx"}, {"currency": "XXX"}])
def test_a_wrong_profile_changes_nothing(seller: Person, wrong: dict[str, str]) -> None:
    assert seller.client.post(ACCOUNT, PROFILE | wrong).status_code == 422
    user = User.objects.get(pk=seller.user.pk)
    assert (user.name, user.language) == ("Ada", "")
    assert Account.objects.get(pk=seller.account.pk).currency == "USD"


def test_programs_change_name_and_language_too(seller: Person) -> None:
    body = {"name": "Ada L.", "language": "de", "currency": "EUR"}
    token = sign_in.new_token(seller.user)
    program = Client(headers={"Authorization": f"Bearer {token}"})
    response = program.patch("/api/v1/auth/me", body, content_type="application/json")
    user = response.json()["data"]["user"]
    assert (user["name"], user["language"]) == ("Ada L.", "de")
    wrong = program.patch("/api/v1/auth/me", {"language": "xx"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "VALIDATION_ERROR")


def test_a_new_key_is_shown_once_and_works(seller: Person) -> None:
    response = make(seller)
    assert response.status_code == 201
    assert "no-store" in response["Cache-Control"]
    [plain] = plain_in(response.content.decode())
    found = api_keys.find(plain)
    assert found is not None
    assert (found.account, found.name, found.expires_at) == (seller.account, "Shop", None)
    assert found.scopes == list(ALL_SCOPES)
    page = seller.client.get(KEYS).content.decode()
    assert plain_in(page) == []
    assert found.shown in page


def test_a_key_may_do_less_and_end(seller: Person) -> None:
    before = timezone.now()
    make(seller, scopes=[IMAGES_READ], lifetime="30")
    key = ApiKey.objects.get()
    assert key.scopes == [IMAGES_READ]
    assert key.expires_at is not None
    assert timedelta(0) <= key.expires_at - before - timedelta(days=30) < timedelta(minutes=1)


def test_without_a_script_the_key_is_on_the_page(seller: Person) -> None:
    response = seller.client.post(KEYS, {"name": "Shop", "scopes": [IMAGES_READ]})
    assert response.status_code == 201
    assert len(plain_in(response.content.decode())) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"scopes": []}, "Choose at least one permission."),
        ({"scopes": ["everything"]}, "Select a valid choice."),
        ({"lifetime": "9999"}, "Select a valid choice."),
    ],
)
def test_a_wrong_form_makes_no_key(seller: Person, wrong: dict[str, Any], words: str) -> None:
    response = make(seller, **wrong)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert ApiKey.objects.count() == 0


def test_a_revoked_key_is_gone(seller: Person) -> None:
    key, plain = api_keys.create(seller.account, seller.user, name="Old import")
    response = seller.client.post(f"/developers/keys/{key.public_id}/revoke/", headers=HTMX)
    assert response.status_code == 200
    assert "Old import" not in response.content.decode()
    assert api_keys.find(plain) is None


@pytest.fixture
def second_browser(seller: Person) -> Client:
    browser = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    browser.force_login(seller.user)
    browser.get(ACCOUNT)
    return browser


def sessions_in(client: Client) -> list[str]:
    page = client.get(ACCOUNT).content.decode()
    return re.findall(r'action="/settings/sessions/(sess_\w+)/end/"', page)


def own_session(client: Client) -> Session:
    newest = client.get(ACCOUNT).wsgi_request.session
    return Session.objects.get(pk=newest.row_id)


def test_ending_another_session_signs_it_out(seller: Person, second_browser: Client) -> None:
    other = own_session(second_browser)
    assert len(sessions_in(seller.client)) == 2
    response = seller.client.post(f"/settings/sessions/{other.public_id}/end/", headers=HTMX)
    assert response.status_code == 200
    assert second_browser.get(ACCOUNT).status_code == 302
    assert seller.client.get(ACCOUNT).status_code == 200


def test_signing_out_everywhere_else(
    seller: Person, second_browser: Client, stranger: Person
) -> None:
    page = seller.client.get(ACCOUNT).content.decode()
    assert "Sign out everywhere else" in page
    page = seller.client.post("/settings/sessions/end-others/", headers=HTMX).content.decode()
    assert "Sign out everywhere else" not in page
    assert second_browser.get(ACCOUNT).status_code == 302
    assert seller.client.get(ACCOUNT).status_code == stranger.client.get(ACCOUNT).status_code == 200


def test_ending_ones_own_session_leads_to_the_front(seller: Person) -> None:
    own = own_session(seller.client)
    response = seller.client.post(f"/settings/sessions/{own.public_id}/end/", headers=HTMX)
    assert response["HX-Redirect"] == "/"
    assert Session.objects.filter(user=seller.user).count() == 0


@pytest.mark.parametrize("path", ["developers/keys/key_x/revoke/", "settings/sessions/sess_x/end/"])
def test_ids_that_are_none_are_not_found(seller: Person, path: str) -> None:
    assert seller.client.post(f"/{path}").status_code == 404


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) Version/18 Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Firefox on Linux"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown program"),
    ],
)
def test_browsers_have_names(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def test_every_person_has_their_own_page(person: Callable[[str], Person]) -> None:
    ada, eve = person("a@example.com"), person("e@example.com")
    own_session(eve.client)
    assert sessions_in(ada.client) == [own_session(ada.client).public_id]
