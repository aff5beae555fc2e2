"""What hands do on pages that are drawn on: a brush that outlasts troubles of the network, a crop."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, expect


def touch_up(page: Page, address: str) -> None:
    """Paint a stroke through a busy site, a lost connection and a lost session; another that is cancelled."""
    page.goto(address)
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".is-ready.has-mask")).to_be_visible()
    said, again = page.locator("#touch-up-state"), page.get_by_role("button", name="Try again")
    undo = page.get_by_role("button", name="Undo")
    answers: list[Callable[[Route], None]] = [
        _refused(429, {"Retry-After": "1"}),
        _lost,
        _refused(401, {}),
    ]
    page.route("**/mask", lambda route: (answers.pop(0) if answers else _through)(route))
    _drag(page, "#touch-up-canvas", (0.4, 0.4), (0.5, 0.5))
    expect(said).to_contain_text("a short break")
    expect(said).to_contain_text("not responding")  # after a second it was sent again, by itself
    again.click()
    expect(said).to_contain_text("signed out")
    again.click()
    expect(said).to_have_text("Up to date")
    expect(again).to_be_hidden()
    page.unroute("**/mask")
    _of_a_cancelled_job(page)
    page.keyboard.press("z")
    expect(undo).to_be_disabled()
    page.keyboard.press("Shift+Z")
    expect(undo).to_be_enabled()
    page.locator("#touch-up-save").click()
    page.wait_for_url(address.removesuffix("touch-up/"))
    expect(page.locator("#results .result").first).to_have_class(re.compile("shown"))
    expect(page.locator("#results .result").first).to_contain_text("By a mask")


def _of_a_cancelled_job(page: Page) -> None:
    """A stroke whose job somebody cancelled is gone, and the one before is there."""
    pending = {"success": True, "data": {"maskId": None, "jobId": "job_1"}}
    page.route("**/mask", lambda route: route.fulfill(status=202, json=pending))
    cancelled = {"success": True, "data": {"state": "cancelled", "error": None}}
    page.route("**/jobs/job_1", lambda route: route.fulfill(json=cancelled))
    _drag(page, "#touch-up-canvas", (0.6, 0.6), (0.6, 0.7))
    expect(page.get_by_text("It was cancelled.")).to_be_visible()
    expect(page.locator("#touch-up-state")).to_have_text("Up to date")
    page.unroute("**/mask")
    page.unroute("**/jobs/job_1")


def crop(page: Page, address: str) -> None:
    """Crop by a corner, to a ratio, turn and straighten; the studio gets what was chosen."""
    page.goto(f"{address}?color=%2300ff00&background=color")
    expect(page.locator("#crop-stage.is-ready")).to_be_visible()
    size = page.locator("#crop-size")
    [width, height] = (int(side) for side in size.inner_text().split(" × "))
    page.get_by_label("1:1").check()
    square = min(width, height)
    expect(size).to_have_text(f"{square} × {square}")
    page.get_by_label("4:5").check()
    page.keyboard.press("r")
    page.locator("input[name=straighten]").fill("5")
    page.locator(".crop-handle.se").focus()
    page.keyboard.press("Shift+ArrowLeft")
    [across, down] = (int(side) for side in size.inner_text().split(" × "))
    assert abs(across / down - 5 / 4) < 0.01
    page.locator("#crop-box").focus()
    page.keyboard.press("Shift+ArrowUp")
    page.get_by_role("button", name="Use this crop").click()
    page.wait_for_url("**frame=**")
    state = {name: text for name, [text] in parse_qs(urlsplit(page.url).query).items()}
    turn, tilt, *sides = (float(number) for number in state["frame"].split())
    assert (turn, tilt, state["color"]) == (90, 5, "#00ff00")
    assert 0 < sides[0] < sides[2] < 1
    expect(page.locator("[name=frame]").first).to_have_value(state["frame"])


def _drag(page: Page, what: str, first: tuple[float, float], last: tuple[float, float]) -> None:
    """Drag the mouse over a part of the page, from and to shares of it."""
    box = page.locator(what).bounding_box()
    assert box is not None
    places = [
        (box["x"] + across * box["width"], box["y"] + down * box["height"])
        for across, down in (first, last)
    ]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=4)
    page.mouse.up()


def _refused(status: int, headers: dict[str, str]) -> Callable[[Route], None]:
    body = json.dumps({"success": False, "error": "No.", "code": "NO"})
    kind = {"content-type": "application/json"}
    return lambda route: route.fulfill(status=status, headers=headers | kind, body=body)


def _lost(route: Route) -> None:
    route.abort("connectionfailed")


def _through(route: Route) -> None:
    route.continue_()
