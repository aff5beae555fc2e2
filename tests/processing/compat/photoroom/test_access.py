"""Keys, sandbox keys, rates, plans, accounts, and addresses that lead nowhere."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from accounts.access import api_keys
from accounts.limits.operations import EDIT, REMOVE_BACKGROUND
from accounts.models import PlanLimit
from processing.models import Job
from tests.processing.compat.photoroom.client import PhotoroomClient, PhotoroomError
from tests.processing.compat.photoroom.conftest import DrawingEngine, Shop, photo, shop_on

BASE = "http://testserver/compat/photoroom"
NO_KEY = "Authentication credentials were not provided."
WRONG = "The API key is not valid."


def ask(path: str, *, method: str = "GET", **headers: str) -> Any:
    return PhotoroomClient("").http.request(method, f"{BASE}{path}", headers=headers)


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"authorization": "Bearer x"}])
@pytest.mark.parametrize(
    ("path", "method", "status", "body"),
    [
        (
            "/v1/segment",
            "POST",
            401,
            {"detail": NO_KEY, "status_code": 401, "type": "missing_api_key"},
        ),
        ("/v2/edit", "POST", 401, {"error": {"message": NO_KEY}}),
        ("/v2/edit", "GET", 401, {"error": {"message": NO_KEY}}),
        ("/v1/render", "GET", 401, {"error": {"message": NO_KEY}}),
        ("/v1/account", "GET", 400, {"error": {"message": "apiKey: Required"}}),
        ("/v2/account", "GET", 400, {"error": {"message": "apiKey: Required"}}),
    ],
)
def test_without_a_key(
    db: None, path: str, method: str, status: int, body: Any, headers: dict[str, str]
) -> None:
    response = ask(path, method=method, **headers)
    assert (response.status_code, response.json()) == (status, body)


@pytest.mark.parametrize("key", ["ps_wrong_key", "sandbox_ps_wrong_key", "sandbox_", "Basic eDp5"])
def test_a_wrong_key(db: None, key: str) -> None:
    flat = {"detail": WRONG, "status_code": 403, "type": "forbidden"}
    headers = {"x-api-key": key.encode()}
    http = PhotoroomClient("").http
    segment = http.post(f"{BASE}/v1/segment", headers=headers)
    account = http.get(f"{BASE}/v2/account", headers=headers)
    assert (segment.status_code, segment.json()) == (403, flat)
    assert (account.status_code, account.json()) == (403, {"error": {"message": WRONG}})


@pytest.mark.parametrize("key", ["%00", "ps_%00_x", "%C3%BC", "sandbox_%0A"])
def test_a_wrong_key_in_the_address(db: None, key: str) -> None:
    response = ask(f"/v1/render?apiKey={key}")
    assert (response.status_code, response.json()) == (403, {"error": {"message": WRONG}})


def test_no_other_credential_opens_this_door(shop: Shop) -> None:
    assert ask("/v2/account", authorization=f"Bearer {shop.key}").status_code == 400
    assert ask(f"/v2/account?apiKey={shop.key}").status_code == 400
    assert ask(f"/v2/edit?apiKey={shop.key}").status_code == 401


def test_a_key_needs_its_scope(shop: Shop) -> None:
    user = shop.caller.user
    assert user is not None
    _, reader = api_keys.create(shop.account, user, name="reader", scopes=["account:read"])
    assert PhotoroomClient(reader).account()["plan"] == "pro"
    with pytest.raises(PhotoroomError) as caught:
        PhotoroomClient(reader).edit(photo(), {})
    assert caught.value.status == 403
    assert caught.value.message == "This API key may not do that: it needs the scope jobs:write."


@pytest.mark.parametrize(("plan", "credits", "images"), [("free", 100, 0), ("pro", 5_000, 5_000)])
def test_the_account_tells_the_months_quota(db: None, plan: str, credits: int, images: int) -> None:
    client = shop_on(plan).client
    assert client.credits() == {"available": credits, "subscription": credits}
    assert client.account() == {
        "images": {"available": images, "subscription": images},
        "plan": plan,
    }


def test_what_was_used_is_no_longer_available(shop: Shop, quick_queue: DrawingEngine) -> None:
    shop.client.segment(photo())
    shop.client.edit(photo(), {})
    assert shop.client.credits() == {"available": 4_999, "subscription": 5_000}
    assert shop.client.account()["images"] == {"available": 4_999, "subscription": 5_000}


def test_editing_needs_a_plan_that_has_it(free_shop: Shop, settings: Any) -> None:
    with pytest.raises(PhotoroomError) as caught:
        free_shop.client.edit(photo(), {})
    assert caught.value.status == 402
    assert caught.value.body == {
        "error": {
            "detail": "Your plan does not include image editing. It takes one of: pro, enterprise."
        }
    }
    assert Job.objects.count() == 0


def test_an_exhausted_quota_is_told_under_detail(shop: Shop, engine: DrawingEngine) -> None:
    PlanLimit.objects.filter(plan="pro", operation=EDIT).update(monthly=0)
    with pytest.raises(PhotoroomError) as caught:
        shop.client.edit(photo(), {})
    assert caught.value.status == 402
    assert caught.value.body == {"error": {"detail": "Monthly limit reached for edit."}}


def test_wrong_parameters_come_before_the_plan(free_shop: Shop) -> None:
    with pytest.raises(PhotoroomError, match="400: padding must be"):
        free_shop.client.edit(photo(), {"padding": "50%"})


class TestSandbox:
    @pytest.mark.usefixtures("quick_queue")
    def test_a_cutout_carries_the_mark_and_costs_nothing(self, free_shop: Shop) -> None:
        plain = free_shop.client.segment(photo((300, 200)))
        marked = free_shop.sandbox.segment(photo((300, 200)))
        alpha = [
            Pillow.open(BytesIO(answer.data)).getchannel("A").histogram()[0]
            for answer in (plain, marked)
        ]
        assert alpha[0] > alpha[1] > 0  # the mark lies on what is transparent, too
        assert free_shop.used(REMOVE_BACKGROUND) == 1

    def test_any_plan_may_try_editing(self, free_shop: Shop, quick_queue: DrawingEngine) -> None:
        free_shop.sandbox.edit(photo(), {"padding": "0.1"})
        assert quick_queue.call.watermark is True
        assert free_shop.used(EDIT) == 0
        assert free_shop.sandbox.account()["images"]["subscription"] == 50

    def test_live_and_sandbox_results_are_never_mixed_up(
        self, shop: Shop, quick_queue: DrawingEngine
    ) -> None:
        shop.client.edit(photo(), {})
        shop.sandbox.edit(photo(), {})
        shop.client.edit(photo(), {})
        assert [call.watermark for call in quick_queue.calls] == [False, True]

    def test_the_rates_of_a_new_site(self, settings: Any) -> None:
        assert settings.RATE_LIMITS["photoroom"] == "500/m"
        assert settings.RATE_LIMITS["photoroom-sandbox"] == "100/d"

    def test_has_a_rate_of_its_own_beside_the_common_one(
        self, free_shop: Shop, settings: Any
    ) -> None:
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "photoroom-sandbox": "1/d"}
        assert free_shop.sandbox.account()["plan"] == "free"
        with pytest.raises(PhotoroomError) as caught:
            free_shop.sandbox.account()
        assert caught.value.status == 429
        assert free_shop.client.account()["plan"] == "free"

    def test_counts_toward_the_common_rate(self, free_shop: Shop, settings: Any) -> None:
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "photoroom": "1/d"}
        assert free_shop.sandbox.account()["plan"] == "free"
        with pytest.raises(PhotoroomError, match="429"):
            free_shop.client.account()


@pytest.mark.parametrize("path", ["/v1/segment", "/v2/edit"])
def test_too_many_requests(free_shop: Shop, settings: Any, path: str) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "photoroom": "1/d"}
    headers = {"x-api-key": free_shop.key}
    assert ask(path, method="POST", **headers).status_code == 400
    response = ask(path, method="POST", **headers)
    seconds = int(response.headers["Retry-After"])
    assert response.status_code == 429
    assert 0 < seconds <= 86_400
    assert response.json()["detail"] == (
        f"Request was throttled. Expected available in {seconds} seconds."
    )
    assert response.headers["X-RateLimit-Limit"] == "1"


def test_the_rate_is_the_documented_one(free_shop: Shop) -> None:
    response = ask("/v2/account", **{"x-api-key": free_shop.key})
    assert response.headers["X-RateLimit-Limit"] == "500"
    assert response.headers["X-RateLimit-Remaining"] == "499"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/v2/segment", "GET", 404),
        ("/", "POST", 404),
        ("/v2/edit/", "GET", 404),
        ("/v1/segment", "GET", 405),
        ("/v1/account", "POST", 405),
        ("/v2/edit", "PUT", 405),
        ("/v2/edit", "HEAD", 405),
        ("/v2/nothing", "DELETE", 405),
    ],
)
def test_other_addresses_and_methods(shop: Shop, path: str, method: str, status: int) -> None:
    response = ask(path, method=method, **{"x-api-key": shop.key})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    if method != "HEAD":
        body = response.json()
        assert (body.get("detail") or body["error"]["message"]).endswith(".")
