"""Whatever happens below /api/v1/, the answer has the API's one shape."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.access.demo import create_demo

IMAGES = "/api/v1/images"


@pytest.fixture
def signed_in(db: None) -> APIClient:
    return APIClient(headers={"Authorization": f"Bearer {create_demo().session_token}"})


def failure(response: Any, status: int, code: str) -> str:
    body = response.json()
    assert (response.status_code, body["success"], body["code"]) == (status, False, code)
    assert set(body) <= {"success", "error", "code", "fields"}
    return str(body["error"])


def test_success(signed_in: APIClient) -> None:
    body = signed_in.get(IMAGES).json()
    assert body == {
        "success": True,
        "data": {"items": [], "page": 1, "pageSize": 20, "total": 0, "nextCursor": None},
    }


def test_nobody(db: None) -> None:
    response = Client().get(IMAGES)
    failure(response, 401, "AUTHENTICATION_REQUIRED")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_unknown_address(db: None) -> None:
    failure(Client().get("/api/v1/nothing"), 404, "NOT_FOUND")
    failure(Client().get("/api/v2/images"), 404, "NOT_FOUND")


def test_method(signed_in: APIClient) -> None:
    error = failure(signed_in.put(IMAGES), 405, "METHOD_NOT_ALLOWED")
    assert error == 'Method "PUT" not allowed.'


def test_media_type(signed_in: APIClient) -> None:
    response = signed_in.post("/api/v1/auth/login", "a=1", content_type="text/plain")
    failure(response, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "body", ["{", "[" * 100_000, "[1]", '"text"', "null", '{"imageId": NaN}', "\x00"]
)
def test_json_that_is_none_or_no_object(signed_in: APIClient, body: str) -> None:
    url = "/api/v1/images/tools/remove-background"
    response = signed_in.post(url, body, content_type="application/json")
    failure(response, 400, "VALIDATION_ERROR")
    assert list(response.json()["fields"]) in (["request"], ["imageId"])


def test_json_that_is_too_long(signed_in: APIClient) -> None:
    body = '{"imageId": "' + "x" * 1_000_000 + '"}'
    url = "/api/v1/images/tools/remove-background"
    response = signed_in.post(url, body, content_type="application/json")
    failure(response, 413, "PAYLOAD_TOO_LARGE")


def test_any_accept_header_gets_json(signed_in: APIClient) -> None:
    response = signed_in.get(IMAGES, headers={"accept": "image/png"})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_paging_that_makes_no_sense(signed_in: APIClient) -> None:
    for query in ({"page": "0"}, {"page": "x"}, {"pageSize": "101"}, {"colour": "red"}):
        response = signed_in.get(IMAGES, query)
        failure(response, 400, "VALIDATION_ERROR")
        assert list(response.json()["fields"]) == list(query)


def test_csrf(db: None) -> None:
    demo = create_demo()
    client = Client(enforce_csrf_checks=True)
    client.cookies["packshot_session"] = demo.session_token
    assert client.get(IMAGES).status_code == 200
    response = client.post(IMAGES, {}, content_type="application/json")
    failure(response, 403, "CSRF_FAILED")


def test_a_bug_of_ours_tells_nothing(signed_in: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("password=secret")

    monkeypatch.setattr("media_library.selectors.images_of", explode)
    signed_in.raise_request_exception = False
    response = signed_in.get(IMAGES, headers={"x-request-id": "abcdef-123456"})
    error = failure(response, 500, "INTERNAL_ERROR")
    assert error == (
        "An internal error occurred. Please report it with the request id abcdef-123456."
    )
    assert response["X-Request-Id"] == "abcdef-123456"
    assert b"secret" not in response.content


def test_a_request_id_that_is_no_id_is_replaced(db: None) -> None:
    response = Client().get("/healthz", headers={"x-request-id": "a b\nc"})
    assert response["X-Request-Id"] != "a b\nc"
    assert len(response["X-Request-Id"]) == 32


@pytest.mark.parametrize("path", [IMAGES, "/api/v1/nothing", "/api/v1/auth/me", "/api/v1/schema"])
def test_rate_limit_headers_are_on_every_answer(db: None, path: str) -> None:
    response = Client().get(path)
    limit, remaining, reset = (
        int(response[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset")
    )
    assert limit == 1000
    assert 0 <= remaining <= 1000
    assert 0 < reset <= 3600
