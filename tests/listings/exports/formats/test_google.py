"""Google Merchant's product file."""

from __future__ import annotations

import pytest
from django.test import Client

from listings.models import Listing
from tests.listings.conftest import WORDS
from tests.listings.exports.conftest import send, table


@pytest.mark.parametrize("name", ["GTIN", "upc", "Ean", "ISBN"])
def test_a_number_of_the_trade_is_the_gtin(owner, make_listing, name):
    make_listing(attributes={name: "4006381333931", "Other": "x"})
    _, [row] = table(send(owner, "google", link="https://shop.example/{id}"))
    assert (row["gtin"], row["identifier_exists"]) == ("4006381333931", "")


def test_a_brand_with_its_own_number_identifies_a_product_a_number_alone_does_not(
    owner, make_listing
):
    make_listing(attributes={"MPN": "00501", "Pattern": "striped"})
    make_listing(attributes={"MPN": "00501"}, brand="", condition="", sku="J-1", quantity=0)
    _, [branded, other] = table(send(owner, "google", link="https://shop.example/{sku}/{handle}"))
    assert (branded["mpn"], branded["identifier_exists"]) == ("00501", "")
    assert (branded["pattern"], other["pattern"]) == ("striped", "")
    assert (other["mpn"], other["identifier_exists"]) == ("00501", "no")
    assert (other["id"], other["condition"], other["availability"]) == ("J-1", "", "out_of_stock")
    number = Listing.objects.get(sku="J-1").public_id[-8:].lower()
    handle = f"levis-501-original-fit-jeans-w32-l34-blue-{number}"
    assert other["link"] == f"https://shop.example/J-1/{handle}"


@pytest.mark.parametrize(
    ("department", "gender", "age_group"),
    [
        ("Men", "male", "adult"),
        ("Women", "female", "adult"),
        ("Unisex Adult", "unisex", "adult"),
        ("Boys", "male", "kids"),
        ("Girls", "female", "kids"),
        ("Pets", "", ""),
    ],
)
def test_the_department_says_gender_and_age(owner, make_listing, department, gender, age_group):
    make_listing(attributes={"Department": department})
    _, [row] = table(send(owner, "google", link="https://shop.example/{id}"))
    assert (row["gender"], row["age_group"]) == (gender, age_group)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("new", "new"),
        ("new-other", "new"),
        ("new-with-defects", "new"),
        ("like-new", "used"),
        ("for-parts", "used"),
    ],
)
def test_conditions_are_new_or_used(owner, make_listing, condition, told):
    make_listing(condition=condition)
    _, [row] = table(send(owner, "google", link="https://shop.example/{id}"))
    assert row["condition"] == told


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


def test_a_row_has_as_many_pictures_and_colors_as_google_takes(
    owner, make_listing, add_photo, copying
):
    images = [add_photo((8, 8)) for _ in range(12)]
    make_listing(images=images, colors=["blue", "red", "green", "white"], materials=["a", "b"])
    _, [row] = table(send(owner, "google", link="https://shop.example/{id}"))
    further = row["additional_image_link"].split(",")
    assert len(further) == 10
    assert [Client().get(link).status_code for link in further] == [200] * 10
    assert row["additional_image_link"].count(row["image_link"].partition("?")[0]) == 0
    assert (row["color"], row["material"]) == ("blue/red/green", "a/b")
