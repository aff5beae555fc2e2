"""Whatever is sent to the documented operations, answers stay within the document."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
)

from processing.models import Batch
from tests.processing.compat.backgroundfx.conftest import MiddleModel, Painter, photo, studio_on
from tests.processing.compat.backgroundfx.document import check_error, document

_FILES = [photo(), photo((8, 8)), b"", b"no picture", photo()[:300]]
_URLS = ["http://127.0.0.1:9/hook", "ftp://127.0.0.1/", "http://[::1", "no address"]
_KNOWN, _UNKNOWN = UUID(int=1), UUID(int=2)
schemathesis.openapi.format("binary", st.sampled_from(_FILES))
schemathesis.openapi.format("uri", st.sampled_from(_URLS))
schemathesis.openapi.format("uuid", st.sampled_from([str(_KNOWN), str(_UNKNOWN)]))

_CHECKS = [
    not_a_server_error,
    response_schema_conformance,
    content_type_conformance,
    negative_data_rejection,
]


@pytest.fixture
def tokens(quick_queue: MiddleModel, painter: Painter, settings: Any) -> Iterator[str]:
    """One after the other, each of somebody new whom neither rates nor quotas nor the network hold up."""
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "1000000/s")
    settings.WEBHOOKS_MAY_BE_PRIVATE = True
    return map(_new_token, count())


def _new_token(number: int) -> str:
    studio = studio_on("enterprise")
    Batch.objects.filter(pk=_KNOWN).delete()
    Batch.objects.create(
        pk=_KNOWN, account=studio.account, operation="edit", command={}, total=1, open_items=1
    )
    return studio.client.token


_SETTINGS = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_answers_stay_within_the_document(tokens: Iterator[str], subtests: pytest.Subtests) -> None:
    """Not by Schemathesis's decorator: each worker that collects tests would make up all the cases."""
    tests = get_all_tests(schema=document(), test_func=_asked, settings=_SETTINGS, given_kwargs={})
    asked = 0
    for operation, ask in (test.ok() for test in tests):
        asked += 1
        with subtests.test(operation.label):
            ask(token=next(tokens))
    assert asked == 11


def _asked(case: Any, token: str) -> None:
    headers = {"Accept-Encoding": "identity"}  # Schemathesis reads no compressed answers of an app
    if not case.path.startswith("/auth/"):
        headers["Authorization"] = f"Bearer {token}"
    response = case.call(headers=headers)
    # An empty parameter is one that was left out, whatever the document says of its values; one that it
    # doesn't know is not read.
    query = case.query or {}
    known = {one.name for one in case.operation.query}
    is_taken = "" in query.values() or set(query) - known
    checks = [one for one in _CHECKS if not (is_taken and one is negative_data_rejection)]
    case.validate_response(response, checks=checks)
    documented = {str(status) for status in case.operation.definition.raw["responses"]}
    if response.status_code >= 400:
        check_error(response.headers["content-type"][0], response.json())
    else:
        assert str(response.status_code) in documented
