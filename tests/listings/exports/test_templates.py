"""Every file is as its marketplace describes it, and says what the listings say."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import date

import pytest
from django.utils import timezone

from listings import marketplaces
from listings.exports import all_formats
from listings.services import listings
from tests.listings.conftest import refusal_of
from tests.listings.exports.conftest import content, described, send

LINK = {"link": "https://shop.example/{id}"}
ASKED = [
    ("ebay", "ebay", {"ebay": {"action": "Add", "location": "Berlin", "category": "11483"}}),
    ("ebayDrafts", "ebayDrafts", {"ebayDrafts": {"category": "11483"}}),
    ("shopify", "shopify", {}),
    ("shopify", "shopify-older", {"shopify": {"columns": "older"}}),
    ("google", "google", LINK),
    ("meta", "meta", LINK),
    ("csv", "csv", {}),
]
# What the columns of a title, a price, a quantity, the text, pictures, the brand and the size are called.
READ = {
    "ebay": ("*Title", "*StartPrice", "*Quantity", "*Description", "PicURL", "C:Brand", "C:Size"),
    "ebayDrafts": ("Title", "Price", "Quantity", "Description", "Item photo URL", None, None),
    "shopify": (
        *("Title", "Price", "Inventory quantity", "Description", "Product image URL", "Vendor"),
        "Option1 value",
    ),
    "shopify-older": (
        *("Title", "Variant Price", "Variant Inventory Qty", "Body (HTML)", "Image Src", "Vendor"),
        "Option1 Value",
    ),
    "google": ("title", "price", None, "description", "additional_image_link", "brand", "size"),
    "meta": (
        *("title", "price", "quantity_to_sell_on_facebook", "description", "additional_image_link"),
        *("brand", "size"),
    ),
    "csv": ("title", "price", "quantity", "description", "image_urls", "brand", "size"),
}


def read(answer, template):
    """The rows of a file by the names of its columns, once they are what the template describes."""
    text = content(answer).decode("utf-8-sig")
    tabs = answer.headers["Content-Type"].startswith("text/tab-separated-values")
    lines = list(csv.reader(io.StringIO(text, newline=""), "excel-tab" if tabs else "excel"))
    header, *rows = [line for line in lines if not line[0].startswith("#INFO")]
    columns = described(template)
    named = [name.partition("(Site")[0] for name in header]
    known = [name if name in columns else f"{name[:2]}*" for name in named]
    assert list(dict.fromkeys(known)) == list(columns)
    platform = all_formats()[template.partition("-")[0]].platform
    rules = marketplaces.rules(
        "facebook-catalog" if template == "meta" else platform or "ebay", timezone.now().date()
    )
    for row in rows:
        for name, cell in zip(known, row, strict=True):
            column = columns[name]
            most = column.get("max", 10**9)
            if rule := rules.get(column.get("max_rule", "")):
                most = rule.value
            assert len(cell) <= most, name
            assert not cell or cell in column.get("values", [cell]), name
            assert not cell or re.fullmatch(column.get("pattern", ".*"), cell, re.DOTALL), name
    assert all(rows[0][at] for at, name in enumerate(known) if columns[name].get("required"))
    return [dict(zip(named, row, strict=True)) for row in rows]


@pytest.mark.parametrize(("format", "template", "body"), ASKED, ids=[one[1] for one in ASKED])
def test_what_is_exported_is_read_again(owner, make_listing, add_photo, format, template, body):
    title = 'Jeans, "501"; 100 % cotton \u2013 \u00e9t\u00e9'
    words = 'Straight <b> & "quoted", see photo 3.'
    images = [add_photo((8, 8 + number)) for number in range(3)]
    made = make_listing(
        images=images, title=title, description=words, quantity=4, price=123450, sku="J-1"
    )
    rows = read(send(owner, format, **body), template)
    titled, price, quantity, text, pictures, brand, size = READ[template]
    first = rows[0]
    assert first[titled] == title
    assert first[price].removesuffix(" USD") == "1234.50"
    assert html.unescape(re.sub("</?(?:p|br)>", "", first[text])) == words
    if quantity:
        assert first[quantity] == "4"
    if brand:
        assert (first[brand], first[size]) == (made.brand, made.size)
    links = re.findall(
        r"https://shop\.example/content/[^,|]+", "|".join(row[pictures] for row in rows)
    )
    covers = first.get("image_link", "").count("/content/")
    assert len(links) + covers == 3


def test_json_holds_what_csv_holds(owner, listing):
    [record] = json.loads(content(send(owner, "json")))
    assert list(record) == list(described("csv"))


def test_a_limit_that_changed_while_a_listing_waited_refuses_it_by_name(
    owner, make_listing, monkeypatch
):
    long = make_listing(title="x" * 81)
    for format in ("ebay", "ebayDrafts"):
        error = refusal_of(send(owner, format), 400, "VALIDATION_ERROR")
        column = "*Title" if format == "ebay" else "Title"
        told = f"{long.public_id} has 81 characters in {column}, where 80 are allowed"
        assert error["error"] == f"{told}."
        assert error["fields"] == {"listingIds": [told]}
    rule = marketplaces.Rule(
        "title_max", 40, marketplaces.rules("ebay", timezone.now().date())["title_max"].source,
        date(2026, 7, 1), None,
    )  # fmt: skip
    monkeypatch.setattr(marketplaces, "rules", lambda platform, day: {"title_max": rule})
    listings.set_variant(owner.caller, long, "ebay", {"title": "x" * 41})
    error = refusal_of(send(owner, "ebay"), 400, "VALIDATION_ERROR")
    assert error["error"].endswith(
        "41 characters in *Title, where 40 are allowed since 2026-07-01."
    )


def test_what_a_platform_does_not_let_people_sell_is_refused_by_name(
    owner, make_listing, monkeypatch
):
    options = {"ebay": {"category": "1"}}
    socks = make_listing(category="socks")
    error = refusal_of(send(owner, "ebay", **options), 400, "VALIDATION_ERROR")
    assert error["error"] == f"{socks.public_id} is used 'socks', which may not be sold there."
    assert len(read(send(owner, "shopify"), "shopify")) == 1
    monkeypatch.setattr(
        marketplaces, "google_category", lambda key: "Food, Beverages & Tobacco > Tobacco Products"
    )
    error = refusal_of(send(owner, "meta", **LINK), 400, "VALIDATION_ERROR")
    assert error["error"] == f"{socks.public_id} is 'socks', which may not be sold there."


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ({"description": ""}, "needs description"),
        ({"images": []}, "needs a picture"),
        ({"condition": ""}, "needs a condition"),
        ({"attributes": {"GTIN": "none"}}, None),
    ],
)
def test_what_meta_rejects_is_not_sent_to_it(owner, make_listing, lacking, words):
    listing = make_listing(state="draft", **lacking)
    answer = send(owner, "meta", state="draft", **LINK)
    if words is None:
        assert read(answer, "meta")[0]["gtin"] == "none"
        return
    error = refusal_of(answer, 400, "VALIDATION_ERROR")
    assert error["error"] == f"{listing.public_id} {words}."
    if "images" in lacking:  # who leaves the links out, knows
        assert read(send(owner, "csv", state="draft"), "csv")
        assert content(send(owner, "meta", state="draft", pictureLinks=False, **LINK))
