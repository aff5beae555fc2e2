"""POST /api/v1/auth/login and /logout, the second factor, and what a session is."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.hashers import MD5PasswordHasher
from rest_framework.test import APIClient

from accounts.models import Session

URL = "/api/v1/auth/login"
PASSWORD = "a long and quiet sentence"
SECRET = "JBSWY3DPEHPK3PXP"


def login(api, **fields):
    given = {"email": "ada@example.com", "password": PASSWORD, **fields}
    return api.post(URL, given, format="json")


@pytest.fixture
def _still(time_machine):
    """Codes change every 30 seconds: not while a test looks."""
    time_machine.move_to("2027-03-01T12:00:10Z", tick=False)


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


@pytest.mark.usefixtures("seller")
def test_login_answers_a_token_that_works(api):
    answer = login(api, email="ADA@example.com")
    assert answer.status_code == 200
    token = answer.json()["data"]["token"]
    me = APIClient(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/auth/me")
    assert me.json()["data"]["user"]["email"] == "ada@example.com"


def test_the_database_holds_no_token(api, seller):
    token = login(api).json()["data"]["token"]
    for row in Session.objects.all().values():
        assert token not in str(row)
        assert seller.token not in str(row)


def test_wrong_address_and_wrong_password_answer_alike(api, seller, monkeypatch):
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda *given: hashed.append(1) or encode(*given)
    )
    wrong_password = login(api, password="not it")
    after_password = len(hashed)
    wrong_address = login(api, email="nobody@example.com")
    assert (after_password, len(hashed)) == (1, 2)  # the same work for both
    seller.user.is_active = False
    seller.user.save()
    inactive = login(api)
    for answer in (wrong_password, wrong_address, inactive):
        assert answer.status_code == 401
        assert answer.json() == {
            "success": False,
            "error": "Wrong e-mail address or password.",
            "code": "INVALID_CREDENTIALS",
        }
        assert "packshot_session" not in answer.cookies


@pytest.mark.usefixtures("seller")
def test_a_cookie_without_csrf_token_is_no_obstacle_to_signing_in():
    browser = APIClient(enforce_csrf_checks=True)
    assert login(browser).status_code == 200
    assert login(browser).status_code == 200


def test_logout_ends_the_token_used_and_no_other(api, seller):
    token = login(api).json()["data"]["token"]
    other = APIClient(headers={"Authorization": f"Bearer {token}"})
    assert other.post("/api/v1/auth/logout").status_code == 200
    refused = other.get("/api/v1/auth/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "AUTHENTICATION_REQUIRED")
    assert seller.client.get("/api/v1/auth/me").status_code == 200


@pytest.mark.usefixtures("seller")
def test_logout_in_the_browser_forgets_the_cookie(api):
    login(api)
    answer = api.post("/api/v1/auth/logout")
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "data": None}
    assert answer.cookies["packshot_session"].value == ""
    assert api.get("/api/v1/auth/me").status_code == 401


@pytest.mark.usefixtures("_still")
def test_the_second_factor_is_asked_for(api, seller):
    TOTP.activate(seller.user, SECRET)
    before = Session.objects.count()
    without = login(api)
    assert (without.status_code, without.json()["code"]) == (401, "MFA_REQUIRED")
    wrong = login(api, code="000000" if code_now() != "000000" else "000001")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "INVALID_CREDENTIALS")
    assert login(api, password="not it", code=code_now()).json()["code"] == "INVALID_CREDENTIALS"
    assert Session.objects.count() == before
    code = code_now()
    assert login(api, code=code).status_code == 200


@pytest.mark.usefixtures("_still")
def test_a_code_works_once(api, seller):
    TOTP.activate(seller.user, SECRET)
    code = code_now()
    assert login(api, code=code).status_code == 200
    assert login(api, code=code).status_code == 401


@pytest.mark.usefixtures("_still")
def test_a_recovery_code_works_once(api, seller):
    TOTP.activate(seller.user, SECRET)
    code = RecoveryCodes.activate(seller.user).generate_codes()[0]
    assert login(api, code=code).status_code == 200
    assert login(api, code=code).status_code == 401


def test_login_and_register_share_five_tries_a_quarter_hour(seller, time_machine):
    time_machine.move_to("2027-03-01T12:00:00Z")
    api = APIClient()
    results = [login(api, password="not it") for _ in range(4)]
    results.append(api.post("/api/v1/auth/register", {}, format="json"))
    assert [answer.status_code for answer in results] == [401, 401, 401, 401, 400]
    assert [answer["X-RateLimit-Remaining"] for answer in results] == ["4", "3", "2", "1", "0"]
    refused = login(api)
    assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
    assert refused["X-RateLimit-Limit"] == "5"
    wait = int(refused["Retry-After"])
    assert 1 <= wait <= 900
    assert refused["X-RateLimit-Reset"] == str(wait)
    elsewhere = APIClient(REMOTE_ADDR="203.0.113.9")
    assert login(elsewhere).status_code == 200
    time_machine.shift(wait + 1)
    assert login(api).status_code == 200
