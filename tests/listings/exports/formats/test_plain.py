"""Everything about listings, as CSV and as JSON."""

from __future__ import annotations

import json
import re

from listings.services import listings
from tests.listings.exports.conftest import content, send, table


def test_quotes_commas_lines_and_every_script_come_back_from_a_csv_reader(owner, make_listing):
    text = "He said \"50%, off\"; 'ok'\n\n  שלום,\tעולם 👗\nlast|line"
    listing = make_listing(title='12" vinyl, "rare"', description=text, tags=["a,b", "c;d"])
    listing.refresh_from_db()
    _, [row] = table(send(owner, "csv"))
    assert row["title"] == '12" vinyl, "rare"'
    assert row["description"] == listing.description == text.replace("  שלום,\tעולם", "שלום, עולם")
    assert row["tags"] == "a,b|c;d"
    assert json.loads(row["attributes"]) == {"Department": "Men"}
    assert (row["price"], row["currency"], row["id"]) == ("45.00", "USD", listing.public_id)
    _, [ebay] = table(send(owner, "ebay"))
    assert ebay["*Title"] == '12" vinyl, "rare"'


def test_json_holds_the_same_with_types(owner, make_listing):
    one, two = make_listing(price=4500, currency="JPY"), make_listing(sku="=A")
    found = json.loads(content(send(owner, "json")))
    assert [item["id"] for item in found] == [one.public_id, two.public_id]
    assert (found[0]["price"], found[0]["quantity"], found[0]["tags"]) == (
        *("4500", 1, ["vintage", "denim"]),
    )
    assert found[1]["sku"] == "=A"  # no spreadsheet here: nothing is added
    assert found[0]["sold_at"] is None


def test_a_plain_file_in_a_platforms_words(owner, listing):
    listings.set_variant(owner.caller, listing, "depop", {"title": "501s", "price": 4800})
    answer = send(owner, "csv", platform="depop")
    assert re.fullmatch(
        r'attachment; filename="packshot-csv-depop-\d{4}-\d\d-\d\d\.csv"',
        answer.headers["Content-Disposition"],
    )
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    _, [row] = table(answer)
    assert (row["platform"], row["title"], row["price"]) == ("depop", "501s", "48.00")
