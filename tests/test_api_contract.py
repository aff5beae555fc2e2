"""Whatever is sent to the native API, its answers stay within its own document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.processing.conftest import photo
from tests.shop import Shop, document

_FILES = [photo(), b"", b"no picture", photo()[:300]]
schemathesis.openapi.format("binary", st.sampled_from(_FILES))
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

# Nobody has the example's password, its address leads nowhere, and its picture doesn't lie in the trash.
_NOT_HERE = {
    "/api/v1/trash/restore": 404,
    "/api/v1/auth/login": 401,
    "/api/v1/auth/me/delete": 400,
    "/api/v1/images": 400,
}


@cache
def schema() -> Any:
    config = schemathesis.Config.from_dict(
        {"generation": {"deterministic": True}, "phases": {"coverage": {"enabled": False}}}
    )
    config.projects.default.update(base_url="http://testserver")
    loaded = schemathesis.openapi.from_dict(document(), config=config)
    loaded.app = WSGIHandler()
    return loaded


def examples() -> Iterator[Any]:
    """Every example of a JSON body: method, path, body, and the answer's status."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            for example in content.get("application/json", {}).get("examples", {}).values():
                status = _NOT_HERE.get(path) or int(min(operation["responses"]))
                name = f"{method.upper()} {path}"
                yield pytest.param(method, path, example["value"], status, id=name)


@pytest.mark.parametrize(("method", "path", "body", "status"), list(examples()))
def test_the_documents_examples_are_accepted(
    method: str, path: str, body: dict[str, Any], status: int, shop: Shop
) -> None:
    client = APIClient(headers=shop.headers())
    answer = getattr(client, method)(path.format(**shop.ids), body, format="json")
    assert answer.status_code == status, answer.content


@schema().parametrize()
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_answers_stay_within_the_document(case: Any, shop: Shop) -> None:
    """Once with ids that are made up, once with those of the shop.

    Event streams are refused only: tests/processing/api/test_streams.py reads them.
    """
    # Schemathesis reads no compressed answers of an app.
    headers = {**shop.headers(), "Accept-Encoding": "identity"}
    case.validate_response(case.call(headers=headers), checks=_CHECKS)
    names = set(case.path_parameters or {})
    if names and names <= set(shop.ids) and not case.path.endswith("/events"):
        case.path_parameters = {name: shop.ids[name] for name in names}
        case.validate_response(case.call(headers=headers), checks=_CHECKS)
