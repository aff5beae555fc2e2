"""The administration demands a second factor of staff."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
CHOICE = "/accounts/2fa/"
SETUP = "/accounts/2fa/totp/activate/"
PASSWORD = "a long sentence"


@pytest.fixture(autouse=True)
def _demanded(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("root@example.com", PASSWORD)


def signed_in(client: Client, boss: User) -> Client:
    form = {"login": boss.email, "password": PASSWORD}
    assert client.post("/accounts/login/?next=/admin/", form)["Location"] == "/admin/"
    return client


def test_a_fresh_superuser_sets_it_up_and_gets_in(client: Client, boss: User) -> None:
    signed_in(client, boss)
    for path in ("/admin/", "/admin/desk/", "/admin/accounts/user/", "/admin/login/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, CHOICE)
    assert (
        client.post(f"/admin/accounts/user/{boss.pk}/change/", {"name": "x"})["Location"] == CHOICE
    )
    told = client.get(CHOICE).content.decode()
    assert "set up a passkey or an authenticator app first" in told
    client.get(SETUP)  # whoever sets one up says once more who they are
    password = {"password": PASSWORD, "next": SETUP}
    page = client.post("/accounts/reauthenticate/", password, follow=True)
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post(SETUP, {"code": code}).status_code == 302
    assert Authenticator.objects.filter(user=boss, type="totp").exists()
    assert client.get("/admin/").status_code == 200
    # From now on the password alone opens nothing.
    form = {"login": boss.email, "password": PASSWORD}
    answer = Client().post("/accounts/login/?next=/admin/", form)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")


def test_recovery_codes_alone_are_no_app(client: Client, boss: User) -> None:
    client.force_login(boss)
    RecoveryCodes.activate(boss)
    assert client.get("/admin/")["Location"] == CHOICE
    TOTP.activate(boss, "JBSWY3DPEHPK3PXP")
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(type="totp").update(type="webauthn", data={"name": "Laptop"})
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(type="webauthn").delete()
    assert client.get("/admin/")["Location"] == CHOICE


def test_it_is_the_administrations_alone(client: Client, boss: User) -> None:
    client.force_login(boss)
    assert client.get("/library/").status_code == 200
    assert client.post("/admin/logout/").status_code == 200
    seller = User.objects.create_user("ada@example.com", PASSWORD)
    client.force_login(seller)
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"


def test_it_can_be_switched_off(client: Client, boss: User, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(boss)
    assert client.get("/admin/").status_code == 200
