"""Wrong passwords make guessers wait, by page and API alike, and never the owner elsewhere."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from accounts.limits import guesses
from accounts.limits.sign_in_tries import Tries
from config.errors import AppError
from tests.accounts.conftest import PASSWORD

EMAIL = "ada@example.com"
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"
PAGE = "/accounts/login/"


@pytest.fixture(autouse=True)
def _only_these_limits(settings, time_machine):
    """Limits by address alone are others' tests."""
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "auth": "1000/15m"}
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "1000/m/ip"}
    time_machine.move_to("2027-03-01T12:00:00Z", tick=False)


def by_api(password: str, address: str = HOME, **given: str) -> Any:
    client = APIClient(REMOTE_ADDR=address)
    body = {"email": EMAIL, "password": password, **given}
    return client.post("/api/v1/auth/login", body, format="json")


def by_dialect(password: str, address: str = HOME) -> Any:
    client = APIClient(REMOTE_ADDR=address)
    body = {"email": EMAIL, "password": password}
    return client.post("/compat/backgroundfx/v1/auth/login", body, format="json")


def by_page(password: str, address: str = HOME) -> Any:
    return Client(REMOTE_ADDR=address).post(PAGE, {"login": EMAIL, "password": password})


def guess_from_everywhere(count: int = guesses.MAX_FROM_EVERYWHERE) -> list[int]:
    return [
        by_api("not it at all", f"192.0.2.{number}").status_code for number in range(1, count + 1)
    ]


@pytest.mark.usefixtures("seller")
@pytest.mark.parametrize("sign_in", [by_api, by_dialect])
def test_five_wrong_tries_make_their_network_wait_and_no_other(sign_in):
    assert [sign_in("not it at all").status_code for _ in range(5)] == [401] * 5
    refused = sign_in(PASSWORD)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert "choose a new password by e-mail" in refused.content.decode()
    assert sign_in(PASSWORD, ELSEWHERE).status_code == 200
    assert sign_in(PASSWORD).status_code == 429


@pytest.mark.usefixtures("seller")
def test_the_page_counts_with_the_api():
    assert [by_page("not it at all").status_code for _ in range(3)] == [200] * 3
    assert [by_api("not it at all").status_code for _ in range(2)] == [401] * 2
    refused = by_page(PASSWORD)
    assert refused.status_code == 200
    assert "from your network. Try again in a minute" in refused.content.decode()
    assert by_page(PASSWORD, ELSEWHERE).status_code == 302


@pytest.mark.usefixtures("seller")
def test_waits_grow_and_end(time_machine):
    waits = []
    for _ in range(9):
        while by_api("not it at all").status_code == 401:
            pass
        waits.append(int(by_api(PASSWORD)["Retry-After"]))
        time_machine.shift(waits[-1] + 1)
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert by_api(PASSWORD).status_code == 200
    assert [by_api("not it at all").status_code for _ in range(4)] == [
        401
    ] * 4  # from the beginning
    assert by_api(PASSWORD).status_code == 200


@pytest.mark.usefixtures("seller")
def test_guesses_from_many_networks_end_and_leave_the_owner_in():
    assert by_api(PASSWORD, HOME).status_code == 200
    assert guess_from_everywhere() == [401] * 20
    refused = by_api("not it at all", "192.0.2.99")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert "from several networks" in refused.json()["error"]
    assert by_page(PASSWORD, ELSEWHERE).status_code == 200  # the owner's own new network waits, too
    assert by_api(PASSWORD, HOME).status_code == 200  # but none from where somebody got in before
    assert by_page(PASSWORD, HOME).status_code == 302


def test_a_new_password_by_mail_lets_the_owner_in(seller):
    guess_from_everywhere()
    assert by_api(PASSWORD, ELSEWHERE).status_code == 429
    browser = Client(REMOTE_ADDR=ELSEWHERE)
    browser.post("/accounts/password/reset/", {"email": EMAIL})
    [link] = re.findall(r"http://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[0].body)
    form = browser.get(link, follow=True)
    new = "another long and quiet sentence"
    browser.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert by_api(new, ELSEWHERE).status_code == 200


@pytest.mark.usefixtures("seller")
def test_unknown_addresses_wait_alike():
    def told(email: str) -> list[tuple[int, bytes]]:
        answers = [by_api("not it at all", email=email) for _ in range(6)]
        return [(answer.status_code, answer.content) for answer in answers]

    assert told(EMAIL) == told("nobody@example.com")


def test_wrong_codes_are_wrong_tries_and_a_missing_one_is_none(seller):
    TOTP.activate(seller.user, "JBSWY3DPEHPK3PXP")
    assert {by_api(PASSWORD).json()["code"] for _ in range(8)} == {"MFA_REQUIRED"}
    wrong = [by_api(PASSWORD, code="00000x").status_code for _ in range(6)]
    assert wrong == [401] * 5 + [429]


def test_the_right_password_on_the_page_clears_nothing_before_the_code(seller):
    TOTP.activate(seller.user, "JBSWY3DPEHPK3PXP")
    for _ in range(4):
        by_page("not it at all")
    assert by_page(PASSWORD).status_code == 302  # to the second factor
    assert by_page("not it at all").status_code == 200
    assert by_api(PASSWORD).status_code == 429


def test_wrong_codes_on_the_page_make_their_network_wait_and_no_other(seller):
    TOTP.activate(seller.user, "JBSWY3DPEHPK3PXP")
    thief, owner = Client(REMOTE_ADDR=ELSEWHERE), Client(REMOTE_ADDR=HOME)
    for browser in (thief, owner):
        browser.post(PAGE, {"login": EMAIL, "password": PASSWORD})
    told = [code_by_page(thief, "00000x") for _ in range(7)]
    assert ["The code is wrong" in page for page in told] == [True] * 5 + [False] * 2
    assert "Too many failed sign-ins with this e-mail address from your network" in told[5]
    code = format_hotp_value(hotp_value("JBSWY3DPEHPK3PXP", int(time.time()) // 30))
    assert "Too many" in code_by_page(thief, code)
    assert code_by_page(owner, code) == ""
    assert owner.get("/library/").status_code == 200


def code_by_page(browser: Client, code: str) -> str:
    return browser.post("/accounts/2fa/authenticate/", {"code": code}).content.decode()


@pytest.mark.usefixtures("db")
def test_of_many_tries_at_once_five_are_judged():
    """All are counted before the first password is hashed."""
    tries = Tries(RequestFactory().get("/", REMOTE_ADDR=HOME), EMAIL)
    passed = 0
    for _ in range(12):
        try:
            tries.begin()
            passed += 1
        except AppError:
            continue
    assert passed == 5


def test_deleting_an_account_counts_wrong_passwords_too(seller):
    def delete(password: str) -> int:
        return seller.client.post(
            "/api/v1/auth/me/delete", {"password": password}, format="json", REMOTE_ADDR=HOME
        ).status_code

    assert [delete("not it at all") for _ in range(6)] == [400] * 5 + [429]
    assert delete(PASSWORD) == 429
