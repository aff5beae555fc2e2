"""The pages of listings in a real browser, on a phone and on a desk: order, words, two windows, export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from listings.models import Listing
from listings.selectors import listing_for
from tests.chromium import launched
from tests.listings.pages.test_listing import url
from tests.visits import visit


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture
def shop(
    transactional_db: None,
    settings: Any,
    live_server: Any,
    make_listing: Callable[..., Listing],
    add_photo: Callable[..., Any],
) -> Listing:
    """A seller's site with one listing of three photos."""
    settings.COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SESSION_COOKIE_SECURE = False
    photos = [add_photo((300, 200 + n), thumbnail=True, name=f"{n}.jpg") for n in range(3)]
    return make_listing(images=photos)


def names(listing: Listing) -> list[str]:
    found = listing_for(listing.account, listing.pk)
    return [row.image.name for row in found.images.all()]


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=["phone", "desktop"])
def test_a_sellers_evening(
    chrome: Browser, live_server: Any, shop: Listing, browser: Client, size: tuple[int, int]
) -> None:
    mine = visit(chrome, live_server, size, browser)
    page = mine.page
    page.goto("/listings/")
    mine.look()
    page.get_by_role("link", name=shop.title).click()
    expect(page.locator(".price-frame")).to_contain_text("sold items like this one")
    mine.look()
    _order(page, shop)
    _counter(page)
    _two_windows(page, shop)
    mine.complaints.clear()  # the refusal (409) was meant
    page.goto(url(shop) + "?for=vinted")
    expect(page.get_by_role("heading", name="Fit for Vinted?")).to_be_visible()
    mine.look()
    for address in ("/listings/new/", "/listings/sales/", "/listings/suggestions/"):
        page.goto(address)
        mine.look()
    _export(page)
    mine.look()
    _as_chosen(page)
    mine.context.close()


def _as_chosen(page: Page) -> None:
    """The photo that was chosen first is the cover, wherever it stood."""
    page.goto("/listings/new/")
    tiles = page.locator(".choose-tile")
    for at in (2, 0):
        tiles.nth(at).locator("input").check()
        expect(tiles.nth(2)).to_have_attribute("data-number", "1")
    first, second = (tiles.nth(at).inner_text().strip() for at in (2, 0))
    page.get_by_role("button", name="Write it myself").click()
    photos = page.locator(".strip-picture")
    expect(photos).to_have_count(2)
    assert [photos.nth(at).get_attribute("title") for at in (0, 1)] == [first, second]


def _order(page: Page, shop: Listing) -> None:
    """By the keyboard, and by drag."""
    assert names(shop) == ["0.jpg", "1.jpg", "2.jpg"]
    first = page.locator(".strip-photo").first
    with page.expect_response("**/photos/"):
        first.locator("a").focus()
        page.keyboard.press("ArrowRight")
    expect(page.locator(".strip-photo").nth(1).locator("a")).to_have_attribute("title", "0.jpg")
    assert names(shop) == ["1.jpg", "0.jpg", "2.jpg"]
    if page.viewport_size and page.viewport_size["width"] > 1000:
        with page.expect_response("**/photos/"):
            _drag(page, 2, 0)
        expect(page.locator(".strip-photo").first.locator("a")).to_have_attribute("title", "2.jpg")
        assert names(shop) == ["2.jpg", "1.jpg", "0.jpg"]


def _drag(page: Page, one: int, to: int) -> None:
    """Photo `one` to the place of photo `to`, let go once the row shows it there."""
    photos = page.locator(".strip-photo")
    moved = photos.nth(one).locator("a").get_attribute("title")
    boxes = [photos.nth(at).bounding_box() for at in (one, to)]
    start, end = (box for box in boxes if box is not None)
    page.mouse.move(start["x"] + 50, start["y"] + 40)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, start["y"] + 45, steps=3)
    for nudge in range(50):  # the row moves by itself for 150 ms, and takes no drop meanwhile
        page.mouse.move(end["x"] + 20 + nudge % 2, end["y"] + 40, steps=8)
        if photos.nth(to).locator("a").get_attribute("title") == moved:
            break
        page.wait_for_timeout(50)
    page.mouse.up()


def _counter(page: Page) -> None:
    title = page.get_by_label("Title", exact=True)
    title.fill("x" * 78)
    counter = page.locator('[data-counter="id_title"]')
    expect(counter.locator("output")).to_have_text("78")
    expect(counter.locator(".over").first).to_have_text("Mercari shows 40")
    expect(counter.get_by_text("Amazon 75")).to_have_class("limit over")
    expect(counter.get_by_text("eBay 80")).to_have_class("limit")


def _two_windows(page: Page, shop: Listing) -> None:
    """The second window is told, and both texts are there to choose from."""
    other = page.context.new_page()
    other.goto(url(shop))
    other.get_by_label("Title", exact=True).fill("Saved first")
    other.locator("#words").get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Title", exact=True).fill("Typed second")
    page.locator("#words").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing of yours is lost")).to_be_visible()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Typed second")
    page.get_by_role("button", name="Take this one").click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Saved first")
    page.locator("#words").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Saved first")).to_be_visible()


def _export(page: Page) -> None:
    page.goto("/listings/")
    page.get_by_label("Select Saved first").check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.locator(".bulk-more summary", has_text="Export").click()
    page.get_by_role("button", name="Export the selected ones").click()
    expect(page.get_by_text("eBay (CSV)").first).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download").click()
    text = Path(started.value.path()).read_text()
    assert "Saved first" in text
