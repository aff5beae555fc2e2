"""Meta's catalog file."""

from __future__ import annotations

from listings.services import listings
from tests.listings.conftest import WORDS
from tests.listings.exports.conftest import columns, send, table


def test_the_columns_are_those_of_metas_template(owner, listing):
    header, rows = table(send(owner, "meta", link="https://shop.example/{id}"))
    assert header == columns("meta")
    assert len(rows) == 1


def test_a_meta_row(owner, make_listing):
    listing = make_listing(condition="new", quantity=0)
    listings.set_variant(
        owner.caller, listing, "facebook", {"url": "https://shop.example/1", "title": "Jeans"}
    )
    _, [row] = table(send(owner, "meta"))
    told = {name: value for name, value in row.items() if value and name != "image_link"}
    assert told == {
        "id": listing.public_id,
        "title": "Jeans",
        "description": WORDS["description"],
        "availability": "out of stock",
        "condition": "new",
        "price": "45.00 USD",
        "link": "https://shop.example/1",
        "brand": "Levi's",
        "google_product_category": "Apparel & Accessories > Clothing > Pants",
        "quantity_to_sell_on_facebook": "0",
        "gender": "male",
        "color": "blue",
        "size": "W32 L34",
        "age_group": "adult",
        "material": "cotton",
        "product_tags[0]": "vintage",
        "product_tags[1]": "denim",
    }
