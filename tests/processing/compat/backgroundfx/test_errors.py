"""Everything that is refused, in the one shape that the document has for it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from processing.compat.backgroundfx import library
from tests.processing.compat.backgroundfx.client import BackgroundfxClient, BackgroundfxError
from tests.processing.compat.backgroundfx.conftest import Studio
from tests.processing.compat.backgroundfx.document import check_error

BASE = BackgroundfxClient().base_url


def ask(studio: Studio | None, method: str, path: str, **options: Any) -> Any:
    token = studio.client.token if studio else ""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= options.pop("headers", {})
    response = BackgroundfxClient().http.request(method, BASE + path, headers=headers, **options)
    if response.content and method != "HEAD":
        check_error(response.headers["content-type"], response.json())
    return response


@pytest.mark.parametrize("path", ["/", "/x", "/projects/", "/auth", "/process/video", "/%00"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_addresses_that_lead_nowhere(db: None, method: str, path: str) -> None:
    response = ask(None, method, path)
    assert (response.status_code, response.json()["error"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "wrong", "allowed"),
    [
        ("/auth/login", ["GET", "PUT", "HEAD", "OPTIONS"], "POST"),
        ("/process/batch", ["GET", "DELETE"], "POST"),
        ("/backgrounds", ["POST", "PATCH"], "GET"),
        ("/projects", ["DELETE"], "GET, POST"),
        ("/webhooks", ["GET"], "POST"),
    ],
)
def test_other_methods(studio: Studio, path: str, wrong: list[str], allowed: str) -> None:
    for method in wrong:
        response = ask(studio, method, path)
        assert (response.status_code, response.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/projects", "text/plain"),
        ("/projects", "application/x-www-form-urlencoded"),
        ("/process/batch", "application/json"),
        ("/process/remove-background", "application/x-www-form-urlencoded"),
    ],
)
def test_other_media_types(studio: Studio, path: str, media_type: str) -> None:
    response = ask(studio, "POST", path, content=b"a=b", headers={"Content-Type": media_type})
    assert response.status_code == 415


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b"null", b'{"name": NaN}', b"\xff", b"[" * 5_000]
)
def test_bodies_that_are_no_json_objects(studio: Studio, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = ask(studio, "POST", "/projects", content=body, headers=headers)
    assert response.status_code == 400


def test_a_body_that_is_too_large(studio: Studio) -> None:
    response = ask(studio, "POST", "/projects", json={"name": "x" * 1_100_000})
    assert (response.status_code, response.json()["error"]) == (413, "PAYLOAD_TOO_LARGE")


def test_forms_cut_off_in_the_middle(studio: Studio) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x\r\nContent-Disposition: form-data; name=", b"--y--"):
        response = ask(studio, "POST", "/process/remove-background", content=body, headers=headers)
        assert response.status_code == 400


def test_a_mistake_of_ours(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*args: Any) -> None:
        raise ZeroDivisionError("inner details")

    monkeypatch.setattr(library, "projects", mistaken)
    response = ask(studio, "GET", "/projects")
    body = response.json()
    assert (response.status_code, body["error"]) == (500, "INTERNAL_ERROR")
    assert response.headers["x-request-id"] in body["message"]
    assert "inner details" not in response.text


class TestRates:
    def test_the_document_has_a_hundred_an_hour(self, settings: Any) -> None:
        assert settings.RATE_LIMITS["backgroundfx"] == "100/h"
        assert settings.RATE_LIMIT_FACTORS == {"free": 1, "pro": 10, "enterprise": None}

    @pytest.mark.parametrize(("plan", "limit"), [("free", 2), ("pro", 20)])
    def test_so_many_and_no_more(
        self, studio: Studio, settings: Any, plan: str, limit: int
    ) -> None:
        Account.objects.update(plan=plan)
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "backgroundfx": "2/h"}
        for left in range(limit - 1, -1, -1):
            answer = studio.client.http.get(
                f"{BASE}/projects", headers={"Authorization": f"Bearer {studio.client.token}"}
            )
            assert answer.headers["X-RateLimit-Remaining"] == str(left)
        with pytest.raises(BackgroundfxError) as caught:
            studio.client.projects()
        assert (caught.value.status, caught.value.error) == (429, "RATE_LIMITED")
        assert 0 < int(caught.value.response.headers["Retry-After"]) <= 3600

    def test_enterprise_has_no_limit(self, studio: Studio, settings: Any) -> None:
        Account.objects.update(plan="enterprise")
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "backgroundfx": "1/h"}
        for _ in range(3):
            studio.client.projects()

    def test_other_doors_count_for_themselves(self, studio: Studio, settings: Any) -> None:
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "general": "1/h", "backgroundfx": "9/h"}
        for _ in range(3):
            studio.client.projects()


@pytest.mark.parametrize(
    ("path", "asked", "message", "details"),
    [
        (
            "/process/remove-background",
            {"files": {"picture": b"x"}},
            "file: must be provided",
            {"file": ["Required."]},
        ),
        (
            "/process/remove-background",
            {"files": {"file": b""}},
            "file: The file is empty.",
            {"file": ["The file is empty."]},
        ),
        (
            "/process/remove-background",
            {"files": {"file": b"x"}, "data": {"edge_refinement": "101"}},
            "edge_refinement must be between 0 and 100",
            {"edge_refinement": ["edge_refinement must be between 0 and 100"]},
        ),
        (
            "/process/remove-background",
            {"files": {"file": b"x"}, "data": {"model": "sam"}},
            "model: Must be 'rembg', 'u2net', 'deeplab' or 'custom'",
            {"model": ["Must be 'rembg', 'u2net', 'deeplab' or 'custom'"]},
        ),
        (
            "/process/batch",
            {"files": {"images": b"x"}, "data": {"options": "["}},
            "options must be JSON",
            {"options": ["options must be JSON"]},
        ),
        (
            "/backgrounds/generate",
            {"json": {"prompt": "a table", "style": "baroque"}},
            "style: Must be 'realistic', 'artistic', 'abstract' or 'gradient'",
            {"style": ["Must be 'realistic', 'artistic', 'abstract' or 'gradient'"]},
        ),
        (
            "/process/replace-background",
            {"json": {"image_id": "img_x", "background_id": "bg_x", "blend_mode": 5}},
            "blend_mode: Must be 'normal', 'multiply', 'screen' or 'overlay'",
            {"blend_mode": ["Must be 'normal', 'multiply', 'screen' or 'overlay'"]},
        ),
    ],
)
def test_what_is_wrong_is_told_of_its_parameter(
    studio: Studio, path: str, asked: dict[str, Any], message: str, details: dict[str, Any]
) -> None:
    response = ask(studio, "POST", path, **asked)
    told = response.json()
    assert (response.status_code, told["message"], told["details"]) == (400, message, details)
