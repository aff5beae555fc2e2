"""Calls from browsers: Enterprise alone, and from web sites that the account has proven to be its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Account, WebOrigin
from media_library.models import Image
from tests.processing.compat.cropedly.client import CropedlyClient
from tests.processing.compat.cropedly.conftest import Customer, photo

SHOP, IMAGES = "https://shop.example", "/compat/cropedly/images/v1"
UNKNOWN = "job_2VfUX5sCNEcTGeZ8vKoGj1"


def prove(customer: Customer, origin: str = SHOP) -> WebOrigin:
    return WebOrigin.objects.create(
        account=customer.account, origin=origin, verified_at=timezone.now()
    )


def told(customer: Customer, origin: str = SHOP) -> tuple[int, str, str | None]:
    customer.client.headers = {"Origin": origin}
    answer = customer.client.image(UNKNOWN)
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    return answer.status_code, answer.json()["error"], allowed


def preflight(origin: str = SHOP) -> Any:
    asks = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
    return APIClient().options(IMAGES, headers=asks)


def test_a_proven_site_may_call(enterprise: Customer) -> None:
    prove(enterprise)
    assert told(enterprise) == (404, "NOT_FOUND", SHOP)
    asked = preflight()
    assert asked["Access-Control-Allow-Origin"] == SHOP
    assert asked["Access-Control-Allow-Methods"] == "GET, POST, DELETE"
    assert "authorization" in asked["Access-Control-Allow-Headers"]
    assert enterprise.client.login(enterprise.email, enterprise.password).status_code == 200


def test_a_site_that_was_only_named_may_not(enterprise: Customer) -> None:
    row = prove(enterprise)
    WebOrigin.objects.update(verified_at=None)
    assert told(enterprise) == (403, "FORBIDDEN", None)
    assert "Access-Control-Allow-Origin" not in preflight()
    row.delete()
    assert told(enterprise) == (403, "FORBIDDEN", None)


@pytest.mark.parametrize("origin", ["null", "http://shop.example", "https://shop.example:8443", ""])
def test_another_origin_is_another_site(enterprise: Customer, origin: str) -> None:
    prove(enterprise)
    assert told(enterprise, origin) == (403, "FORBIDDEN", None)
    assert "Access-Control-Allow-Origin" not in preflight(origin)


def test_nor_may_somebody_elses_site(enterprise: Customer, customer: Customer) -> None:
    prove(customer)
    assert told(enterprise) == (403, "FORBIDDEN", None)
    assert enterprise.client.enhance(photo()).status_code == 403
    refused = enterprise.client.login(enterprise.email, enterprise.password)
    assert (refused.status_code, "token" in refused.json()) == (403, False)
    assert (Image.objects.count(), enterprise.used()) == (0, 0)


def test_pro_may_call_from_servers_alone(customer: Customer) -> None:
    prove(customer)
    assert told(customer) == (403, "PLAN_REQUIRED", SHOP)
    assert customer.client.image(UNKNOWN).json()["message"] == (
        "Your plan, Pro, does not include calls from web pages. It takes one of: enterprise."
    )
    customer.client.headers = {}
    assert customer.client.image(UNKNOWN).status_code == 404
    Account.objects.update(plan="enterprise")
    assert told(customer) == (404, "NOT_FOUND", SHOP)


def test_the_sites_own_list_opens_nothing_here(enterprise: Customer, settings: Any) -> None:
    settings.CORS_ALLOW_ALL_ORIGINS = True
    settings.CORS_ALLOWED_ORIGINS = [SHOP]
    assert told(enterprise) == (403, "FORBIDDEN", None)
    assert "Access-Control-Allow-Origin" not in preflight()
    elsewhere = APIClient().options(
        "/compat/photoroom/v1/account",
        headers={"Origin": SHOP, "Access-Control-Request-Method": "POST"},
    )
    assert elsewhere["Access-Control-Allow-Origin"] == "*"
    prove(enterprise)
    assert preflight()["Access-Control-Allow-Origin"] == SHOP


def test_refusals_can_be_read_by_proven_sites(enterprise: Customer) -> None:
    prove(enterprise)
    answer = CropedlyClient("x", {"Origin": SHOP}).image(UNKNOWN)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (401, SHOP)
