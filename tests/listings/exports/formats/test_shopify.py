"""Shopify's product file."""

from __future__ import annotations

import re

from tests.listings.conftest import LISTINGS, WORDS, refusal_of
from tests.listings.exports.conftest import send, table


def test_a_shopify_product_has_a_row_for_each_picture(owner, make_listing, add_photo):
    listing = make_listing(
        images=[add_photo() for _ in range(3)],
        purchase_price=900,
        sku="J-1",
        attributes={"Department": "Women", "UPC": "012345678905"},
        state="ready",
    )
    owner.client.patch(f"{LISTINGS}/{listing.public_id}", {"state": "listed"}, format="json")
    _, rows = table(send(owner, "shopify"))
    handle = rows[0]["URL handle"]
    assert re.fullmatch(r"levis-501-original-fit-jeans-w32-l34-blue-[a-z0-9]{8}", handle)
    told = {name: value for name, value in rows[0].items() if value and name != "Product image URL"}
    jeans = "Apparel & Accessories > Clothing > Pants"
    assert told == {
        "Title": WORDS["title"],
        "URL handle": handle,
        "Description": rows[0]["Description"],
        "Vendor": "Levi's",
        "Product category": f"{jeans} > Jeans",  # Shopify's own taxonomy has more
        "Type": "jeans",
        "Tags": "vintage, denim",
        "Published on online store": "TRUE",
        "Status": "Active",
        "SKU": "J-1",
        "Barcode": "012345678905",
        "Option1 name": "Size",
        "Option1 value": "W32 L34",
        "Price": "45.00",
        "Cost per item": "9.00",
        "Charge tax": "TRUE",
        "Inventory tracker": "shopify",
        "Inventory quantity": "1",
        "Continue selling when out of stock": "DENY",
        "Requires shipping": "TRUE",
        "Fulfillment service": "manual",
        "Image position": "1",
        "Image alt text": WORDS["title"],
        "Gift card": "FALSE",
        "Color (product.metafields.shopify.color-pattern)": "blue",
        "Google Shopping / Google product category": jeans,
        "Google Shopping / Gender": "Female",
        "Google Shopping / Age group": "Adult",
        "Google Shopping / Condition": "used",
    }
    for position, row in enumerate(rows[1:], start=2):
        assert row["Image alt text"] == f"{WORDS['title']} ({position})"
        assert {name for name, value in row.items() if value} == {
            *("URL handle", "Product image URL", "Image position", "Image alt text"),
        }
        assert (row["URL handle"], row["Image position"]) == (handle, str(position))
    assert len({row["Product image URL"] for row in rows}) == 3


def test_a_handle_is_made_for_titles_in_any_script(owner, make_listing):
    make_listing(title="قميص قطن", size="", state="draft", images=[], tags=["a,b", "c"])
    _, [row] = table(send(owner, "shopify", state="draft"))
    assert re.fullmatch(r"listing-[a-z0-9]{8}", row["URL handle"])
    assert (row["Title"], row["Option1 name"], row["Option1 value"]) == (
        *("قميص قطن", "Title", "Default Title"),
    )
    assert (row["Status"], row["Published on online store"]) == ("Draft", "FALSE")
    assert row["Tags"] == "a b, c"
    pictures = ("Product image URL", "Image position", "Image alt text", "Cost per item")
    assert [row[name] for name in pictures] == ["", "", "", ""]


def test_a_long_title_makes_a_handle_without_a_dash_at_its_end(owner, make_listing):
    words = f"{'x' * 79} y"
    listing = make_listing(title=words, colors=["blue", "red"], attributes={"MPN": "00501"})
    _, [row] = table(send(owner, "shopify"))
    assert row["URL handle"] == f"{'x' * 79}-{listing.public_id[-8:].lower()}"
    assert row["Color (product.metafields.shopify.color-pattern)"] == "blue; red"
    assert row["Google Shopping / Manufacturer part number (MPN)"] == "00501"


def test_a_shopify_file_has_one_currency_and_says_which(owner, make_listing):
    euros, dollars = make_listing(currency="EUR"), make_listing()
    error = refusal_of(send(owner, "shopify"), 400, "VALIDATION_ERROR")
    assert error["error"] == "A Shopify file can have only one currency, not EUR and USD."
    assert list(error["fields"]) == ["listingIds"]
    for listing, currency in ((euros, "EUR"), (dollars, "USD")):
        for options in ({}, {"shopify": {"currency": currency}}):
            answer = send(owner, "shopify", listingIds=[listing.public_id], **options)
            assert f"packshot-shopify-{currency}-20" in answer.headers["Content-Disposition"]
            assert table(answer)[1][0]["Price"] == "45.00"


def test_a_shops_currency_refuses_listings_in_another(owner, make_listing):
    make_listing(currency="EUR")
    answer = send(owner, "shopify", shopify={"currency": "USD"})
    error = refusal_of(answer, 400, "VALIDATION_ERROR")
    assert error["error"] == "The shop sells in USD, but the listings are in EUR."
    assert list(error["fields"]) == ["shopify.currency"]
    refusal_of(send(owner, "shopify", shopify={"currency": "ABC"}), 400, "VALIDATION_ERROR")
