"""The pages of signing in: in the site's own words, in one panel, and honest about mail."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.dashboard.conftest import Person

# What the library's own templates say.
STOCK = re.compile(
    r"Reset My Password|Confirm Access|Re-send|Make Primary|Sign In|Sign Out|Two-Factor Authentication"
    r"|contact us|Unverified|Deactivate|Email Addresses"
)
PAGES = ["login", "signup", "password/reset", "password/reset/done", "confirm-email", "inactive"]
OWN = [
    "logout",
    "email",
    "password/change",
    "2fa",
    "2fa/totp/activate",
    "2fa/recovery-codes/generate",
]


def said(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page)


@pytest.mark.parametrize("path", PAGES)
def test_ways_in_are_in_our_words(client: Client, db: None, path: str) -> None:
    page = client.get(f"/accounts/{path}/").content.decode()
    assert 'class="panel entrance"' in page
    assert STOCK.findall(said(page)) == []


@pytest.mark.parametrize("path", OWN)
def test_pages_of_ones_sign_in_are_in_our_words(seller: Person, path: str) -> None:
    page = seller.client.get(f"/accounts/{path}/", follow=True).content.decode()
    assert 'class="panel entrance"' in page
    assert STOCK.findall(said(page)) == []


def test_reset_is_honest_where_no_mail_is_sent(client: Client, db: None, settings: Any) -> None:
    page = client.get("/accounts/password/reset/").content.decode()
    assert "This site sends no mail" in page
    assert 'name="email"' not in page
    settings.SUPPORT_CONTACT = "https://help.example/ask"
    assert (
        'href="https://help.example/ask"'
        in client.get("/accounts/password/reset/").content.decode()
    )


def test_reset_sends_a_link_where_mail_is_sent(seller: Person, settings: Any) -> None:
    settings.MAIL_IS_SENT = True
    browser = Client()
    assert 'name="email"' in browser.get("/accounts/password/reset/").content.decode()
    response = browser.post("/accounts/password/reset/", {"email": "ada@example.com"}, follow=True)
    assert "a link is on its way" in response.content.decode()
    [letter] = mail.outbox
    assert letter.subject == "Packshot: Choose a new password"
    assert "Thank you for using" not in letter.body
    [link] = re.findall(r"http\S+", letter.body)[:1]
    page = browser.get(link.split("testserver")[1], follow=True)
    assert "Choose a new password" in page.content.decode()
    form = {"password1": "another quiet sentence", "password2": "another quiet sentence"}
    browser.post(page.redirect_chain[-1][0], form)
    assert User.objects.get(pk=seller.user.pk).check_password("another quiet sentence")


def test_a_used_link_says_so(client: Client, db: None) -> None:
    page = client.get("/accounts/password/reset/key/1-abc/").content.decode()
    assert "used up, or too old" in page
