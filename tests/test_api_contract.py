"""Whatever is sent to the native API, its answers stay within its own document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache as site_cache
from django.core.files.storage import InMemoryStorage
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient
from schemathesis.checks import not_a_server_error
from schemathesis.pytest.lazy import get_all_tests
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

# Nobody has the example's password, its address leads nowhere, and its picture doesn't lie in the trash,
# was uploaded and never enhanced; two of the three exposures are no pictures of its.
_NOT_HERE = {
    "/api/v1/trash/restore": 404,
    "/api/v1/invitations/accept": 404,
    "/api/v1/auth/login": 401,
    "/api/v1/auth/me/delete": 400,
    "/api/v1/images": 400,
    "/api/v1/images/{image_id}/rating": 409,
    "/api/v1/images/{image_id}/reprocess": 409,
    "/api/v1/images/tools/merge-hdr": 404,
    "/api/v1/listings/generate/{job_id}": 404,  # the shop's job is no listing's
}


def schema() -> Any:
    config = schemathesis.Config.from_dict(
        {"generation": {"deterministic": True}, "phases": {"coverage": {"enabled": False}}}
    )
    config.projects.default.update(base_url="http://testserver")
    loaded = schemathesis.openapi.from_dict(document(), config=config)
    loaded.app = WSGIHandler()
    return loaded


@pytest.fixture(autouse=True)
def _files_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one operation deletes the next one needs: rows come back, see _undone, but no files would."""
    monkeypatch.setattr(InMemoryStorage, "delete", lambda storage, name: None)


@contextmanager
def _undone() -> Iterator[None]:
    """Leave the shop as it was. To stock one takes longer than what is asked of it."""
    site_cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _examples() -> Iterator[tuple[str, str, dict[str, Any], int]]:
    """List every example of a JSON body: method, path, body, and the answer's status."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            for example in content.get("application/json", {}).get("examples", {}).values():
                status = _NOT_HERE.get(path) or int(min(operation["responses"]))
                yield method, path, example["value"], status


def test_the_documents_examples_are_accepted(shop: Shop) -> None:
    asked, wrong = 0, []
    for method, path, body, status in _examples():
        with _undone():
            client = APIClient(headers=shop.headers())
            answer = getattr(client, method)(path.format(**shop.ids), body, format="json")
            asked += 1
            if answer.status_code != status:
                wrong.append((method, path, body, status, answer.status_code, answer.content))
    assert wrong == []
    assert asked > 40


_SETTINGS = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_answers_stay_within_the_document(shop: Shop, subtests: pytest.Subtests) -> None:
    """Not by Schemathesis's decorator: each worker that collects tests would make up all the cases."""
    tests = get_all_tests(schema=schema(), test_func=_asked, settings=_SETTINGS, given_kwargs={})
    asked = 0
    for operation, ask in (test.ok() for test in tests):
        asked += 1
        with subtests.test(operation.label):
            ask(shop=shop)
    assert asked > 120


@cache
def _words() -> set[str]:
    return {word for path in document()["paths"] for word in path.split("/")}


def _asked(case: Any, shop: Shop) -> None:
    """Ask once with ids that are made up, once with those of the shop.

    Event streams are refused only: tests/processing/api/test_streams.py reads them.
    """
    if {*(case.path_parameters or {}).values()} & _words():
        return  # a made-up id that is another address, such as /images/looked
    with _undone():
        # Schemathesis reads no compressed answers of an app.
        headers = {**shop.headers(), "Accept-Encoding": "identity"}
        if not _leads_elsewhere(case):
            case.validate_response(case.call(headers=headers), checks=_checks(case))
        names = set(case.path_parameters or {})
        if names and names <= set(shop.ids) and not case.path.endswith("/events"):
            case.path_parameters = {name: shop.ids[name] for name in names}
            case.validate_response(case.call(headers=headers), checks=_checks(case))


def _checks(case: Any) -> list[Any]:
    """A form has texts only: it can't tell a wrong `false` in a list from the word."""
    if case.media_type != "multipart/form-data" or not isinstance(case.body, dict):
        return _CHECKS
    values = [one for value in case.body.values() if isinstance(value, list) for one in value]
    if all(isinstance(one, str | bytes) for one in values):
        return _CHECKS
    return [check for check in _CHECKS if check is not negative_data_rejection]


@cache
def _words() -> frozenset[str]:
    """What stands between the slashes of the document's addresses."""
    return frozenset(word for path in document()["paths"] for word in path.split("/"))


def _leads_elsewhere(case: Any) -> bool:
    """Whether an id that is made up is another address's word, such as ``images/move``: Hypothesis makes texts up
    of those that it finds in the code."""
    return any(str(value) in _words() for value in (case.path_parameters or {}).values())
