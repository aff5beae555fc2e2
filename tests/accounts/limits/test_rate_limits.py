"""Limits by account and plan, the headers on every answer, and a cache that is down."""

from __future__ import annotations

import os
import uuid
from collections import ChainMap
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory
from django_ratelimit import core
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.test import APIClient

from accounts.http import Caller, remember_caller
from accounts.limits import allowances, rate_limits
from config.setup.environment import Environment
from processing.compat import registry

ME = "/api/v1/auth/me"
START = datetime(2027, 3, 1, 12, tzinfo=UTC)
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining")


@pytest.fixture(autouse=True)
def _still(time_machine):
    """Nothing leaves a window while a test counts."""
    time_machine.move_to(START, tick=False)


def headers(answer) -> tuple[str, ...]:
    return tuple(answer[name] for name in HEADERS)


def small(settings, **rates: str) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **rates}


@pytest.mark.parametrize(
    ("rate", "expected"), [("5/15m", (5, 900)), ("100/h", (100, 3600)), ("3/s", (3, 1))]
)
def test_rates_as_the_settings_write_them(rate, expected):
    assert rate_limits.parse_rate(rate) == expected


@pytest.mark.parametrize("rate", ["", "100", "100/", "/h", "100/2w", "100/hour"])
def test_what_is_no_rate(rate):
    with pytest.raises(ValueError, match="is not a rate"):
        rate_limits.parse_rate(rate)


def test_the_table_of_limits(settings):
    own = {
        "auth": "5/15m",
        "shared": "6000/h",
        "upload": "100/h",
        "processing": "50/h",
        "strokes": "120/m",
        "preview": "120/m",
        "listing-generate": "20/h",
        "listing-create": "50/h",
        "invite": "20/h",
        "join": "10/15m",
        "invitation-links": "20/15m",
        "general": "1000/h",
        "tryout": "5/h",
    }
    of_dialects = [dialect.rate_limits(Environment()) for dialect in registry.registered()]
    assert own | dict(ChainMap(*of_dialects)) == settings.RATE_LIMITS


def test_each_request_counts_once(seller):
    assert headers(seller.client.get(ME)) == ("1000", "999")
    assert headers(seller.client.get(ME)) == ("1000", "998")


def test_over_the_limit_and_after_the_window(seller, settings, time_machine):
    small(settings, general="2/h")
    assert [seller.client.get(ME).status_code for _ in range(2)] == [200, 200]
    refused = seller.client.get(ME)
    assert refused.status_code == 429
    assert refused.json()["code"] == "RATE_LIMITED"
    assert headers(refused) == ("2", "0")
    wait = int(refused["Retry-After"])
    assert 1 <= wait <= 3600
    assert refused["X-RateLimit-Reset"] == str(wait)
    time_machine.shift(wait + 1)
    assert headers(seller.client.get(ME)) == ("2", "1")


def test_tokens_keys_and_cookies_of_an_account_share_a_count(seller, stranger):
    cookie = APIClient()
    cookie.force_login(seller.user)
    clients = [seller.client, cookie, seller.key_client(), seller.key_client()]
    assert [client.get(ME)["X-RateLimit-Remaining"] for client in clients] == [
        *("999", "998", "997", "996")
    ]
    assert stranger.client.get(ME)["X-RateLimit-Remaining"] == "999"


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("free", ("1000", "999")),
        ("pro", ("10000", "9999")),
        ("enterprise", ("1000000000", "1000000000")),
    ],
)
def test_plans_have_their_own_numbers(make_seller, plan, expected):
    assert headers(make_seller(plan=plan).client.get(ME)) == expected


def test_enterprise_is_never_limited(make_seller, settings):
    small(settings, general="1/h")
    client = make_seller(plan="enterprise").client
    assert [client.get(ME).status_code for _ in range(3)] == [200, 200, 200]


def test_signing_in_is_limited_alike_for_every_plan(make_seller, api):
    make_seller(plan="enterprise")
    credentials = {"email": "ada@example.com", "password": "a long and quiet sentence"}
    answer = api.post("/api/v1/auth/login", credentials, format="json")
    assert headers(answer) == ("5", "4")


@pytest.mark.django_db
def test_refusals_carry_the_headers_without_counting(api):
    assert api.get(ME).status_code == 401
    for path, status in ((ME, 401), ("/api/v1/no-such-thing", 404)):
        answer = api.get(path)
        assert answer.status_code == status
        assert headers(answer) == ("1000", "1000")
        assert 0 <= int(answer["X-RateLimit-Reset"]) <= 3600


def test_other_refusals_count_and_carry_the_headers(seller):
    wrong_method = seller.client.put(ME)
    assert wrong_method.status_code == 405
    assert headers(wrong_method) == ("1000", "999")
    wrong_body = seller.client.post("/api/v1/keys", {"nmae": "x"}, format="json")
    assert wrong_body.status_code == 400
    assert headers(wrong_body) == ("1000", "998")


@pytest.mark.django_db
def test_pages_carry_no_rate_headers(api):
    assert "X-RateLimit-Limit" not in api.get("/accounts/login/")


