"""What everybody meets: the front page, the way in, refusals."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from accounts.models import Account, User
from config.web import toasts
from config.web.navigation import Place
from config.web.toasts import Toast
from tests.dashboard.conftest import HTMX, PASSWORD, Person

PRIVATE = [
    *("/home/", "/library/", "/library/live/", "/pictures/img_x/"),
    *("/settings/", "/developers/"),
]


def test_strangers_see_what_it_is(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert 'href="/accounts/signup/"' in response.content.decode()


def test_sellers_start_at_home(seller: Person) -> None:
    response = seller.client.get("/")
    assert (response.status_code, response["Location"]) == (302, "/home/")


@pytest.mark.parametrize("path", PRIVATE)
def test_pages_ask_to_sign_in_first(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")


def test_a_fragment_for_somebody_signed_out_moves_the_whole_page(client: Client) -> None:
    response = client.get("/library/live/", headers=HTMX)
    assert response["HX-Redirect"] == "/accounts/login/?next=/library/"
    assert response.status_code == 401  # no success for a script that reads it


def test_after_signing_in_nobody_is_sent_to_what_only_takes_a_form(client: Client) -> None:
    response = client.post("/library/selected/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/library/")


@pytest.mark.parametrize(
    "path", ["/", "/library/", "/settings/usage/", "/developers/", "/accounts/email/"]
)
def test_nothing_inline_is_allowed_or_needed(seller: Person, path: str) -> None:
    response = seller.client.get(path, follow=True)
    policy, page = response["Content-Security-Policy"], response.content.decode()
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    assert "hx-on" not in page


def places(page: str) -> list[str]:
    """The words in the rail; the one that is current has a star."""
    found = re.findall(r'<a class="rail-link"[^>]*title="([^"]+)"( aria-current="page")?', page)
    return [words + ("*" if current else "") for words, current in found]


def test_the_rail_leads_to_the_pages_there_are_and_says_where_one_is(
    seller: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.web.navigation.PLACES", PLACES)
    assert places(seller.client.get("/library/").content.decode()) == ["Library*", "Keys"]
    image = seller.image()
    picture = seller.client.get(f"/pictures/{image.public_id}/").content.decode()
    assert places(picture) == ["Library*", "Keys"]
    assert places(seller.client.get("/developers/").content.decode()) == ["Library", "Keys*"]


PLACES = (
    Place("library", "Library", "images", 1, also=("/pictures/",)),
    Place("developers", "Keys", "key", 2),
)


def test_a_refused_page_keeps_the_way_round(seller: Person) -> None:
    address = "/pictures/nothing/at/all/"
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(seller.user)
    for response, status in (
        (seller.client.get("/pictures/img_x/"), 404),
        (seller.client.get(address), 404),
        (careful.post("/trash/empty/"), 403),
    ):
        page = response.content.decode()
        assert (response.status_code, 'class="rail"' in page, 'class="bottom-bar"' in page) == (
            status,
            True,
            True,
        )
        assert '<a class="button" href="/library/">' in page
        assert "no-store" in response["Cache-Control"]
    assert 'class="rail"' not in Client().get(address).content.decode()


def test_a_toast_is_shown_once_with_what_can_be_done(seller: Person) -> None:
    request = RequestFactory().get("/")
    request._messages = storage = CookieStorage(request)
    ways = {"action": "Undo", "url": "/trash/undo/", "link": "Trash", "link_url": "/trash/"}
    toasts.say(request, Toast("Deleted.", **ways))
    answer = HttpResponse()
    storage.update(answer)
    seller.client.cookies["messages"] = answer.cookies["messages"].value
    page = seller.client.get("/library/").content.decode()
    assert '<form method="post" action="/trash/undo/">' in page
    assert '<button class="toast-action" type="submit">Undo</button>' in page
    assert '<a class="toast-action" href="/trash/">Trash</a>' in page
    assert "Deleted." not in seller.client.get("/library/").content.decode()


def test_private_pages_are_kept_by_no_cache(seller: Person) -> None:
    response = seller.client.get("/library/")
    assert "no-store" in response["Cache-Control"]
    assert "HX-Request" in response["Vary"]


def test_signing_up_makes_an_account_with_the_name(client: Client, db: None) -> None:
    form = {
        "name": "Ada L.",
        "email": "Ada@Example.com",
        "password1": PASSWORD,
    }
    response = client.post("/accounts/signup/", form)
    assert (response.status_code, response["Location"]) == (302, "/library/")
    user = User.objects.get()
    assert (user.email, user.name) == ("ada@example.com", "Ada L.")
    assert Account.objects.get().name == "Ada L."
    assert client.get("/library/").status_code == 200


def test_signing_up_takes_one_good_password_that_can_be_looked_at(client: Client, db: None) -> None:
    form = {"name": "Ada", "email": "a@example.com", "password1": "password"}
    response = client.post("/accounts/signup/", form)
    assert response.status_code == 200
    page = response.content.decode()
    assert "Many people use this password" in page
    assert page.count('type="password"') == page.count("data-show-password") == 1
    assert client.get("/accounts/login/").content.decode().count("data-show-password") == 1
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "path", ["login", "signup", "logout", "password/reset", "password/change", "email", "2fa"]
)
def test_every_page_of_the_account_wears_the_sites_frame(
    client: Client, seller: Person, path: str
) -> None:
    is_public = path in ("login", "signup", "password/reset")
    who = client if is_public else seller.client
    page = who.get(f"/accounts/{path}/").content.decode()
    assert "css/tokens.css" in page
    assert ('class="site-header"' if is_public else 'class="rail"') in page


def test_an_unknown_address_is_a_page(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_the_error_page_needs_nothing_that_may_be_broken() -> None:
    page = render_to_string("error.html", {"status": 500, "message": "Quote request abc."})
    assert "Quote request abc." in page
