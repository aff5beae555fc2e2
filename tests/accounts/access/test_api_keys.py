"""API keys: made, listed, limited, revoked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.access import api_keys
from accounts.access.scopes import ALL_SCOPES
from accounts.models import ApiKey

KEYS = "/api/v1/keys"
ME = "/api/v1/auth/me"


def make(client: APIClient, **fields: object) -> dict[str, object]:
    answer = client.post(KEYS, {"name": "shop", **fields}, format="json")
    assert answer.status_code == 201
    return answer.json()["data"]


def test_a_key_is_shown_once(seller):
    made = make(seller.client)
    assert re.fullmatch(r"ps_[A-Za-z0-9]{12}_[A-Za-z0-9]{40}", made["key"])
    assert made["prefix"] == made["key"][:16] + "…"
    assert made["scopes"] == list(ALL_SCOPES)
    listed = seller.client.get(KEYS).json()["data"]
    assert listed["total"] == 1
    assert listed["items"][0] == {name: value for name, value in made.items() if name != "key"}
    secret = made["key"].rsplit("_", 1)[1]
    assert secret not in str(ApiKey.objects.values().get())
    assert APIClient(headers={"x-api-key": made["key"]}).get(ME).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": 5}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"scopes": "images:read"}, "scopes"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"expiresAt": "soon"}, "expiresAt"),
        ({"account": "acct_1"}, "account"),
    ],
)
def test_what_is_wrong_is_named(seller, change, field):
    answer = seller.client.post(KEYS, {"name": "shop", **change}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert ApiKey.objects.count() == 0


def test_a_revoked_key_stops_at_once(seller):
    made = make(seller.client)
    program = APIClient(headers={"x-api-key": made["key"]})
    assert program.get(ME).status_code == 200
    assert seller.client.delete(f"{KEYS}/{made['id']}").status_code == 200
    assert program.get(ME).status_code == 401
    assert seller.client.delete(f"{KEYS}/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", ME),
        ("delete", ME),
        ("patch", KEYS),  # which no key may use at all
        ("get", "/api/v1/auth/login"),
        ("delete", "/api/v1/images"),
        ("put", "/api/v1/images/tools/remove-background"),
        ("post", "/api/v1/usage"),
    ],
)
@pytest.mark.parametrize("scopes", [["images:read"], list(ALL_SCOPES)], ids=["one", "all"])
def test_a_wrong_method_is_405_whatever_the_key_may_do(seller, method, path, scopes):
    program = APIClient(headers={"x-api-key": make(seller.client, scopes=scopes)["key"]})
    answer = getattr(program, method)(path)
    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer["X-RateLimit-Remaining"]


def test_strangers_neither_see_nor_revoke_mine(seller, stranger):
    made = make(seller.client)
    assert stranger.client.get(KEYS).json()["data"]["items"] == []
    assert stranger.client.delete(f"{KEYS}/{made['id']}").status_code == 404
    assert APIClient(headers={"x-api-key": made["key"]}).get(ME).status_code == 200


def test_a_key_expires(seller, time_machine):
    end = timezone.now() + timedelta(hours=1)
    made = make(seller.client, expiresAt=end.isoformat())
    program = APIClient(headers={"x-api-key": made["key"]})
    time_machine.move_to(end - timedelta(seconds=1), tick=False)
    assert program.get(ME).status_code == 200
    time_machine.move_to(end, tick=False)
    assert program.get(ME).status_code == 401


def test_a_switched_off_key_is_refused(seller):
    program = seller.key_client()
    ApiKey.objects.update(enabled=False)
    assert program.get(ME).status_code == 401


def test_a_key_may_do_what_its_scopes_say(seller):
    allowed = seller.key_client(scopes=["account:read"])
    assert allowed.get("/api/v1/usage").status_code == 200
    refused = seller.key_client(scopes=["images:read"]).get("/api/v1/usage")
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
    assert "account:read" in refused.json()["error"]


def test_keys_and_sessions_are_for_people_only(seller):
    program = seller.key_client()
    assert program.post(KEYS, {"name": "another"}, format="json").status_code == 403
    assert program.get(KEYS).status_code == 403
    assert program.get("/api/v1/auth/sessions").status_code == 403
    assert program.post("/api/v1/auth/logout").status_code == 403
    assert ApiKey.objects.count() == 1
    assert seller.client.get(ME).status_code == 200


def test_being_over_the_rate_comes_before_missing_a_scope(seller, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "general": "1/h"}
    program = seller.key_client(scopes=["images:read"])
    assert program.get(ME).status_code == 403
    assert program.get(ME).status_code == 429


def test_peppers_rotate(seller, settings):
    settings.API_KEY_PEPPERS = {1: "old"}
    old, old_plain = api_keys.create(seller.account, seller.user, name="old")
    settings.API_KEY_PEPPERS = {1: "old", 2: "new"}
    new, new_plain = api_keys.create(seller.account, seller.user, name="new")
    assert (old.pepper, new.pepper) == (1, 2)
    assert (api_keys.find(old_plain), api_keys.find(new_plain)) == (old, new)
    settings.API_KEY_PEPPERS = {2: "new"}
    assert (api_keys.find(old_plain), api_keys.find(new_plain)) == (None, new)


def test_use_is_noted_once_a_minute(seller, time_machine):
    program = seller.key_client()
    start = timezone.now() + timedelta(hours=1)
    time_machine.move_to(start, tick=False)
    program.get(ME)
    time_machine.shift(30)
    program.get(ME)
    assert ApiKey.objects.get().last_used_at == start
    time_machine.shift(31)
    program.get(ME)
    assert ApiKey.objects.get().last_used_at == start + timedelta(seconds=61)
