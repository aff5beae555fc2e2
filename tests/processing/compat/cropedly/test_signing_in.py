"""The token of three days: what is in it, what ends it, and what is none."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.access import api_keys
from accounts.models import Account, Session
from accounts.signing import jwt as pairs
from tests.processing.compat.cropedly.client import CropedlyClient
from tests.processing.compat.cropedly.conftest import Customer, customer_on

UNKNOWN = "job_2VfUX5sCNEcTGeZ8vKoGj1"


def claims(customer: Customer) -> dict[str, Any]:
    return jwt.decode(customer.client.token, options={"verify_signature": False})


def asked(customer: Customer) -> int:
    """404 where the token is good: there is no such image."""
    return customer.client.image(UNKNOWN).status_code


def refusal(token: str) -> str:
    answer = CropedlyClient(token).image(UNKNOWN)
    body = answer.json()
    assert (answer.status_code, body["status"], body["error"], body["details"]) == (
        *(401, 401, "AUTHENTICATION_REQUIRED", {}),
    )
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="packshot"'
    message: str = body["message"]
    return message


def forged(customer: Customer, key: str, **headers: Any) -> str:
    return jwt.encode(claims(customer), key, algorithm="HS256", headers=headers)


def test_signing_in(customer: Customer) -> None:
    answer = CropedlyClient().login(customer.email.upper(), customer.password)
    assert (answer.status_code, list(answer.json())) == (200, ["token"])
    assert jwt.get_unverified_header(customer.client.token) == {
        "alg": "HS256",
        "kid": "1",
        "typ": "JWT",
    }
    told = claims(customer)
    assert told["sub"] == str(customer.user.pk)
    assert (told["name"], told["authorities"]) == ("Demo seller", ["ROLE_OWNER", "PLAN_PRO"])
    assert told["exp"] - told["iat"] == 3 * 24 * 3600
    assert asked(customer) == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "missing"), [({"email": "a@example.com"}, "password"), ({"password": "x"}, "email")]
)
def test_what_signing_in_needs(form: dict[str, str], missing: str) -> None:
    parts = [(name, (None, value)) for name, value in form.items()]
    answer = CropedlyClient().send("POST", "/auth/v1/login", files=parts)
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "status": 400,
            "error": "VALIDATION_ERROR",
            "message": f"{missing} must be given",
            "details": {missing: ["This field is required."]},
        },
    )


def test_forms_alone_are_read(customer: Customer) -> None:
    body = {"email": customer.email, "password": customer.password}
    answer = CropedlyClient().send("POST", "/auth/v1/login", json=body)
    assert (answer.status_code, answer.json()["error"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_wrong_password_and_an_unknown_address_look_alike(customer: Customer) -> None:
    wrong = CropedlyClient().login(customer.email, "wrong")
    unknown = CropedlyClient().login("nobody@example.com", "wrong")
    assert wrong.json() == unknown.json()
    assert (wrong.status_code, wrong.json()["error"]) == (401, "INVALID_CREDENTIALS")


def test_who_has_a_second_factor_sends_its_code(customer: Customer) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(customer.user, generate_totp_secret())
    codes = RecoveryCodes.activate(customer.user).get_unused_codes()
    client = CropedlyClient()
    told = client.login(customer.email, customer.password)
    assert (told.status_code, told.json()["error"]) == (401, "MFA_REQUIRED")
    assert told.json()["message"] == "Send the code from your authenticator app as `code`."
    assert client.login(customer.email, customer.password, code=codes[0]).status_code == 200


def test_it_ends_after_three_days(customer: Customer) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=3, seconds=-5)):
        assert asked(customer) == 404
    with time_machine.travel(timezone.now() + timedelta(days=3, seconds=5)):
        assert refusal(customer.client.token) == "The token has expired. Sign in again."


def test_the_sessions_page_ends_it(customer: Customer) -> None:
    page = Client()
    page.force_login(customer.user)
    session = Session.objects.get(pk=claims(customer)["sid"])
    assert f"/settings/sessions/{session.public_id}/end/" in page.get("/settings/").text
    page.post(f"/settings/sessions/{session.public_id}/end/")
    assert refusal(customer.client.token) == "The token was revoked. Sign in again."


def test_the_api_ends_it(customer: Customer, enterprise: Customer) -> None:
    session = Session.objects.get(pk=claims(customer)["sid"])
    path = f"/api/v1/auth/sessions/{session.public_id}"

    def end(who: Customer) -> int:
        client = APIClient(headers={"Authorization": f"Bearer {who.session_token}"})
        return client.delete(path).status_code

    assert (end(enterprise), asked(customer)) == (404, 404)
    assert end(customer) == 200
    assert refusal(customer.client.token) == "The token was revoked. Sign in again."


def test_a_new_password_ends_it(customer: Customer) -> None:
    customer.user.set_password("another long sentence")
    customer.user.save()
    assert refusal(customer.client.token) == "The token was revoked. Sign in again."


def test_another_key_signs_and_the_old_one_is_good_until_it_is_gone(
    customer: Customer, settings: Any
) -> None:
    [secret] = settings.ENCRYPTION_KEYS.values()
    settings.ENCRYPTION_KEYS = {1: secret, 2: "a second long random text"}
    assert asked(customer) == 404
    again = CropedlyClient()
    again.login(customer.email, customer.password)
    assert jwt.get_unverified_header(again.token)["kid"] == "2"
    settings.ENCRYPTION_KEYS = {2: "a second long random text"}
    assert refusal(customer.client.token) == "The token is not valid."
    assert again.image(UNKNOWN).status_code == 404


def test_what_is_no_token_of_ours(customer: Customer, settings: Any) -> None:
    head, body, mark = customer.client.token.split(".")
    unsigned = base64.urlsafe_b64encode(
        json.dumps({"alg": "none", "typ": "JWT", "kid": "1"}).encode()
    )
    other = customer_on("pro")
    [secret] = settings.ENCRYPTION_KEYS.values()
    for token in (
        "x",
        "x" * 5_000,
        f"{head}.{body}.{mark[:-2]}AA",
        f"{head}.{claims_of(other)}.{mark}",
        f"{unsigned.decode().rstrip('=')}.{body}.",
        f"{unsigned.decode().rstrip('=')}.{body}.{mark}",
        forged(customer, "a key of a stranger's, which is long", kid="1"),
        forged(customer, secret.ljust(32, "."), kid="1"),
        forged(customer, secret.ljust(32, "."), kid="9"),
        forged(customer, secret.ljust(32, ".")),
        customer.session_token,
    ):
        assert refusal(token) == "The token is not valid."
    assert asked(customer) == 404


def claims_of(customer: Customer) -> str:
    return customer.client.token.split(".")[1]


def test_tokens_of_other_doors_open_nothing_here(customer: Customer, rf: Any) -> None:
    pair = pairs.sign_in(rf.get("/"), customer.user)
    assert refusal(pair.access) == "The token is not valid."
    _, key = api_keys.create(customer.account, customer.user, name="Key")
    assert refusal(key) == "The token is not valid."
    native = APIClient(headers={"Authorization": f"Bearer {customer.client.token}"})
    assert native.get("/api/v1/auth/me").status_code == 401
    other = APIClient(headers={"Authorization": f"Bearer {customer.client.token}"})
    assert other.get("/compat/backgroundfx/v1/projects").status_code == 401
    assert CropedlyClient().image(UNKNOWN).status_code == 401


def test_free_accounts_are_told_what_it_takes(customer: Customer) -> None:
    Account.objects.update(plan="free")
    told = {
        "status": 403,
        "error": "PLAN_REQUIRED",
        "message": "Your plan, Free, does not include this API. It takes one of: pro, enterprise.",
        "details": {},
    }
    for answer in (
        customer.client.image(UNKNOWN),
        customer.client.enhance(b"x"),
        customer.client.login(customer.email, customer.password),
    ):
        assert (answer.status_code, answer.json()) == (403, told)


def test_whose_account_is_blocked(customer: Customer) -> None:
    Account.objects.update(blocked_at=timezone.now())
    assert customer.client.image(UNKNOWN).status_code == 403


def test_unknown_addresses_answer_in_its_shape(db: None) -> None:
    answer = CropedlyClient().send("GET", "/images/v2")
    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")
