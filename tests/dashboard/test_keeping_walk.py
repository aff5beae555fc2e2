"""Projects, shared links and the trash in a real browser: a seller's and a visitor's way, in two sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from media_library.files import public_copies, thumbnails
from media_library.intake.ingest import ingest
from media_library.models import Image
from tests.chromium import launched
from tests.dashboard.conftest import Person
from tests.dashboard.test_large_library import copies
from tests.dashboard.test_projects import project_of
from tests.system.site import until
from tests.visits import Visit, visit

DEMO = Path(__file__).resolve().parents[2] / "media_library/demo"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture
def pictures(
    transactional_db: None,
    live_server: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    seller: Person,
) -> Any:
    """Four photos with thumbnails in a project; copies for strangers are made when asked for."""
    settings.SITE_URL, settings.DOOR_WAIT_SECONDS = live_server.url, 0.0
    settings.COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SESSION_COOKIE_SECURE = False
    for actor in (public_copies.make_public_copy, public_copies.make_view_copy):
        monkeypatch.setattr(actor, "send", actor.fn)
    images = [
        ingest(seller.account, path.read_bytes(), name=path.name)
        for path in sorted(DEMO.glob("*.jpg"))
    ]
    for image in images:
        thumbnails.make_thumbnail.fn(str(image.pk))
    project_of(seller, *images, name="Spring coats")
    return images


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=["phone", "desktop"])
def test_kept_shared_and_thrown_away(
    browser: Browser,
    live_server: Any,
    seller: Person,
    pictures: list[Image],
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = visit(browser, live_server, size, seller.client)
    page = mine.page
    page.goto("/projects/")
    mine.look()
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name").fill("Autumn")
    page.get_by_role("button", name="Make project").click()
    expect(page.get_by_role("heading", name="Autumn")).to_be_visible()
    mine.look()

    page.goto("/projects/")
    page.get_by_role("link", name="Spring coats").click()
    boxes = page.locator('input[name="ids"]')
    expect(boxes).to_have_count(4)
    boxes.nth(0).check(force=True)
    boxes.nth(2).click(modifiers=["Shift"], force=True)
    expect(page.locator("#project-count")).to_have_text("Selected: 3")
    mine.look()
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("heading", name="3 pictures")).to_be_visible()
    page.get_by_label("Title").fill("For Ada")
    page.get_by_label("Password").fill("tweed and wool")
    mine.look()
    page.get_by_role("button", name="Make link").click()
    address = page.get_by_label("Address of the link").input_value()
    mine.look()

    theirs = visit(browser, live_server, size, None)
    _looks_at_what_is_shared(theirs, address)

    page.get_by_role("button", name="End link").click()
    page.locator("#confirm").get_by_role("button", name="End link").click()
    expect(page.get_by_text("No link works at the moment.")).to_be_visible()
    theirs.page.reload()
    expect(theirs.page.get_by_role("heading", name="Nothing here")).to_be_visible()
    theirs.context.close()

    _throws_away_and_takes_back(mine)
    monkeypatch.setattr("processing.pages.library.page.PAGE_SIZE", 8)
    _finds_its_place_again(page, pictures[0])
    mine.look()
    mine.context.close()


def _looks_at_what_is_shared(theirs: Visit, address: str) -> None:
    """As a stranger who was told the address and the password."""
    theirs.page.goto(address)
    theirs.look()
    theirs.page.get_by_label("Password").fill("tweed and wool")
    theirs.page.get_by_role("button", name="Show pictures").click()
    expect(theirs.page.get_by_role("heading", name="For Ada")).to_be_visible()
    theirs.look()
    theirs.page.get_by_role("link", name="Picture 1").click()
    expect(theirs.page.get_by_role("heading", name="Picture 1 of 3")).to_be_visible()
    theirs.page.keyboard.press("ArrowRight")
    expect(theirs.page.get_by_role("heading", name="Picture 2 of 3")).to_be_visible()
    shown = theirs.page.locator(".visitor-picture img")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    theirs.look()


def _throws_away_and_takes_back(mine: Visit) -> None:
    """By Undo, and from the trash."""
    page = mine.page
    boxes = page.locator('input[name="ids"]')
    page.goto("/projects/")
    page.get_by_role("link", name="Spring coats").click()
    boxes.nth(1).check(force=True)
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 picture is back.")).to_be_visible()
    page.goto("/projects/")
    page.get_by_role("link", name="Spring coats").click()
    expect(boxes).to_have_count(4)
    boxes.nth(1).check(force=True)
    page.get_by_role("button", name="Delete", exact=True).click()
    page.goto("/trash/")
    mine.look()
    page.get_by_label("Select all").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    assert Image.live.count() == 4
    mine.look()


def _finds_its_place_again(page: Page, image: Image) -> None:
    """In a filter's library of many pages, after a picture that was opened far down."""
    copies(image, 80)
    page.goto("/library/?sort=name")
    count = "document.querySelectorAll('#tiles .tile').length"
    to_the_end = f"scrollTo(0, document.body.scrollHeight), {count} >= 40"
    until(lambda: page.evaluate(to_the_end), seconds=30)
    name = page.locator("#tiles .tile").nth(30).get_attribute("id")
    tile = page.locator(f"#{name}")
    tile.evaluate("tile => tile.scrollIntoView({ block: 'center' })")
    top = f"document.getElementById('{name}')?.getBoundingClientRect().top"
    there = page.evaluate(top)
    assert page.evaluate("scrollY") > 300
    tile.get_by_role("link").evaluate("link => link.click()")  # without scrolling there
    expect(page.locator(".studio-head")).to_be_visible()
    page.go_back()
    until(lambda: page.evaluate(f"Math.abs({top} - {there}) < 2"), seconds=30)
    tile.get_by_role("link").evaluate("link => link.click()")
    page.locator(".studio-head").get_by_role("link", name="Library").click()
    page.wait_for_url("**/library/?sort=name")
    until(lambda: page.evaluate(f"Math.abs({top} - {there}) < 2"), seconds=30)
    page.goto("/library/?sort=name")  # a link of another page begins at the top
    assert page.evaluate("scrollY") == 0