def test_groups_count_apart(seller):
    request = RequestFactory().get("/")
    remember_caller(request, Caller(seller.account, seller.user))
    assert rate_limits.hit(request, "upload").remaining == 99
    assert rate_limits.hit(request, "processing").remaining == 49
    assert rate_limits.peek(request, "upload").remaining == 99
    assert rate_limits.hit(request, "upload").remaining == 98


@pytest.mark.django_db
def test_a_network_of_ipv6_addresses_counts_as_one():
    factory = RequestFactory()
    near = [factory.get("/", REMOTE_ADDR=f"2001:db8:0:1::{number}") for number in (1, 2)]
    far = factory.get("/", REMOTE_ADDR="2001:db8:0:2::1")
    remaining = [rate_limits.hit(request, "auth").remaining for request in (*near, far)]
    assert remaining == [4, 3, 4]


@pytest.mark.parametrize("error", [RedisConnectionError("down"), OSError("no socket")])
def test_with_redis_down_requests_pass_and_the_log_says_so(seller, monkeypatch, error):
    class Down:
        def hit(self, *given: object, cost: int) -> bool:
            raise error

    monkeypatch.setattr(rate_limits, "limiter", Down)
    warned = []
    monkeypatch.setattr(rate_limits.log, "warning", lambda event, **_: warned.append(event))
    answer = seller.client.get(ME)
    assert answer.status_code == 200
    assert headers(answer) == ("1000", "1000")
    assert warned == ["rate_limits_unavailable"]


@pytest.fixture(params=["memory", "redis"])
def _counting(request, monkeypatch):
    """Count in memory, as tests do, and in Redis, as sites do."""
    if request.param == "memory":
        return
    url = os.environ.get("PACKSHOT_TEST_REDIS")
    if url is None:
        if "CI" in os.environ:
            pytest.fail("In CI, PACKSHOT_TEST_REDIS must name a server.")
        pytest.skip("PACKSHOT_TEST_REDIS names no server.")
    storage = RedisStorage(url, key_prefix=f"test-{uuid.uuid4()}")
    monkeypatch.setattr(rate_limits, "limiter", lambda: MovingWindowRateLimiter(storage))


@pytest.mark.usefixtures("_counting")
def test_no_more_than_the_limit_pass_in_any_stretch(seller, settings, time_machine):
    """Requests of an hour, ever so often: of any ten minutes, as many pass as may."""
    small(settings, general="5/10m")
    passed = []
    for second in range(0, 3600, 47):
        time_machine.move_to(START + timedelta(seconds=second), tick=False)
        answer = seller.client.get(ME)
        if answer.status_code == 200:
            passed.append(second)
            within = [one for one in passed if one >= second - 600]
            assert headers(answer) == ("5", str(5 - len(within)))
        else:
            assert headers(answer) == ("5", "0")
            # The fifth before this is what has to leave; then there is room, and not before.
            assert int(answer["Retry-After"]) == passed[-5] + 600 - second
    assert max(sum(start <= one < start + 600 for one in passed) for start in passed) == 5
    assert len(passed) == 5 * 6


@pytest.mark.usefixtures("_counting")
def test_the_end_of_one_window_and_the_start_of_the_next(seller, settings, time_machine):
    small(settings, general="3/m")
    for start in range(0, 60, 7):  # wherever fixed windows would end
        begin = START + timedelta(hours=1 + start, seconds=start)
        time_machine.move_to(begin, tick=False)
        assert [seller.client.get(ME).status_code for _ in range(4)] == [200, 200, 200, 429]
        for later in (1, 20, 40, 59):
            time_machine.move_to(begin + timedelta(seconds=later), tick=False)
            assert seller.client.get(ME).status_code == 429
        time_machine.move_to(begin + timedelta(seconds=61), tick=False)
        assert headers(seller.client.get(ME)) == ("3", "2")


@pytest.mark.parametrize("_counting", ["redis"], indirect=True)
@pytest.mark.usefixtures("_counting")
def test_of_requests_at_once_exactly_the_limit_pass(seller, settings):
    small(settings, general="10/h")
    request = RequestFactory().get("/")
    remember_caller(request, Caller(seller.account, seller.user))
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _: rate_limits.hit(request, "general"), range(40)))
    assert sum(result.allowed for result in results) == 10
    assert rate_limits.peek(request, "general").remaining == 0


class TestAllowance:
    def test_it_starts_anew_at_once(self, seller, settings, time_machine):
        small(settings, upload="2/d")
        request = RequestFactory().get("/")
        remember_caller(request, Caller(seller.account, seller.user))
        taken = [allowances.take(request, "upload") for _ in range(3)]
        assert [(one.allowed, one.remaining) for one in taken] == [(True, 1), (True, 0), (False, 0)]
        time_machine.shift(taken[-1].reset + 1)
        assert allowances.take(request, "upload").remaining == 1

    @pytest.mark.parametrize("error", [RedisConnectionError("down"), OSError("no socket"), None])
    def test_what_cannot_be_counted_passes(self, seller, monkeypatch, error):
        class Down:
            def add(self, *given: object) -> bool:
                if error is not None:
                    raise error
                return False

            def incr(self, *given: object) -> int:
                raise ValueError("no such key")

        monkeypatch.setattr(core, "caches", {"default": Down()})
        request = RequestFactory().get("/")
        remember_caller(request, Caller(seller.account, seller.user))
        assert allowances.take(request, "upload").allowed
