"""GET /api/v1/models: what a caller may name as a model, and what runs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from processing.worker import runtime
from tests.stand_ins import Seller

URL = "/api/v1/models"


def listed(seller: Seller) -> dict[str, Any]:
    answer = seller.client.get(URL)
    assert answer.status_code == 200
    return {model["name"]: model for model in answer.json()["data"]}


@pytest.fixture
def new_registry() -> Iterator[None]:
    """The process's registry is made anew, from the test's settings, and again after it."""
    runtime.registry.cache_clear()
    yield
    runtime.registry.cache_clear()


@pytest.mark.parametrize("wish", ["onnxruntime", "auto"])
def test_a_model_says_what_runs_it(
    owner: Seller, settings: Any, new_registry: None, wish: str
) -> None:
    settings.NETWORK_RUNTIME = wish
    by = runtime.registry().provider("fast").removesuffix("/u2netp")
    assert by in ({"onnxruntime"} if wish == "onnxruntime" else {"mnn", "onnxruntime"})
    fast = listed(owner)["u2netp"]
    assert {key: fast[key] for key in ("aliases", "installed", "runtime", "licence")} == {
        "aliases": ["fast"],
        "installed": True,
        "runtime": by,
        "licence": "Apache-2.0",
    }


def test_a_model_that_is_not_installed_is_run_by_nothing(
    owner: Seller, settings: Any, new_registry: None, tmp_path: Path
) -> None:
    settings.MODELS_DIR = tmp_path
    found = listed(owner)["isnet-general-use"]
    assert (found["installed"], found["runtime"]) == (False, None)


@pytest.mark.django_db
def test_strangers_are_told_nothing() -> None:
    assert Client().get(URL).status_code == 401
