"""Everything about listings, as CSV and as JSON."""

from __future__ import annotations

import json
import re

from listings.services import listings
from tests.listings.conftest import LISTINGS, WORDS
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


def test_both_hold_everything(owner, make_listing):
    listing = make_listing(purchase_price=900, sku="J-1", attributes={})
    listings.set_variant(owner.caller, listing, "depop", {"url": "https://shop.example/1"})
    sale = {"soldPrice": 4000, "soldAt": "2026-03-01T10:00:00Z", "soldOn": "depop"}
    for state in ({"state": "listed"}, {"state": "sold", **sale}):
        answer = owner.client.patch(f"{LISTINGS}/{listing.public_id}", state, format="json")
        assert answer.status_code == 200, answer.content
    listing.refresh_from_db()
    [item] = json.loads(content(send(owner, "json", state="sold", platform="depop")))
    [link] = item.pop("image_urls")
    assert link.startswith("https://shop.example/")
    assert item == {
        "id": listing.public_id,
        "sku": "J-1",
        "state": "sold",
        "platform": "depop",
        **{name: WORDS[name] for name in ("title", "description", "category", "brand", "size")},
        **{name: WORDS[name] for name in ("condition", "colors", "materials", "tags")},
        "attributes": {},
        "currency": "USD",
        "price": "45.00",
        "purchase_price": "9.00",
        "quantity": 1,
        "sold_price": "40.00",
        "sold_at": "2026-03-01T10:00:00+00:00",
        "sold_on": "depop",
        "url": "https://shop.example/1",
        "created_at": listing.created_at.isoformat(),
        "updated_at": listing.updated_at.isoformat(),
    }
    header, [row] = table(send(owner, "csv", state="sold", platform="depop"))
    assert row.pop("image_urls").startswith("https://shop.example/")
    assert row == {
        **item,
        "colors": "blue",
        "materials": "cotton",
        "tags": "vintage|denim",
        "attributes": "",
        "quantity": "1",
    }
    assert header == [
        *("id", "sku", "state", "platform", "title", "description", "category", "brand"),
        *("size", "condition", "colors", "materials", "tags", "attributes", "currency"),
        *("price", "purchase_price", "quantity", "sold_price", "sold_at", "sold_on", "url"),
        *("image_urls", "created_at", "updated_at"),
    ]


def test_a_csv_begins_with_the_mark_by_which_excel_knows_utf_8(owner, listing):
    assert content(send(owner, "csv")).startswith(b"\xef\xbb\xbfid,sku,")
    assert content(send(owner, "json")).startswith(b'[\n{"id": "lst_')


def test_letters_of_every_script_stay_letters_in_json(owner, make_listing):
    make_listing(title="قميص", attributes={"Größe": "M"})
    _, [row] = table(send(owner, "csv"))
    assert row["attributes"] == '{"Größe": "M"}'
    text = content(send(owner, "json")).decode()
    assert '"title": "قميص"' in text
    assert '"attributes": {"Größe": "M"}' in text


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
