"""Windows of a browser in which somebody is signed in, and what those windows complain of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page


@dataclass
class Visit:
    """A window of somebody's browser, and what it complained of."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Nothing has to be scrolled sideways, nothing was refused or went wrong."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert self.complaints == []


def visit(
    browser: Browser, live_server: Any, size: tuple[int, int], client: Client | None
) -> Visit:
    """Open a window of a size, signed in as a test's client is; without one, as nobody."""
    width, height = size
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    if client is not None:
        name = "packshot_session"
        value = client.cookies[name].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page = context.new_page()
    found = Visit(context, page)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: found.complaints.append(said.text) if said.type == "error" else None,
    )
    # What is under way when the page is left ends so; nothing is wrong with it.
    page.on(
        "requestfailed",
        lambda failed: (
            None if failed.failure == "net::ERR_ABORTED" else found.complaints.append(failed.url)
        ),
    )
    return found
