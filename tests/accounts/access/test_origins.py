"""Web pages elsewhere: which may call dialects from the browser, and what they may send and read."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.access import origins
from accounts.models import WebOrigin
from config.errors import AppError

ME, ACCOUNT = "/api/v1/auth/me", "/compat/photoroom/v1/account"
SHOP = "https://shop.example"


def preflight(path: str, origin: str = SHOP):
    return APIClient().options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-api-key",
        },
    )


def name(seller, *names: str):
    return seller.client.patch(ME, {"webOrigins": list(names)}, format="json")


def allowed(answer) -> str | None:
    return answer.headers.get("Access-Control-Allow-Origin")


@pytest.mark.django_db
@pytest.mark.parametrize("path", [ACCOUNT, "/compat/backgroundfx/v1/projects", ME, "/library/"])
def test_by_default_no_page_may_call(path):
    assert allowed(preflight(path)) is None
    assert allowed(APIClient().get(path, headers={"Origin": SHOP})) is None


@pytest.mark.django_db
@pytest.mark.parametrize("path", [ACCOUNT, "/compat/photoroom/v1/segment", "/content/x/y"])
def test_the_sites_own_list(path, settings):
    settings.CORS_ALLOWED_ORIGINS = [SHOP]
    asked = preflight(path)
    assert (asked.status_code, allowed(asked)) == (200, SHOP)
    headers = asked["Access-Control-Allow-Headers"].split(", ")
    assert {"x-api-key", "authorization", "content-type", "pr-hd-background-removal"} <= {*headers}
    assert asked["Access-Control-Allow-Methods"] == "GET, POST"
    assert "Access-Control-Allow-Credentials" not in asked
    assert allowed(preflight(path, "https://other.example")) is None
    assert allowed(preflight(path, "http://shop.example")) is None


def test_all_pages_where_the_setting_says_so(settings, seller):
    settings.CORS_ALLOW_ALL_ORIGINS = True
    answer = seller.key_client().get(ACCOUNT, headers={"Origin": SHOP})
    assert (answer.status_code, allowed(answer)) == (200, "*")
    exposed = answer["Access-Control-Expose-Headers"].split(", ")
    assert {"x-uncertainty-score", "pr-unsupported-attributes", "Retry-After"} <= {*exposed}


@pytest.mark.django_db
def test_neither_the_native_api_nor_pages_are_ever_open(settings):
    settings.CORS_ALLOW_ALL_ORIGINS = True
    for path in (ME, "/api/v1/images", "/library/", "/accounts/login/", "/admin/"):
        assert allowed(preflight(path)) is None
        assert allowed(APIClient().get(path, headers={"Origin": SHOP})) is None


def test_an_accounts_own_sites(seller, stranger):
    assert name(seller, SHOP, "other.example").status_code == 200
    assert allowed(preflight(ACCOUNT)) == SHOP
    assert allowed(preflight(ME)) is None
    answer = seller.key_client().get(ACCOUNT, headers={"Origin": SHOP})
    assert (answer.status_code, allowed(answer)) == (200, SHOP)
    assert answer["Vary"].lower().split(", ").count("origin") == 1
    # Refusals can be read as well, or nobody would know what is wrong.
    refused = APIClient(headers={"x-api-key": "ps_wrong"}).get(ACCOUNT, headers={"Origin": SHOP})
    assert (refused.status_code, allowed(refused)) == (403, SHOP)
    # With a stranger's key the page reads nothing.
    assert allowed(stranger.key_client().get(ACCOUNT, headers={"Origin": SHOP})) is None


def test_naming_replaces_what_was_named(seller, stranger):
    name(stranger, "https://stranger.example")
    shown = name(seller, "Shop.Example", "https://shop.example:0443/", "http://localhost:3000")
    assert shown.json()["data"]["account"]["webOrigins"] == [SHOP, "http://localhost:3000"]
    assert name(seller).json()["data"]["account"]["webOrigins"] == []
    assert [one.origin for one in WebOrigin.objects.all()] == ["https://stranger.example"]
    assert seller.client.patch(ME, {"currency": "EUR"}, format="json").status_code == 200
    assert allowed(preflight(ACCOUNT)) is None


def test_only_people_name_origins(seller, api):
    body = {"webOrigins": [SHOP]}
    assert seller.key_client().patch(ME, body, format="json").status_code == 403
    assert api.patch(ME, body, format="json").status_code == 401
    assert WebOrigin.objects.count() == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "https://",
        "ftp://shop.example",
        "https://shop.example/path",
        "https://a b.example",
        "https://user@shop.example",
        "shop.example,other.example",
        "https://shöp.example",
        "https://shop.example:0",
        "https://shop.example:65536",
        "x" * 199,
    ],
)
def test_what_is_no_origin(seller, text):
    name(seller, SHOP)
    with pytest.raises(AppError) as caught:
        origins.canonical_origin(text)
    assert list(caught.value.fields) == ["webOrigins"]
    answer = name(seller, text)
    assert answer.status_code == 400
    assert next(iter(answer.json()["fields"])).startswith("webOrigins")
    assert WebOrigin.objects.get().origin == SHOP


def test_no_more_than_twenty(seller):
    answer = name(seller, *(f"https://{number}.example" for number in range(21)))
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["webOrigins"])
    assert WebOrigin.objects.count() == 0
