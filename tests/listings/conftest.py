"""Two sellers who know nothing of each other, their photos and their listings."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from listings import selectors
from listings.models import Listing
from listings.services import listings
from media_library.files import thumbnails
from media_library.intake.ingest import ingest
from media_library.models import Image
from tests.stand_ins import Seller

LISTINGS = "/api/v1/listings"


def photo(
    size: tuple[int, int] = (80, 60),
    *,
    background: tuple[int, int, int] = (120, 120, 120),
    fill: float = 0.5,
    format: str = "JPEG",
) -> bytes:
    """A red rectangle in the middle, ``fill`` of the width and of the height."""
    picture = Pillow.new("RGB", size, background)
    margins = [round(side * (1 - fill) / 2) for side in size]
    box = (*margins, size[0] - margins[0] - 1, size[1] - margins[1] - 1)
    ImageDraw.Draw(picture).rectangle(box, fill=(200, 20, 20))
    out = BytesIO()
    picture.save(out, format, **({"quality": 95} if format == "JPEG" else {}))
    return out.getvalue()


@pytest.fixture(autouse=True)
def public_site(settings: Any) -> None:
    """Marketplaces can fetch pictures from this site."""
    settings.SITE_URL = "https://shop.example"


@pytest.fixture
def add_photo(owner: Seller) -> Callable[..., Image]:
    """Upload a photo; with ``thumbnail`` its small copy is there, as soon after an upload."""

    def add(
        *args: Any, seller: Seller = owner, thumbnail: bool = False, name: str = "", **options: Any
    ) -> Image:
        image = ingest(seller.account, photo(*args, **options), name=name or "shirt.jpg")
        if thumbnail:
            thumbnails.make_thumbnail(str(image.pk))
            image.refresh_from_db()
        return image

    return add


WORDS: dict[str, Any] = {
    "title": "Levi's 501 Original Fit Jeans W32 L34 Blue",
    "description": "Straight leg, button fly. Light wear at the hem, see the third photo.\n"
    "Measured flat: waist 41 cm, inside leg 86 cm. Smoke-free home, sent within two days.",
    "category": "jeans",
    "brand": "Levi's",
    "size": "W32 L34",
    "condition": "good",
    "colors": ["blue"],
    "materials": ["cotton"],
    "tags": ["vintage", "denim"],
    "attributes": {"Department": "Men"},
    "price": 4500,
}


@pytest.fixture
def make_listing(owner: Seller, add_photo: Callable[..., Image]) -> Callable[..., Listing]:
    """A listing that is ready, or as the options say."""

    def make(
        *,
        seller: Seller = owner,
        state: str = "ready",
        images: list[Image] | None = None,
        **words: Any,
    ) -> Listing:
        pictures = [add_photo(seller=seller)] if images is None else images
        listing = listings.create(
            seller.caller,
            {**WORDS, **words},
            image_ids=[image.pk for image in pictures],
            state=state,
        )
        return selectors.listing_for(seller.account, listing.pk)

    return make


@pytest.fixture
def listing(make_listing: Callable[..., Listing]) -> Listing:
    return make_listing()


def url_of(listing: Listing, *parts: str) -> str:
    return "/".join([LISTINGS, listing.public_id, *parts])


def data_of(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()["data"]


def refusal_of(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    return body
