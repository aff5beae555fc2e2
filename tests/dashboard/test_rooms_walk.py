"""A photo of a room in a real browser: by keyboard, on a phone and on a wide screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow
from playwright.sync_api import Browser, expect

from media_library.intake.ingest import ingest
from media_library.models import Image
from processing.models import Job
from processing.worker import tasks
from processing.worker.making import room_previews
from tests import axe
from tests.chromium import launched
from tests.dashboard.conftest import Person
from tests.processing.engine.room.drawn import room
from tests.processing.engine.room.hdr.exposed import STOPS, exposed, jpeg, light
from tests.visits import visit

SPHERE = "A 360° picture is twice as wide as high, and this one has 600 x 400 pixels."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture
def kitchen(
    transactional_db: None,
    live_server: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    seller: Person,
) -> Image:
    settings.SITE_URL = live_server.url
    settings.COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SESSION_COOKIE_SECURE = False
    monkeypatch.setattr(room_previews.make_room_preview, "send", room_previews.make_room_preview.fn)
    out = BytesIO()
    Pillow.fromarray(room((600, 400), roll=3.0, pitch=-6.0)).save(out, "JPEG")
    return ingest(seller.account, out.getvalue(), name="kitchen.jpg")


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_a_room_is_enhanced(
    browser: Browser, live_server: Any, seller: Person, kitchen: Image, size: tuple[int, int]
) -> None:
    went = visit(browser, live_server, size, seller.client)
    page = went.page
    page.goto(f"/pictures/{kitchen.public_id}/")
    page.get_by_label("Name and tags").press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Room", exact=True).press("Enter")
    told = page.locator("#stage-state")
    expect(told).to_have_text("Preview, not saved yet")
    expect(page.locator("#preview")).to_be_visible()
    page.get_by_role("radio", name="Neutral").press("ArrowRight")
    expect(page.get_by_role("radio", name="Warm")).to_be_checked()
    expect(told).to_have_text("Preview, not saved yet")
    assert axe.findings_in_both_themes(page) == []
    page.goto("/settings/usage/")
    page.go_back()
    expect(page.get_by_text("Your choices that were not saved are back.")).to_be_visible()
    expect(page.get_by_role("radio", name="Warm")).to_be_checked()
    expect(told).to_have_text("Preview, not saved yet")
    page.keyboard.press("Control+s")
    expect(page.locator("#results .result")).to_have_count(1)
    tasks.run_job.fn(str(Job.objects.get().pk))
    expect(told).to_have_text("Saved")
    expect(page.locator("#save")).to_be_disabled()
    expect(page.locator("#results")).to_contain_text("Warm look, straightened")
    expect(page.locator("#results")).to_contain_text(re.compile(r"Turned by \d\.\d°"))
    # What is refused when it is saved is no work under way.
    went.complaints.clear()
    page.get_by_role("radio", name="Lines").check(force=True)
    page.locator('[name="threesixty"][value="yes"]').check(force=True)
    expect(told).to_have_text(SPHERE)
    page.keyboard.press("Control+s")
    expect(page.locator("#notices .toast")).to_have_text(SPHERE)
    expect(told).to_have_text(SPHERE)
    assert all("400" in said for said in went.complaints)
    went.complaints.clear()
    page.get_by_role("button", name="Undo").click()
    expect(told).to_have_text("Saved")
    page.get_by_role("radio", name="Look").check(force=True)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("radio", name="Neutral")).to_be_checked()
    expect(told).to_have_text("Preview, not saved yet")
    # Buttons of the form that was just restored still say what they do.
    assert page.evaluate("[...document.getElementsByName('shows')].map((one) => one.value)") == [
        "product",
        "room",
    ]
    went.look()
    page.reload()
    expect(page.get_by_role("radio", name="Room")).to_have_count(0)
    expect(page.get_by_role("button", name="Room", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    went.context.close()


def test_what_is_done_with_exposures_stands_in_one_row(
    browser: Browser, live_server: Any, seller: Person, kitchen: Image
) -> None:
    seller.image("bath.jpg")
    seller.user.language = "de"
    seller.user.save()
    went = visit(browser, live_server, (1280, 900), seller.client)
    page = went.page
    page.goto("/library/")
    for box in page.locator('.tile [name="ids"]').all():
        box.check(force=True)
    bar = page.locator("#selection")
    for width in (1024, 1280, 1366, 1440, 1760, 1920, 2100):
        page.set_viewport_size({"width": width, "height": 900})
        expect(bar.get_by_role("button", name="Belichtungen zusammenfügen")).to_be_visible()
        expect(bar.get_by_role("button", name="Bildsatz machen")).to_be_visible()
        expect(bar.get_by_role("button", name="Räume verbessern")).to_be_visible()
        box = bar.bounding_box()
        row = bar.get_by_role("button", name="Look anwenden").bounding_box()
        assert box is not None
        assert row is not None
        assert box["height"] - row["height"] < 20, width
    went.look()
    went.context.close()


def test_a_merge_is_watched_and_goes_on_from_all_its_exposures(
    browser: Browser, live_server: Any, seller: Person, kitchen: Image
) -> None:
    first, middle, last = (
        ingest(seller.account, jpeg(exposed(light((360, 240)), one), stops=one), name="hall.jpg")
        for one in STOPS
    )
    ids = [image.public_id for image in (first, middle, last)]
    seller.client.post("/library/selected/", {"action": "merge", "ids": ids})
    went = visit(browser, live_server, (1440, 900), seller.client)
    page = went.page
    page.goto(f"/pictures/{first.public_id}/")
    told, before = page.locator("#stage-state"), page.locator("#original")
    expect(told).to_have_text("Preview, not saved yet")
    expect(page.get_by_label("Merge it with its other exposures")).to_be_checked()
    expect(before).to_have_attribute("src", re.compile(first.public_id))
    tasks.run_job.fn(str(Job.objects.get().pk))
    expect(told).to_have_text("Saved")
    expect(before).to_have_attribute("src", re.compile(middle.public_id))
    page.get_by_role("radio", name="Warm").check(force=True)
    expect(told).to_have_text("Preview, not saved yet")
    expect(before).to_have_attribute("src", re.compile(middle.public_id))
    page.get_by_label("Merge it with its other exposures").uncheck()
    expect(before).to_have_attribute("src", re.compile(first.public_id))
    page.get_by_label("Merge it with its other exposures").check()
    page.keyboard.press("Control+s")
    expect(page.locator("#results .result")).to_have_count(2)
    asked = Job.objects.latest("created_at").command
    assert (asked["operation"], asked["plan"]["look"]) == ("merge-hdr", "warm")
    assert asked["brackets"] == [str(middle.pk), str(last.pk)]
    went.look()
    went.context.close()
