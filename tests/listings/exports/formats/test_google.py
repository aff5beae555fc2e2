"""Google Merchant's product file."""

from __future__ import annotations

from tests.listings.conftest import WORDS, refusal_of
from tests.listings.exports.conftest import columns, send, table


def test_the_columns_are_those_of_googles_template(owner, listing):
    header, rows = table(send(owner, "google", link="https://shop.example/{id}"))
    assert header == columns("google")
    assert len(rows) == 1


def test_a_listing_needs_an_address(owner, listing):
    error = refusal_of(send(owner, "google"), 400, "VALIDATION_ERROR")
    assert error["error"] == (
        f"{listing.public_id} needs an address (the variant's url, or `link`)."
    )


def test_a_google_row(owner, make_listing, add_photo):
    listing = make_listing(images=[add_photo(), add_photo(), add_photo()], colors=["blue", "red"])
    _, [row] = table(send(owner, "google", link="https://shop.example/p/{sku}"))
    assert {name: row[name] for name in row if row[name] and not name.endswith("image_link")} == {
        "id": listing.public_id,
        "title": WORDS["title"],
        "description": " ".join(WORDS["description"].split()),
        "link": f"https://shop.example/p/{listing.public_id}",
        "availability": "in_stock",
        "price": "45.00 USD",
        "condition": "used",
        "brand": "Levi's",
        "identifier_exists": "no",
        "google_product_category": "Apparel & Accessories > Clothing > Pants",
        "product_type": "jeans",
        "color": "blue/red",
        "size": "W32 L34",
        "gender": "male",
        "age_group": "adult",
        "material": "cotton",
    }
    assert len(row["additional_image_link"].split(",")) == 2
