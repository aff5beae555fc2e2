"""The bundled photos, and one registry for the whole run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from processing.engine.networks.registry import Registry

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def models_dir() -> Path:
    return Path(os.environ.get("PACKSHOT_MODELS_DIR", ROOT / "var" / "models"))


@pytest.fixture(scope="session")
def registry(models_dir: Path) -> Registry:
    return Registry(models_dir, threads=2)


@pytest.fixture
def photo() -> Callable[[str], bytes]:
    return lambda name: (ROOT / "tests" / "photos" / f"{name}.jpg").read_bytes()
