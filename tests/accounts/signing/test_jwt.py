"""Pairs of tokens: an hour for the one, once for the other, and one session behind both."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt as pyjwt
import pytest
import time_machine
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import RefreshToken, Session
from accounts.signing import jwt
from accounts.signing.jwt import Tokens
from config.errors import AppError
from tests.accounts.conftest import Seller

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def request_() -> HttpRequest:
    return RequestFactory().get("/", headers={"User-Agent": "their-sdk/1"})


@pytest.fixture
def seller(make_seller: Callable[..., Seller]) -> Seller:
    return make_seller()


@pytest.fixture
def tokens(request_: HttpRequest, seller: Seller) -> Tokens:
    return jwt.sign_in(request_, seller.user)


def claims_of(token: str) -> Any:
    return pyjwt.decode(token, options={"verify_signature": False})


def refused(refresh_token: str) -> str:
    with pytest.raises(AppError) as caught:
        jwt.exchange(refresh_token)
    assert caught.value.status == 401
    return caught.value.code


class TestAccess:
    def test_who_it_speaks_for(self, request_: HttpRequest, seller: Seller, tokens: Tokens) -> None:
        found = jwt.caller_of(request_, tokens.access)
        assert found is not None
        assert (found.user, found.account) == (seller.user, seller.account)
        session = Session.objects.get(pk=found.session_id)
        assert (session.user_agent, session.ip) == ("their-sdk/1", "127.0.0.1")

    def test_what_it_says(self, seller: Seller, tokens: Tokens) -> None:
        claims = claims_of(tokens.access)
        assert set(claims) == {"sub", "sid", "iat", "exp"}
        assert claims["sub"] == str(seller.user.pk)
        assert claims["exp"] - claims["iat"] == 3600
        assert pyjwt.get_unverified_header(tokens.access) == {"alg": "HS256", "typ": "JWT"}

    @pytest.mark.parametrize(("age", "good"), [(HOUR - SECOND, True), (HOUR + SECOND, False)])
    def test_it_holds_for_an_hour(
        self, request_: HttpRequest, tokens: Tokens, age: timedelta, good: bool
    ) -> None:
        with time_machine.travel(timezone.now() + age):
            assert (jwt.caller_of(request_, tokens.access) is not None) is good

    @pytest.mark.parametrize(
        "token", ["", "x", "a.b.c", "ä.ö.ü", "..", "e30.e30.e30", "x" * 100_000]
    )
    def test_nonsense_is_nobody(self, db: None, request_: HttpRequest, token: str) -> None:
        assert jwt.caller_of(request_, token) is None

    def test_the_signing_key_is_not_the_secret_key(
        self, request_: HttpRequest, tokens: Tokens, settings: Any
    ) -> None:
        forged = pyjwt.encode(claims_of(tokens.access), settings.SECRET_KEY, algorithm="HS256")
        assert jwt.caller_of(request_, forged) is None

    def test_an_unsigned_one_is_nobody(self, request_: HttpRequest, tokens: Tokens) -> None:
        unsigned = pyjwt.encode(claims_of(tokens.access), None, algorithm="none")
        assert jwt.caller_of(request_, unsigned) is None

    @pytest.mark.parametrize(
        "change",
        [{"exp": None}, {"sub": None}, {"sid": None}, {"sid": "x"}, {"sid": 5}, {"sub": "else"}],
        ids=str,
    )
    def test_every_claim_counts(
        self, request_: HttpRequest, tokens: Tokens, settings: Any, change: dict[str, Any]
    ) -> None:
        claims = {**claims_of(tokens.access), **change}
        kept = {name: value for name, value in claims.items() if value is not None}
        signed = pyjwt.encode(kept, jwt._key(settings.SECRET_KEY), algorithm="HS256")
        assert jwt.caller_of(request_, signed) is None

    def test_a_changed_payload_is_nobody(self, request_: HttpRequest, tokens: Tokens) -> None:
        head, _, signature = tokens.access.split(".")
        later = json.dumps({**claims_of(tokens.access), "exp": 2**31}).encode()
        body = base64.urlsafe_b64encode(later).rstrip(b"=").decode()
        assert jwt.caller_of(request_, f"{head}.{body}.{signature}") is None

    def test_a_new_secret_key_takes_the_old_ones_tokens(
        self, request_: HttpRequest, tokens: Tokens, settings: Any
    ) -> None:
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "new" * 20
        assert jwt.caller_of(request_, tokens.access) is not None
        assert jwt.exchange(tokens.refresh)
        settings.SECRET_KEY_FALLBACKS = []
        assert jwt.caller_of(request_, tokens.access) is None

    def test_another_password_ends_it(
        self, request_: HttpRequest, seller: Seller, tokens: Tokens
    ) -> None:
        seller.user.set_password("something else entirely")
        seller.user.save()
        assert jwt.caller_of(request_, tokens.access) is None
        assert refused(tokens.refresh) == "INVALID_TOKEN"

    def test_a_user_switched_off_is_nobody(
        self, request_: HttpRequest, seller: Seller, tokens: Tokens
    ) -> None:
        seller.user.is_active = False
        seller.user.save()
        assert jwt.caller_of(request_, tokens.access) is None

    def test_it_is_no_session_token(self, seller: Seller, tokens: Tokens) -> None:
        for token in (tokens.access, tokens.refresh):
            headers = {"Authorization": f"Bearer {token}"}
            answer = APIClient().get("/api/v1/auth/me", headers=headers)
            assert answer.status_code == 401


class TestRefresh:
    def test_the_next_pair(self, request_: HttpRequest, seller: Seller, tokens: Tokens) -> None:
        user, fresh = jwt.exchange(tokens.refresh)
        assert user == seller.user
        assert fresh.refresh != tokens.refresh
        assert jwt.caller_of(request_, fresh.access) is not None
        assert jwt.exchange(fresh.refresh)[0] == seller.user

    def test_only_a_hash_is_kept(self, tokens: Tokens) -> None:
        row = RefreshToken.objects.get()
        assert len(row.digest) == 64
        assert row.digest not in tokens.refresh

    def test_an_old_one_ends_the_session_for_everybody(
        self, request_: HttpRequest, tokens: Tokens
    ) -> None:
        _, fresh = jwt.exchange(tokens.refresh)
        assert refused(tokens.refresh) == "INVALID_TOKEN"
        assert refused(fresh.refresh) == "INVALID_TOKEN"
        assert jwt.caller_of(request_, fresh.access) is None

    def test_other_sessions_of_the_user_stay(
        self, request_: HttpRequest, seller: Seller, tokens: Tokens
    ) -> None:
        other = jwt.sign_in(request_, seller.user)
        jwt.exchange(tokens.refresh)
        refused(tokens.refresh)
        assert jwt.caller_of(request_, other.access) is not None
        assert seller.client.get("/api/v1/auth/me").status_code == 200

    def test_a_forged_one_ends_nothing(self, request_: HttpRequest, tokens: Tokens) -> None:
        session = claims_of(tokens.access)["sid"]
        for forged in (f"{session}.x:y", tokens.refresh + "x", "", "ä", "x" * 3_000):
            assert refused(forged) == "INVALID_TOKEN"
        assert jwt.caller_of(request_, tokens.access) is not None

    @pytest.mark.parametrize(("age", "good"), [(29 * DAY, True), (31 * DAY, False)])
    def test_it_holds_for_thirty_days(self, tokens: Tokens, age: timedelta, good: bool) -> None:
        with time_machine.travel(timezone.now() + age):
            if good:
                jwt.exchange(tokens.refresh)
            else:
                refused(tokens.refresh)

    def test_each_exchange_gives_thirty_more_days(self, tokens: Tokens) -> None:
        start = timezone.now()
        for days in (20, 40, 60):
            with time_machine.travel(start + days * DAY):
                _, tokens = jwt.exchange(tokens.refresh)

    def test_the_list_of_sessions_shows_it_and_ends_it(
        self, request_: HttpRequest, seller: Seller, tokens: Tokens
    ) -> None:
        listed = seller.client.get("/api/v1/auth/sessions").json()["data"]["items"]
        [mine] = [row for row in listed if row["userAgent"] == "their-sdk/1"]
        assert seller.client.delete(f"/api/v1/auth/sessions/{mine['id']}").status_code == 200
        assert jwt.caller_of(request_, tokens.access) is None
        assert refused(tokens.refresh) == "INVALID_TOKEN"
        assert not RefreshToken.objects.exists()
