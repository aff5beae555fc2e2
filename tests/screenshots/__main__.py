"""`make screenshots`: take the pictures of pages that docs/screenshots keeps, of a site with a shop in it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.chromium import chromium
from tests.system.site import Site, until

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/screenshots"
PHOTOS = (
    *sorted((ROOT / "tests/photos").glob("*.jpg")),
    *sorted((ROOT / "static/img/samples").glob("*.webp")),
)
SIZES: Final[dict[str, ViewportSize]] = {
    "desktop": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
}
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
QUALITY = 80
_WHITE: Final = {
    "layout": {"size": "1600x1600", "padding": "10%"},
    "background": {"color": "white"},
    "shadow": {"mode": "soft"},
    "export": {"format": "jpg"},
}
_TABLE: Final = {
    "layout": {"size": "1600x1600", "padding": "15%"},
    "background": {"generated": {"prompt": "on a marble table, warm window light"}},
    "shadow": {"mode": "soft"},
    "export": {"format": "jpg"},
}
_WORDS: Final[dict[str, Any]] = {
    "title": "Knitted wool hat, dark brown, hand made",
    "description": "Soft and warm, worn twice. Lies flat at 22 cm.\nSmoke-free home, sent within two days.",
    "category": "hat",
    "size": "One size",
    "condition": "like-new",
    "colors": ["brown"],
    "materials": ["wool"],
    "tags": ["knitted", "winter", "handmade"],
    "price": 2400,
    "currency": "EUR",
}

# Words, and the states it goes through.
_MORE: Final[dict[str, tuple[Any, ...]]] = {
    "striped-top": ({"title": "Striped knit tank top", "category": "top", "price": 900}, "ready"),
    "denim-shorts": (
        {"title": "Denim shorts, mid blue", "category": "shorts", "price": 1400},
        "ready",
    ),
    "blue-skirt": (
        {"title": "Pleated skirt with dots", "category": "skirt", "price": 1600},
        "ready",
        "listed",
    ),
    "white-blazer": (
        {"title": "White linen blazer", "category": "blazer", "price": 2900},
        "ready",
        "listed",
        "sold",
    ),
}


def main() -> None:
    chromium()
    FOLDER.mkdir(exist_ok=True)
    with Site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        seller = site.demo("pro")
        with site.client(seller["apiKey"]) as client:
            pages = dict(_shop(client))
        for size in SIZES:
            for theme in THEMES:
                _take(browser, site.url, seller, pages, size, theme)
        browser.close()


def _take(
    browser: Browser,
    address: str,
    seller: dict[str, str],
    pages: dict[str, str],
    size: str,
    theme: Literal["light", "dark"],
) -> None:
    context = browser.new_context(
        base_url=address, viewport=SIZES[size], color_scheme=theme, reduced_motion="reduce"
    )
    page = context.new_page()
    _keep(page, "/", f"landing-{size}-{theme}")
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(seller["email"])
    page.locator("input[type=password]").fill(seller["password"])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile("/(home|library)/"))
    for name, place in pages.items():
        _keep(page, place, f"{name}-{size}-{theme}")
    context.close()


def _keep(page: Page, place: str, name: str) -> None:
    page.goto(place, wait_until="networkidle")
    page.wait_for_timeout(600)  # what fades in has faded in
    with Image.open(BytesIO(page.screenshot())) as shot:
        shot.save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)
    sys.stdout.write(f"{name}\n")


def _shop(client: Any) -> Iterator[tuple[str, str]]:
    """Names and addresses of pages of a seller who is at work."""

    def post(path: str, body: Any = None, **options: Any) -> Any:
        answer = client.post(path, json=body, **options)
        assert answer.is_success, (path, answer.text)
        return answer.json()["data"]

    images = []
    for photo in PHOTOS:
        with photo.open("rb") as file:
            images.append(post("/images", files={"file": (photo.name, file)})["id"])
    batch = post("/batch", {"imageIds": images, "operation": "edit", "options": _WHITE})
    until(
        lambda: client.get(f"/batch/{batch['batchId']}").json()["data"]["endedAt"],
        seconds=120,
        pause=0.5,
    )
    hat = images[[photo.stem for photo in PHOTOS].index("wool-hat")]
    post("/images/tools/edit", {"imageId": hat, "edit": _TABLE, "display": "url"})
    hats = [image for image, photo in zip(images, PHOTOS, strict=True) if photo.stem == "wool-hat"]
    listing = post("/listings", {**_WORDS, "imageIds": hats})
    for image, photo in zip(images, PHOTOS, strict=True):
        if photo.stem in _MORE:
            words, *states = _MORE[photo.stem]
            made = post("/listings", {**words, "condition": "good", "imageIds": [image]})
            for state in states:
                answer = client.patch(f"/listings/{made['id']}", json={"state": state})
                assert answer.is_success, answer.text
    yield "home", "/home/"
    yield "library", "/library/"
    yield "studio", f"/pictures/{hat}/"
    yield "batch", f"/batches/{batch['batchId']}/"
    yield "looks", "/looks/"
    yield "backgrounds", "/backgrounds/"
    yield "listings", "/listings/"
    yield "listing", f"/listings/{listing['id']}/"
    yield "developers", "/developers/"


if __name__ == "__main__":
    main()
