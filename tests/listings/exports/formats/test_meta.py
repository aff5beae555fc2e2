"""Meta's catalog file."""

from __future__ import annotations

import pytest

from listings.services import listings
from tests.listings.conftest import LISTINGS, WORDS
from tests.listings.exports.conftest import send, table


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


def test_what_a_listing_lacks_stays_empty_and_more_is_left_out(owner, make_listing, add_photo):
    make_listing(
        state="draft",
        tags=[],
        attributes={"EAN": "4006381333931", "Pattern": "striped"},
        colors=["blue", "red"],
        materials=["cotton", "linen"],
    )
    make_listing(images=[add_photo(), add_photo()], tags=["a", "b", "c"])
    link = "https://shop.example/{id}"
    _, [bare] = table(send(owner, "meta", link=link, state="draft"))
    further = ("additional_image_link", "product_tags[0]", "product_tags[1]")
    assert [bare[name] for name in further] == ["", "", ""]
    assert (bare["gtin"], bare["pattern"]) == ("4006381333931", "striped")
    assert (bare["color"], bare["material"]) == ("blue, red", "cotton, linen")
    assert (bare["availability"], bare["condition"]) == ("in stock", "used")
    _, [whole] = table(send(owner, "meta", link=link))
    assert whole["image_link"].count("https://shop.example/") == 1
    assert whole["additional_image_link"].count("https://shop.example/") == 1
    assert "," not in whole["additional_image_link"]
    assert (whole["product_tags[0]"], whole["product_tags[1]"]) == ("a", "b")


@pytest.mark.parametrize("state", ["sold", "archived"])
def test_what_is_gone_is_out_of_stock(owner, make_listing, state):
    listing = make_listing()
    for step in ("listed", "sold", "archived"):
        owner.client.patch(f"{LISTINGS}/{listing.public_id}", {"state": step}, format="json")
        if step == state:
            break
    _, [row] = table(send(owner, "meta", link="https://shop.example/{id}", state=state))
    assert (row["availability"], row["quantity_to_sell_on_facebook"]) == ("out of stock", "1")
