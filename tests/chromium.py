"""The browser that some tests ask."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright


def chromium() -> str:
    """Its path. Without it, the test is skipped, and fails in CI."""
    if found := shutil.which("chromium"):
        return found
    if os.environ.get("CI"):
        pytest.fail("Chromium is not installed: apt-get install chromium")
    pytest.skip("needs Chromium: apt-get install chromium")


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser, for tests that may ask the database in the same thread, where Playwright has a loop."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        arguments = ["--no-sandbox", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield started
        started.close()
