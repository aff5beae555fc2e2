"""Secrets of the second factor: encrypted wherever they are stored, and shown to nobody."""

from __future__ import annotations

import json
import time
from importlib import import_module
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core import mail
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Session, User
from tests.accounts.conftest import PASSWORD

SECRET = "JBSWY3DPEHPK3PXP"
SEED = "5eed" * 20
MIGRATION = import_module("accounts.migrations.0008_encrypt_second_factors")


def code_now(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(**given: str) -> int:
    body = {"email": "ada@example.com", "password": PASSWORD, **given}
    return APIClient().post("/api/v1/auth/login", body, format="json").status_code


def stored() -> str:
    return json.dumps(list(Authenticator.objects.values("data")))


def test_both_kinds_are_stored_encrypted_and_work(seller, monkeypatch):
    monkeypatch.setattr(RecoveryCodes, "generate_seed", lambda *_: SEED)
    TOTP.activate(seller.user, SECRET)
    codes = RecoveryCodes.activate(seller.user).generate_codes()
    assert SECRET not in stored()
    assert SEED not in stored()
    assert not any(code in stored() for code in codes)
    assert sign_in(code=code_now()) == 200
    assert [sign_in(code=codes[0]), sign_in(code=codes[0])] == [200, 401]


def test_the_migration_encrypts_what_is_there_and_back(seller, stranger):
    """As before: an app, a seed, and codes that came from another library, all in clear."""
    mfa = Authenticator.Type
    rows = [
        (seller.user, mfa.TOTP, {"secret": SECRET}),
        (seller.user, mfa.RECOVERY_CODES, {"seed": SEED, "used_mask": 3}),
        (stranger.user, mfa.TOTP, {"secret": SECRET}),
        (stranger.user, mfa.RECOVERY_CODES, {"migrated_codes": ["11112222", "33334444"]}),
    ]
    for user, kind, data in rows:
        Authenticator.objects.create(user=user, type=kind, data=data)
    before = stored()
    MIGRATION.encrypt(apps, None)
    for secret in (SECRET, SEED, "11112222", "33334444"):
        assert secret not in stored()
    assert sign_in(code=code_now()) == 200
    assert Authenticator.objects.get(data__used_mask=3).wrap()._is_code_used(1)
    assert sign_in(email="eve@example.com", code="33334444") == 200
    migrated = Authenticator.objects.get(user=stranger.user, type=mfa.RECOVERY_CODES)
    assert migrated.wrap().generate_codes() == ["11112222"]
    migrated.delete()
    MIGRATION.decrypt(apps, None)
    assert json.loads(stored()) == json.loads(before)[:3]


def test_a_key_can_be_replaced(seller, settings):
    settings.ENCRYPTION_KEYS = {1: "old"}
    TOTP.activate(seller.user, SECRET)
    settings.ENCRYPTION_KEYS = {1: "old", 2: "new"}
    out = StringIO()
    call_command("reencrypt", stdout=out)
    assert "authenticators: 1" in out.getvalue()
    settings.ENCRYPTION_KEYS = {2: "new"}
    assert sign_in(code=code_now()) == 200


def test_while_it_is_set_up_the_session_holds_it_encrypted(seller):
    """The secret that the page shows is the one that will hold, as soon as its first code is."""
    browser = Client()
    browser.post("/accounts/login/", {"login": "ada@example.com", "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    row = Session.objects.order_by("created_at").last()
    kept = DatabaseStore().decode(row.session_data)  # as the row has it
    assert kept["mfa.totp.secret"]
    assert secret not in str(kept)
    done = browser.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert done.status_code == 302
    assert sign_in() == 401
    assert Authenticator.objects.filter(user=seller.user, type="totp").count() == 1


def test_staff_see_that_there_is_one_and_no_secret(root, seller):
    row = TOTP.activate(seller.user, SECRET).instance
    path = "/admin/mfa/authenticator/"
    for page in (path, f"{path}{row.pk}/change/"):
        text = root.get(page).content.decode()
        assert "ada@example.com" in text
        assert SECRET not in text
        assert row.data["secret"] not in text
    assert root.post(f"{path}{row.pk}/change/", {"data": "{}"}).status_code == 403
    assert root.post(f"{path}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_staff_reset_it_and_the_owner_is_told(root, seller, stranger):
    TOTP.activate(seller.user, SECRET)
    RecoveryCodes.activate(seller.user)
    TOTP.activate(stranger.user, SECRET)
    form = {"action": "reset_second_factor", "_selected_action": [str(seller.user.pk)]}
    answer = root.post("/admin/accounts/user/", form, follow=True)
    assert "Reset for 1 of 1 people." in answer.content.decode()
    assert list(Authenticator.objects.values_list("user", flat=True)) == [stranger.user.pk]
    assert sign_in() == 200
    assert LogEntry.objects.get().change_message == "Reset the second factor."
    [told] = mail.outbox
    assert (told.to, told.subject) == (
        ["ada@example.com"],
        "Packshot: Two-factor sign-in was switched off",
    )


GARBAGE = ["", "nothing", "5", "[]", "{}", '{"response": 5}', '{"id": "AAAA", "response": {}}']


@pytest.mark.parametrize("said", GARBAGE)
def test_what_is_no_passkey_signs_nobody_in_and_adds_nothing(seller, said):
    browser = Client()
    answer = browser.post("/accounts/2fa/webauthn/login/", {"credential": said})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    browser.post("/accounts/login/", {"login": "ada@example.com", "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = browser.post("/accounts/2fa/webauthn/add/", {"name": "x", "credential": said})
    assert page.status_code == 200
    assert 'class="field wrong"' in page.content.decode()
    assert not Authenticator.objects.exists()


def test_passkeys_are_named_and_removed_by_their_owner_alone(seller, stranger):
    row = Authenticator.objects.create(user=seller.user, type="webauthn", data={"name": "Laptop"})
    url = f"/accounts/2fa/webauthn/keys/{row.pk}"
    for email, found in (("eve@example.com", False), ("ada@example.com", True)):
        browser = Client()
        browser.force_login(User.objects.get(email=email))
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
        answer = browser.post(f"{url}/edit/", {"name": "Phone"})
        assert answer.status_code == (302 if found else 404)
        row.refresh_from_db()
        assert row.data["name"] == ("Phone" if found else "Laptop")
        assert browser.post(f"{url}/remove/").status_code == (302 if found else 404)
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    ("host", "secure", "works"),
    [
        ("localhost:8000", False, True),
        ("shop.example", True, True),
        ("shop.example", False, False),
        ("127.0.0.1:8000", False, False),
        ("127.0.0.1", True, False),
        ("[::1]:8000", True, False),
    ],
)
def test_passkeys_are_offered_where_browsers_keep_them(db, settings, host, secure, works):
    settings.ALLOWED_HOSTS = ["*"]
    page = Client(headers={"host": host}).get("/accounts/login/", secure=secure).content.decode()
    assert ("Sign in with a passkey" in page) == works
