"""Tokens, keys and cookies: what opens the API, and what does not."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.access import api_keys
from accounts.models import ApiKey, Session, User

ME = "/api/v1/auth/me"
KEYS = "/api/v1/keys"


def status(**headers: str) -> int:
    return APIClient(headers=headers).get(ME).status_code


def test_me_says_who_and_what(seller):
    data = seller.client.get(ME).json()["data"]
    assert sorted(data) == ["account", "plan", "quotas", "role", "user"]
    assert data["user"]["id"] == seller.user.public_id
    assert data["account"]["id"] == seller.account.public_id
    assert data["plan"] == {"slug": "free", "name": "Free"}
    (quota,) = data["quotas"]
    assert (quota["operation"], quota["limit"]) == ("remove-background", 100)
    assert (quota["used"], quota["remaining"]) == (0, 100)
    assert re.fullmatch(r"\d{4}-\d\d-01T00:00:00Z", quota["resetsAt"])


@pytest.mark.django_db
def test_nobody_is_told_so(api):
    answer = api.get(ME)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="packshot"'
    assert answer.json()["code"] == "AUTHENTICATION_REQUIRED"
    assert sorted(answer.json()) == ["code", "error", "success"]


def test_ways_to_send_what_one_has(seller):
    _, key = api_keys.create(seller.account, seller.user, name="test")
    assert status(authorization=f"Bearer {seller.token}") == 200
    assert status(authorization=f"bearer {seller.token}") == 200
    assert status(authorization=f"Bearer {key}") == 200
    assert status(**{"x-api-key": key}) == 200
    # A proxy's own password in front of the site does not get in the way.
    assert status(**{"authorization": "Basic Zm9vOmJhcg==", "x-api-key": key}) == 200


def test_ways_that_open_nothing(seller):
    key, plain = api_keys.create(seller.account, seller.user, name="test")
    row = Session.objects.get()
    for token in ("", "nonsense", row.key_hash, row.public_id, seller.token[:-1], key.digest):
        assert status(authorization=f"Bearer {token}") == 401
    assert status(**{"x-api-key": seller.token}) == 401
    assert status(**{"x-api-key": ""}) == 401
    for wrong in (plain[:-1], plain + "x", f"ps_{key.key_id}_", f"ps_{key.key_id}", "ps_"):
        assert status(**{"x-api-key": wrong}) == 401
        assert status(authorization=f"Bearer {wrong}") == 401


def test_unknown_key_and_wrong_secret_answer_alike(seller):
    _, plain = api_keys.create(seller.account, seller.user, name="test")
    answers = [
        APIClient(headers={"x-api-key": wrong}).get(ME)
        for wrong in (plain[:-1], plain.replace("ps_", "ps_x"))
    ]
    assert answers[0].json() == answers[1].json()
    assert [answer.status_code for answer in answers] == [401, 401]


def test_a_wrong_token_does_not_fall_back_on_the_cookie(seller):
    browser = APIClient()
    browser.force_login(seller.user)
    assert browser.get(ME).status_code == 200
    assert browser.get(ME, headers={"authorization": "Bearer nonsense"}).status_code == 401
    assert browser.get(ME, headers={"x-api-key": "ps_no_such"}).status_code == 401


def test_unsafe_requests_by_cookie_need_the_csrf_token(seller):
    browser = APIClient(enforce_csrf_checks=True)
    credentials = {"email": "ada@example.com", "password": "a long and quiet sentence"}
    browser.post("/api/v1/auth/login", credentials, format="json")
    assert browser.get(ME).status_code == 200
    refused = browser.post(KEYS, {"name": "x"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "CSRF_FAILED")
    assert ApiKey.objects.count() == 0
    token = browser.cookies["csrftoken"].value
    passed = browser.post(KEYS, {"name": "x"}, format="json", headers={"X-CSRFToken": token})
    assert passed.status_code == 201
    # A token in the header cannot be forged from another site, so it needs none.
    bearer = {"authorization": f"Bearer {seller.token}"}
    assert browser.post(KEYS, {"name": "y"}, format="json", headers=bearer).status_code == 201


def test_switched_off_people_are_out_at_once(seller):
    page = Client()
    page.force_login(seller.user)
    key_client = seller.key_client()
    assert key_client.get(ME).status_code == 200
    User.objects.update(is_active=False)
    for client in (seller.client, key_client, page):
        assert client.get(ME).status_code == 401


@pytest.mark.django_db
def test_people_without_an_account_get_one_on_first_use():
    admin = User.objects.create_superuser("Root@Example.com", "a long and quiet sentence")
    client = APIClient()
    client.force_login(admin)
    first, second = (client.get(ME).json()["data"] for _ in range(2))
    assert first["user"]["email"] == "root@example.com"
    assert first["account"] == second["account"]
