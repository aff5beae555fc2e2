"""The session engine, the list of sessions, and ending them."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Session
from accounts.signing.sessions import SessionStore, key_hash
from config import public_ids

SESSIONS = "/api/v1/auth/sessions"
ME = "/api/v1/auth/me"
pytestmark = pytest.mark.django_db


def test_the_engine_keeps_data_under_a_hash(settings):
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["colour"] = "green"
    store.save()
    row = Session.objects.get()
    assert row.key_hash == key_hash(store.session_key)
    assert store.session_key not in row.session_data
    assert SessionStore(store.session_key)["colour"] == "green"
    assert store.exists(store.session_key)
    assert not store.exists(row.key_hash)  # the hash itself opens nothing
    assert SessionStore(row.key_hash).load() == {}


def test_saving_leaves_where_it_was_opened():
    store = SessionStore()
    store.ip, store.user_agent = "203.0.113.7", "curl"
    store.create()
    before = Session.objects.get()
    again = SessionStore(store.session_key)
    again.ip, again.user_agent = "198.51.100.1", "other"
    again["colour"] = "red"
    again.save()
    after = Session.objects.get()
    assert (after.pk, after.ip, after.user_agent) == (before.pk, "203.0.113.7", "curl")
    assert (after.created_at, after.last_used_at) == (before.created_at, before.last_used_at)
    assert SessionStore(store.session_key)["colour"] == "red"


def test_a_key_is_made_once_and_a_deleted_session_stays_deleted():
    store = SessionStore()
    store.create()
    twin = SessionStore(store.session_key)
    with pytest.raises(CreateError):
        twin.save(must_create=True)
    store.delete()
    with pytest.raises(UpdateError):
        store.save()
    assert Session.objects.count() == 0


def test_expired_sessions_are_empty_and_can_be_cleared(time_machine):
    store = SessionStore()
    store["colour"] = "green"
    store.save()
    key = store.session_key
    time_machine.move_to(timezone.now() + timedelta(days=31))
    assert SessionStore(key).load() == {}
    SessionStore.clear_expired()
    assert Session.objects.count() == 0


@pytest.mark.usefixtures("transactional_db")
def test_the_async_methods_do_the_same():
    async def walk() -> tuple[bool, str, bool]:
        store = SessionStore()
        await store.aset("colour", "green")
        await store.asave()
        key = store.session_key
        found = await SessionStore(key).aget("colour")
        there = await store.aexists(key)
        await store.adelete()
        return there, found, await store.aexists(key)

    assert async_to_sync(walk)() == (True, "green", False)


def test_the_list_shows_mine_and_marks_the_current(seller, stranger):
    other = APIClient(headers={"user-agent": "Firefox"}, REMOTE_ADDR="203.0.113.7")
    credentials = {"email": "ada@example.com", "password": "a long and quiet sentence"}
    other.post("/api/v1/auth/login", credentials, format="json")
    data = seller.client.get(SESSIONS).json()["data"]
    assert (data["page"], data["pageSize"], data["total"]) == (1, 20, 2)
    assert [item["current"] for item in data["items"]] == [False, True]
    first = data["items"][0]
    assert (first["userAgent"], first["ip"]) == ("Firefox", "203.0.113.7")
    assert sorted(first) == [
        *("createdAt", "current", "expiresAt", "id", "ip", "lastUsedAt", "userAgent")
    ]
    assert "token" not in str(data)
    assert stranger.client.get(SESSIONS).json()["data"]["total"] == 1


def test_ending_a_session_stops_it_at_once(seller):
    credentials = {"email": "ada@example.com", "password": "a long and quiet sentence"}
    browser = APIClient()
    browser.post("/api/v1/auth/login", credentials, format="json")
    assert browser.get(ME).status_code == 200
    newest = seller.client.get(SESSIONS).json()["data"]["items"][0]["id"]
    assert seller.client.delete(f"{SESSIONS}/{newest}").status_code == 200
    assert browser.get(ME).status_code == 401
    assert seller.client.get(ME).status_code == 200
    assert seller.client.delete(f"{SESSIONS}/{newest}").status_code == 404


def test_strangers_cannot_end_my_sessions(seller, stranger):
    mine = Session.objects.get(user=seller.user).public_id
    refused = stranger.client.delete(f"{SESSIONS}/{mine}")
    assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")
    assert stranger.client.delete(f"{SESSIONS}/sess_nonsense").status_code == 404
    assert stranger.client.delete(f"{SESSIONS}/{mine.replace('sess', 'key')}").status_code == 404
    assert seller.client.get(ME).status_code == 200


def test_use_is_noted_once_a_minute(seller, time_machine):
    start = timezone.now() + timedelta(hours=1)
    time_machine.move_to(start, tick=False)
    seller.client.get(ME, headers={"user-agent": "curl"}, REMOTE_ADDR="203.0.113.7")
    time_machine.shift(timedelta(seconds=30))
    seller.client.get(ME, headers={"user-agent": "wget"})
    row = Session.objects.get()
    assert (row.last_used_at, row.user_agent, row.ip) == (start, "curl", "203.0.113.7")
    time_machine.shift(timedelta(seconds=31))
    seller.client.get(ME, headers={"user-agent": "wget"})
    row.refresh_from_db()
    assert row.last_used_at == start + timedelta(seconds=61)
    assert row.user_agent == "wget"


def test_a_changed_password_ends_the_other_sessions(seller):
    page = Client()
    page.force_login(seller.user)
    old, new = "a long and quiet sentence", "another long quiet sentence"
    form = {"oldpassword": old, "password1": new, "password2": new}
    assert page.post("/accounts/password/change/", form).status_code == 302
    assert seller.client.get(ME).status_code == 401
    assert page.get(ME).status_code == 200
    assert Session.objects.count() == 1


def test_a_token_survives_a_new_secret_key_but_not_its_removal(seller, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-key-for-tests-0123456789-abcdefghijklmnop"
    assert seller.client.get(ME).status_code == 200
    assert seller.client.get(ME).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert seller.client.get(ME).status_code == 401


def test_a_session_id_round_trips(seller):
    row = Session.objects.get()
    assert public_ids.decode("sess", row.public_id) == row.pk
