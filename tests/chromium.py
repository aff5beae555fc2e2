"""The browser that some tests ask."""

from __future__ import annotations

import os
import shutil

import pytest


def chromium() -> str:
    """Its path. Without it, the test is skipped, and fails in CI."""
    if found := shutil.which("chromium"):
        return found
    if os.environ.get("CI"):
        pytest.fail("Chromium is not installed: apt-get install chromium")
    pytest.skip("needs Chromium: apt-get install chromium")
