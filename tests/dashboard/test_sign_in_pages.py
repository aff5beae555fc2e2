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
    r"|contact us|Unverified|Deactivate|Email|Current Password|New Password|\(again\)|Your password (?:must|can)"
    r"|Authenticator code|Request Code|Confirm Access|placeholder="
)
PAGES = ["login", "signup", "password/reset", "password/reset/done", "confirm-email", "inactive"]
OWN = [
    "reauthenticate",
    "reauthenticate/code",
    "logout",
    "email",
    "password/change",
    "2fa",
    "2fa/totp/activate",
    "2fa/recovery-codes/generate",
]


def said(page: str) -> str:
    """The words of a page's panel, and what stands in its empty fields."""
    panel = page.partition('class="panel entrance"')[2].partition("</section>")[0]
    return re.sub(r"<[^>]*?(placeholder=|)[^>]*>", r" \1 ", panel)


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
    assert STOCK.findall(said(page.content.decode())) == []
    browser.post(page.redirect_chain[-1][0], {"password1": "another quiet sentence"})
    assert User.objects.get(pk=seller.user.pk).check_password("another quiet sentence")


def test_a_used_link_says_so(client: Client, db: None) -> None:
    page = client.get("/accounts/password/reset/key/1-abc/").content.decode()
    assert "used up, or too old" in page


def refused(client: Client, path: str, form: dict[str, str]) -> str:
    page = client.post(f"/accounts/{path}/", form).content.decode()
    assert STOCK.findall(said(page)) == []
    return " ".join(said(page).split())


def test_what_is_refused_is_told_in_our_words(seller: Person, stranger: Person) -> None:
    change, before = "password/change", seller.user.password
    told = refused(seller.client, change, {"oldpassword": "wrong", "password1": "short"})
    assert "This is not your current password." in told
    assert "Choose a longer password: at least 8 characters." in told
    for password, why in [
        ("password", "Many people use this password"),
        ("98237459823", "Digits alone are easily guessed."),
        ("ada@example.com", "This is too much like your e-mail address."),
    ]:
        assert why in refused(seller.client, change, {"oldpassword": "x", "password1": password})
    assert User.objects.get(pk=seller.user.pk).password == before
    browser = Client()
    sign_in = {"login": "ada@example.com", "password": "wrong"}
    assert "The e-mail address or the password is wrong." in refused(browser, "login", sign_in)
    sign_up = {"name": "Ada", "email": "ada", "password1": "a quiet sentence"}
    assert "Enter a valid e-mail address." in refused(browser, "signup", sign_up)
    assert "The password is wrong." in refused(seller.client, "reauthenticate", {"password": "x"})
    browser = Client(headers={"accept-language": "de"})
    assert "E-Mail-Adresse oder das Passwort ist falsch" in refused(browser, "login", sign_in)


def test_letters_are_in_our_words(seller: Person, settings: Any) -> None:
    settings.MAIL_IS_SENT = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    browser = Client()
    for path, form in [
        ("signup", {"name": "Bo", "email": "bo@example.com", "password1": "a quiet sentence"}),
        ("signup", {"name": "Bo", "email": "ada@example.com", "password1": "a quiet sentence"}),
        ("password/reset", {"email": "nobody@example.com"}),
    ]:
        browser.post(f"/accounts/{path}/", form)
    assert [letter.subject for letter in mail.outbox] == [
        "Packshot: Confirm your e-mail address",
        "Packshot: You have an account already",
        "Packshot: There is no account with this address",
    ]
    assert not [
        one for one in mail.outbox if "receiving this" in one.body or "http" not in one.body
    ]
