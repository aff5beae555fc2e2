"""The vendor's document, put together again by hand from a copy that had lost its indentation."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import schemathesis
from django.core.handlers.wsgi import WSGIHandler

FILE = Path(__file__).parent / "openapi.yaml"
PREFIX = "/compat/backgroundfx/v1"


@cache
def document() -> Any:
    """With this site in place of the vendor's servers, and few examples of each operation."""
    config = schemathesis.Config.from_dict({"generation": {"deterministic": True}})
    config.projects.default.update(base_url=f"http://testserver{PREFIX}")
    schema = schemathesis.openapi.from_path(FILE, config=config)
    schema.app = WSGIHandler()
    return schema


def check(response: httpx.Response) -> None:
    """An answer is as documented for its operation; or a refusal in the documents' one shape."""
    operation = _operation(response.request.method, response.request.url.path)
    documented = operation is not None and str(response.status_code) in {
        str(status) for status in operation.definition.raw["responses"]
    }
    assert documented or 400 <= response.status_code < 500 or operation is None
    if response.status_code >= 400:
        check_error(response.headers["content-type"], response.json())
    if operation is not None:
        operation.validate_response(response)


def check_error(content_type: str, body: Any) -> None:
    assert content_type == "application/json"
    assert {name: type(value) for name, value in body.items()} == {
        "error": str,
        "message": str,
        "details": dict,
    }


def _operation(method: str, path: str) -> Any:
    """None for what the document doesn't have: refreshing tokens, masks."""
    for template in document().raw_schema["paths"]:
        pattern = re.sub(r"\{\w+\}", "[^/]+", PREFIX + template)
        if re.fullmatch(pattern, path):
            return document()[template][method]
    return None
