"""A seller's first visit, in a real browser, on the real site: every process, queue and model."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.chromium import chromium, launched
from tests.system.site import Site

PHOTO = Path(__file__).resolve().parents[1] / "photos/wool-hat.jpg"
PASSWORD = "a long and quiet sentence"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Its address. Chromium is looked for first: without it nothing needs to be started."""
    chromium()
    with Site() as started:
        yield started.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, site: str, complaints: list[str]) -> Iterator[Page]:
    """A narrow window; whatever the browser complains of (also the CSP) is written down."""
    context = browser.new_context(base_url=site, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()


def sign_up(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()


def download(page: Page) -> bytes:
    with page.expect_download() as started:
        page.locator("#download").click()
    return Path(started.value.path()).read_bytes()


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways to be seen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.xdist_group("site")
def test_a_sellers_first_visit(page: Page, complaints: list[str]) -> None:
    sign_up(page, "ada@example.com")
    expect(page.get_by_text("Your photos will appear here")).to_be_visible()
    assert fits(page)

    page.locator("#files").set_input_files(PHOTO)
    card = page.locator(".tile[data-state=completed]")
    expect(card.locator("img.checker")).to_be_visible(timeout=30_000)
    expect(page.locator("#announcer")).to_have_text("wool-hat.jpg: Cut out.")
    assert fits(page)

    expect(page.locator("#uploads")).to_be_hidden(timeout=15_000)
    card.get_by_role("link").click()
    page.get_by_role("radio", name="Slider").check()
    cut = page.get_by_label("How much of the original is shown")
    cut.focus()
    cut.press("ArrowRight")
    assert "--cut: 51%;" in (page.locator("#view").get_attribute("style") or "")
    assert download(page)[:8] == b"\x89PNG\r\n\x1a\n"
    assert fits(page)

    # What is not saved yet is saved by downloading it.
    page.get_by_role("radio", name="White", exact=True).first.check()
    page.get_by_role("radio", name="File").check()
    page.get_by_role("radio", name="JPG").check()
    assert download(page)[:3] == b"\xff\xd8\xff"
    expect(page.locator("#result-size")).to_contain_text("JPG")

    page.get_by_role("radio", name="Results").check()
    expect(page.locator(".result")).to_have_count(2)
    page.get_by_role("button", name="Delete this result").first.click()
    expect(page.locator(".result")).to_have_count(1)
    expect(page.locator("#result-size")).to_contain_text("PNG")
    expect(page.locator("#notices")).to_contain_text("1 picture is in the trash.")

    page.get_by_role("link", name="Library", exact=True).click()
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Plan & usage").click()
    expect(page.get_by_text("99 left.")).to_be_visible()
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Developers").click()
    page.get_by_label("Name", exact=True).fill("Shop import")
    page.get_by_role("button", name="Create key").click()
    expect(page.locator("#new-key")).to_contain_text("ps_")
    assert fits(page)
    key = page.locator("#new-key").inner_text()
    answer = page.request.get("/api/v1/images", headers={"x-api-key": key})
    assert answer.json()["data"]["total"] == 2
    _goes_back_to_forms(page)

    page.get_by_text("More", exact=True).click()
    page.get_by_role("navigation").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Create an account")).to_be_visible()
    page.goto("/library/")
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    assert [one for one in complaints if "400 (Bad Request)" not in one] == []


def _goes_back_to_forms(page: Page) -> None:
    """The browser never asks whether to send a form again: not for what answered it, nor for a refusal."""
    page.goto("/listings/new/")
    page.get_by_role("button", name="Write", exact=True).click()
    expect(page.get_by_text("Choose at least one photo.")).to_be_visible()
    page.get_by_role("navigation", name="Where you are").get_by_role("link").click()
    page.go_back()
    expect(page.locator("h1")).to_have_text("New listing")
    expect(page.get_by_text("Choose at least one photo.")).to_be_hidden()
    page.evaluate(
        """() => {
          const form = document.querySelector("#choose").cloneNode(true);
          form.setAttribute("action", "/library/upload/");
          document.body.append(form);
          form.submit();
        }"""
    )
    expect(page.get_by_text("Choose at least one file.")).to_be_visible()
    page.get_by_role("link", name="Back to the home page").click()
    page.go_back()
    expect(page.locator("h1")).to_have_text("New listing")


@pytest.mark.xdist_group("site")
def test_a_look_is_chosen_in_the_studio(page: Page, complaints: list[str]) -> None:
    sign_up(page, "studio@example.com")
    page.locator("#files").set_input_files(PHOTO)
    card = page.locator(".tile[data-state=completed]")
    expect(card.locator("img.checker")).to_be_visible(timeout=30_000)
    expect(page.locator("#uploads")).to_be_hidden(timeout=15_000)
    card.get_by_role("link").click()
    state, size = page.locator("#stage-state"), page.locator("#result-size")
    expect(state).to_have_text("Saved")

    page.get_by_role("radio", name="Shadow").check()
    page.get_by_role("radio", name="Soft").check()
    expect(page.locator("#preview")).to_be_visible(timeout=30_000)
    expect(state).to_have_text("Preview, not saved yet")
    shown = page.locator("#preview").get_attribute("src")
    page.get_by_role("radio", name="Size").check()
    page.get_by_role("radio", name="Square 1:1").check()
    expect(page.locator("#preview")).not_to_have_attribute("src", shown or "", timeout=10_000)
    expect(size).to_have_text("2000 × 2000", timeout=10_000)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("radio", name="As the photo")).to_be_checked()
    expect(size).not_to_have_text("2000 × 2000", timeout=10_000)
    page.get_by_role("button", name="Undo").click()
    expect(state).to_have_text("Saved")
    for _ in range(2):
        page.get_by_role("button", name="Redo").click()
    expect(size).to_have_text("2000 × 2000", timeout=10_000)
    fitted = page.locator("#zoom").inner_text()
    page.locator("#view").press("+")
    expect(page.locator("#zoom")).not_to_have_text(fitted)
    page.locator("#view").press("0")
    page.locator("[name=ground][value=black]").check()
    assert fits(page)
    # What was not saved is there again, on the ground that was chosen.
    page.reload()
    expect(size).to_have_text("2000 × 2000", timeout=10_000)
    assert page.locator("#stage").get_attribute("data-ground") == "black"
    page.set_viewport_size({"width": 1440, "height": 900})
    assert fits(page)

    _keeps_a_look(page, shown or "")
    page.locator("#save").click()
    expect(state).to_have_text("Saving")
    expect(page.locator(".result")).to_have_count(2, timeout=10_000)
    expect(state).to_have_text("Saved", timeout=30_000)
    expect(size).to_contain_text("2000 × 2000 · PNG")
    page.get_by_role("link", name="Show", exact=True).click()
    expect(size).not_to_contain_text("2000 × 2000")
    expect(page.locator(".result").nth(1)).to_contain_text("Shown")
    _picks_a_product(page)
    assert complaints == []
    _told_and_not_asked_for_ever(page)


def _keeps_a_look(page: Page, shown: str) -> None:
    """A ready one is tried and taken back; what was chosen before is kept under a name."""
    page.get_by_role("radio", name="Looks").check()
    page.get_by_role("link", name="Marble", exact=True).click()
    expect(page.locator("#preview")).not_to_have_attribute("src", shown, timeout=10_000)
    expect(page.get_by_role("link", name="Marble", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("Keep this look for other pictures").fill("Square")
    page.get_by_role("button", name="Save look").click()
    expect(page.locator("#notices")).to_contain_text("“Square” is saved.")


def _picks_a_product(page: Page) -> None:
    """One of several is shown on the photo as it came; what is made of it then takes its place."""
    page.get_by_role("radio", name="Cutout").check()
    page.get_by_role("button", name="Show it on the photo").click()
    expect(page.locator("[name=mode][value=before]")).to_be_checked()
    page.locator("#view").click()
    page.locator("#save").click()
    expect(page.locator("#stage-state")).to_have_text("Saved", timeout=30_000)
    expect(page.locator("[name=mode][value=after]")).to_be_checked()


def _told_and_not_asked_for_ever(page: Page) -> None:
    """What is too much is said and asked again in a while; who is gone isn't asked for any more."""
    state = page.locator("#stage-state")
    too_many = '{"code": "RATE_LIMITED", "message": "Too many requests."}'
    answer = {"status": 429, "headers": {"Retry-After": "1"}, "body": too_many}
    page.route(
        "**/preview/",
        lambda route: route.fulfill(**answer, content_type="application/json"),
        times=1,
    )
    page.get_by_role("radio", name="Light").check()
    page.get_by_label("Correct light and white balance").check()
    expect(state).to_have_text("Too many requests.")
    expect(state).to_have_text("Preview, not saved yet", timeout=15_000)
    page.route("**/live/*", lambda route: route.fulfill(status=404, body=""))
    page.locator("#save").click()
    expect(page.locator("#notices")).to_contain_text("This picture is not there any more.")
    expect(page.locator("#results-poll")).to_have_count(0)


@pytest.mark.xdist_group("site")
def test_a_wide_dark_screen_works_by_keyboard(browser: Browser, site: str) -> None:
    context = browser.new_context(
        base_url=site, viewport={"width": 1920, "height": 1080}, color_scheme="dark"
    )
    page = context.new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(18, 21, 22)"
    assert fits(page)
    context.close()


@pytest.mark.xdist_group("site")
def test_looks_become_a_batch(page: Page, complaints: list[str]) -> None:
    sign_up(page, "grace@example.com")
    token = json.loads(page.locator("body").get_attribute("hx-headers") or "")
    page.request.post(
        "/api/v1/images",
        headers={"x-csrftoken": token["x-csrftoken"], "origin": page.evaluate("location.origin")},
        multipart={
            "files": {"name": PHOTO.name, "mimeType": "image/jpeg", "buffer": PHOTO.read_bytes()}
        },
    )

    page.goto("/looks/")
    page.get_by_role("button", name="Add to my looks: Amazon").click()
    expect(page.get_by_text("“Amazon” is one of your looks now.")).to_be_visible()
    page.get_by_label("More about Amazon").click()
    page.get_by_role("button", name="Make it the default").click()
    expect(page.locator(".look-default")).to_have_text("Default")
    assert fits(page)

    page.goto("/backgrounds/?show=pattern")
    favorite = page.get_by_role("button", name="Favorite: Linen")
    favorite.click()
    expect(favorite).to_have_attribute("aria-pressed", "true")
    assert fits(page)
    page.get_by_role("link", name="Use Linen in a look").click()
    page.get_by_label("Name").fill("Our linen")
    assert fits(page)
    page.get_by_role("button", name="Save look").click()
    expect(page.get_by_role("heading", name="Our linen")).to_be_visible()

    page.goto("/batches/new/")
    page.get_by_label("wool-hat.jpg").check(force=True)
    page.get_by_label("Our linen").check(force=True)
    assert fits(page)
    page.get_by_role("button", name="Start · 2").click()
    expect(page.get_by_text("2 pictures done")).to_be_visible(timeout=40_000)
    page.set_viewport_size({"width": 1440, "height": 900})
    with page.expect_download() as started:
        page.get_by_role("link", name="Download ZIP").click()
    with zipfile.ZipFile(started.value.path()) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {
            *("Amazon", "Our linen", "manifest.json"),
        }
    page.get_by_role("link", name="Batches").first.click()
    expect(page.locator(".batch-row")).to_have_count(1)
    assert complaints == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_many_photos_at_once(browser: Browser, site: str, width: int, height: int) -> None:
    """Brought in while the connection goes, selected, deleted, brought back, and nothing moves."""
    context = browser.new_context(base_url=site, viewport={"width": width, "height": height})
    page, complaints = context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    sign_up(page, f"many-{width}@example.com")
    page.locator("#cut-out").uncheck()
    page.evaluate(
        """() => {
          window.shifted = 0;
          const add = (list) => list.getEntries().forEach((one) => {
            if (!one.hadRecentInput) window.shifted += one.value;
          });
          new PerformanceObserver(add).observe({ type: "layout-shift" });
        }"""
    )
    photo = PHOTO.read_bytes()
    files: list[FilePayload] = [
        {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": photo + bytes([n])}
        for n in range(6)
    ]
    context.set_offline(True)
    page.locator("#files").set_input_files(files)
    expect(page.locator("#uploads")).to_contain_text("No connection.")
    expect(page.locator(".tile.arriving")).to_have_count(6)
    busy = {"status": 429, "headers": {"Retry-After": "1"}, "body": ""}
    context.route("**/library/arrived/", lambda route: route.fulfill(**busy), times=2)
    # The first that was chosen arrives last.
    context.route("**/api/v1/images", lambda route: route.fulfill(**busy), times=1)
    context.set_offline(False)
    expect(page.locator("#uploads")).to_contain_text("It goes on by itself in about 1 min.")
    expect(page.locator("#uploads")).to_be_hidden(timeout=30_000)
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(6)
    assert page.evaluate("window.shifted") < 0.1
    assert fits(page)
    names = [f"{n}.jpg" for n in reversed(range(6))]
    expect(page.locator(".tile-name")).to_have_text(names)
    page.reload()
    expect(page.locator(".tile-name")).to_have_text(names)

    _tells_of_bad_files(page, tiles)

    _deletes_and_brings_back(page, tiles)
    page.reload()
    expect(tiles).to_have_count(6)
    expect(page.locator("#cut-out")).not_to_be_checked()
    told = ("ERR_INTERNET_DISCONNECTED", "429 (Too Many Requests)", "400 (Bad Request)")
    assert [one for one in complaints if not any(words in one for words in told)] == []
    context.close()


def _tells_of_bad_files(page: Page, tiles: Locator) -> None:
    """Each is named, none covers the last photo, and all are dismissed at once."""
    bad: list[FilePayload] = [
        {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": b"nothing"} for n in range(3)
    ]
    page.locator("#files").set_input_files(bad)
    expect(page.locator("#uploads li")).to_have_count(3)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    last, dock = tiles.last.bounding_box(), page.locator("#uploads").bounding_box()
    assert last is not None
    assert dock is not None
    assert last["y"] + last["height"] <= dock["y"]
    page.get_by_role("button", name="Dismiss all").click()
    expect(page.locator("#uploads")).to_be_hidden()


def _deletes_and_brings_back(page: Page, tiles: Locator) -> None:
    tiles.nth(0).locator(".tile-link").focus()
    page.keyboard.press("x")
    tiles.nth(3).click(modifiers=["Shift"])
    expect(page.locator(".selection-count")).to_have_text("4 selected")
    page.get_by_role("button", name="Delete").click()
    expect(tiles).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(tiles).to_have_count(6)
