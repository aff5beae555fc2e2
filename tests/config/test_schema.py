"""The OpenAPI document tells the whole truth."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        (Path(settings.BASE_DIR) / "docs/openapi.yaml").read_text()
    )
    return loaded


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_committed_document_is_what_the_code_says(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(file), validate=True, fail_on_warn=True)
    assert yaml.safe_load(file.read_text()) == document()


def test_every_success_is_an_envelope_with_an_example() -> None:
    for name, operation in operations():
        for status, response in operation["responses"].items():
            if status not in ("200", "201"):
                continue
            if "application/json" not in response.get("content", {}):
                continue
            content = response["content"]["application/json"]
            assert set(content["schema"]["properties"]) == {"success", "data"}, name
            [example] = content["examples"].values()
            assert set(example["value"]) == {"success", "data"}, name


def test_every_answer_has_the_rate_limit_headers_and_errors_are_described() -> None:
    for name, operation in operations():
        assert {"429", "500"} <= set(operation["responses"]), name
        for response in operation["responses"].values():
            assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(
                response["headers"]
            ), name
        assert "Retry-After" in operation["responses"]["429"]["headers"]


def test_every_body_has_an_example() -> None:
    for name, operation in operations():
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if media_type == "application/json":
                assert content.get("examples"), name


@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc"])
def test_the_pages_load_nothing_foreign(client: Client, path: str, db: None) -> None:
    response = client.get(path)
    assert response.status_code == 200
    page = response.content.decode()
    assert "https://" not in page.replace("https://packshot", "")
    assert "'unsafe-inline'" not in response["Content-Security-Policy"].partition("script-src")[2]


def test_the_document_is_served(client: Client, db: None) -> None:
    response = client.get("/api/v1/schema")
    assert response.status_code == 200
    assert yaml.safe_load(response.content)["info"]["title"] == "Packshot API"
