"""eBay's File Exchange sheet."""

from __future__ import annotations

import csv

import pytest
from django.test import Client

from listings.services import listings
from tests.listings.conftest import WORDS, refusal_of
from tests.listings.exports.conftest import content, described, send, table

PROFILES = ("shippingProfile", "returnProfile", "paymentProfile")


def test_ebays_columns_are_those_of_its_template(owner, make_listing):
    make_listing(attributes={"Department": "Men", "Fit": "Straight"})
    make_listing(attributes={"Rise": "High"})
    header, _ = table(send(owner, "ebay", ebay={"category": "11483"}))
    aspects = ["C:Brand", "C:Size", "C:Color", "C:Material", "C:Department", "C:Fit", "C:Rise"]
    action, *expected = described("ebay")
    at = expected.index("C:Brand")
    assert header[0] == f"{action}(SiteID=US|Country=US|Currency=USD|Version=1193|CC=UTF-8)"
    assert header[1:] == [*expected[:at], *aspects, *expected[at + 2 :]]


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
        "category": "11483",
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
    german = table(send(owner, "ebay", ebay={"category": "11483"}))[0][0]
    assert german.startswith("*Action(SiteID=Germany|Country=DE")
    refusal_of(send(owner, "ebay", ebay={"country": "US"}), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"action": "End"}, "ebay.action"),
        ({"country": "CH"}, "ebay.country"),
        ({"dispatchDays": -1}, "ebay.dispatchDays"),
        ({"dispatchDays": 31}, "ebay.dispatchDays"),
        *(({name: "x" * 101}, f"ebay.{name}") for name in PROFILES),
        ({"location": "x" * 101}, "ebay.location"),
        ({"returnsAccepted": "perhaps"}, "ebay.returnsAccepted"),
        ({"returns": True}, "ebay.returns"),
    ],
)
def test_bad_options_are_refused(owner, listing, options, field):
    error = refusal_of(send(owner, "ebay", ebay=options), 400, "VALIDATION_ERROR")
    assert list(error["fields"]) == [field]


def test_options_up_to_their_bounds_are_taken(owner, listing):
    for days in (0, 30):
        options = {"dispatchDays": days, **dict.fromkeys(("location", *PROFILES), "x" * 100)}
        _, [row] = table(send(owner, "ebay", ebay=options))
        assert row["*DispatchTimeMax"] == str(days)
        assert [row[name] for name in ("*Location", "ReturnProfileName")] == ["x" * 100] * 2


def test_an_ebay_file_has_one_currency_that_ebay_has(owner, make_listing):
    make_listing()
    make_listing(currency="GBP")
    error = refusal_of(send(owner, "ebay"), 400, "VALIDATION_ERROR")
    message = "An eBay file can have only one currency, not GBP and USD."
    assert error["fields"] == {"listingIds": [message]}
    crowns = make_listing(currency="SEK")
    refusal_of(send(owner, "ebay", listingIds=[crowns.public_id]), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("currency", "country", "site"),
    [
        ("USD", None, "US|Country=US|Currency=USD"),
        ("GBP", None, "UK|Country=GB|Currency=GBP"),
        ("EUR", None, "Germany|Country=DE|Currency=EUR"),
        ("EUR", "FR", "France|Country=FR|Currency=EUR"),
        ("EUR", "IT", "Italy|Country=IT|Currency=EUR"),
        ("EUR", "ES", "Spain|Country=ES|Currency=EUR"),
        ("CAD", None, "Canada|Country=CA|Currency=CAD"),
        ("AUD", None, "Australia|Country=AU|Currency=AUD"),
    ],
)
def test_the_currency_or_the_country_says_which_site(owner, make_listing, currency, country, site):
    make_listing(currency=currency)
    options = {"category": "11483", **({"country": country} if country else {})}
    header, _ = table(send(owner, "ebay", ebay=options))
    assert header[0] == f"*Action(SiteID={site}|Version=1193|CC=UTF-8)"


def test_a_site_that_sells_in_another_currency_is_named(owner, make_listing):
    crowns = make_listing(currency="SEK")
    error = refusal_of(send(owner, "ebay"), 400, "VALIDATION_ERROR")
    message = "No supported eBay site sells in SEK."
    assert error["fields"] == {"listingIds": [message]}
    answer = send(owner, "ebay", listingIds=[crowns.public_id], ebay={"country": "GB"})
    error = refusal_of(answer, 400, "VALIDATION_ERROR")
    assert error["fields"] == {"ebay.country": ["eBay GB sells in GBP, not SEK."]}


CONDITIONS = ("new", "new-other", "new-with-defects", "like-new", "good", "fair", "for-parts", "")


@pytest.mark.parametrize(
    ("category", "numbers"),
    [
        ("jeans", ["1000", "1500", "1750", "2990", "3000", "3010", "", ""]),
        ("backpack", ["1000", "1500", "1750", "2990", "3000", "3010", "", ""]),
        ("necklace", ["1000", "1500", "1750", "3000", "3000", "3000", "7000", ""]),
        ("book", ["1000", "2750", "", "2750", "5000", "6000", "", ""]),
        ("camera", ["1000", "1500", "1500", "3000", "3000", "3000", "7000", ""]),
        ("", ["1000", "1500", "1500", "3000", "3000", "3000", "7000", ""]),
    ],
)
def test_conditions_have_the_numbers_of_their_category(
    owner, make_listing, add_photo, category, numbers
):
    image = add_photo((8, 8))
    for condition in CONDITIONS:
        make_listing(images=[image], condition=condition, category=category)
    _, rows = table(send(owner, "ebay", ebay={"category": "1"}))
    assert [row["*ConditionID"] for row in rows] == numbers


def test_what_ebay_needs_beyond_a_draft_is_asked_for(owner, make_listing):
    listing = make_listing(brand="", condition="for-parts", category="", images=[], state="draft")
    add = {"action": "Add"}
    error = refusal_of(send(owner, "ebay", state="draft", ebay=add), 400, "VALIDATION_ERROR")
    category = (
        "needs eBay's number of its category (`category` of its eBay variant, or `category` of the "
        "options)"
    )
    assert error["error"] == (
        f"{listing.public_id} {category} and needs a brand (Unbranded, if you know that it has none) "
        "and needs a picture and needs where it is sent from (`location` of the options)."
    )
    for format in ("ebay", "ebayDrafts"):
        error = refusal_of(send(owner, format, state="draft"), 400, "VALIDATION_ERROR")
        assert error["error"] == f"{listing.public_id} {category}."
    # Numbers of eBay US are no other site's.
    french = make_listing(currency="EUR")
    error = refusal_of(send(owner, "ebay", listingIds=[french.public_id]), 400, "VALIDATION_ERROR")
    assert error["error"] == f"{french.public_id} {category}."
    listings.set_variant(owner.caller, french, "ebay", {"category": "9355"})
    _, [row] = table(send(owner, "ebay", listingIds=[french.public_id]))
    assert row["*Category"] == "9355"


def test_only_its_seller_says_that_something_has_no_brand(owner, make_listing, add_photo):
    image = add_photo((8, 8))
    for brand in ("", "Levi's", "no brand"):
        make_listing(images=[image], brand=brand)
    _, rows = table(send(owner, "ebay"))
    assert [row["C:Brand"] for row in rows] == ["", "Levi's", "Unbranded"]


def test_seller_hubs_drafts_are_as_its_template_has_them(owner, make_listing, add_photo):
    images = [add_photo((8, 8)), add_photo((8, 9))]
    make_listing(images=images, sku="J-1", attributes={"UPC": "012345678905", "Department": "Men"})
    lines = content(send(owner, "ebayDrafts")).decode().splitlines()
    assert lines[0] == "#INFO,Version=0.0.2,Template= eBay-draft-listings-template_US,,,,,,,,"
    assert lines[1] == "#INFO,,,,,,,,,,"
    action, *others = described("ebayDrafts")
    header, row = csv.reader(lines[2:])
    site = "(SiteID=US|Country=US|Currency=USD|Version=1193|CC=UTF-8)"
    assert header == [f"{action}{site}", *others]
    assert row[:7] == ["Draft", "J-1", "11483", WORDS["title"], "012345678905", "45.00", "1"]
    assert len(row[7].split("|")) == 2
    assert (row[8], row[10]) == ("3000", "FixedPrice")


def test_aspects_in_any_case_are_one_column_and_fill_those_of_every_sheet(owner, make_listing):
    make_listing(attributes={"fit": "Slim", "gender": "women", "MATERIAL": "linen"})
    make_listing(attributes={"Fit": "Loose"}, brand="", description="", colors=["blue", "red"])
    header, [one, two] = table(send(owner, "ebay", ebay={"category": "11483"}))
    aspects = [name for name in header if name.startswith("C:")]
    assert aspects == ["C:Brand", "C:Size", "C:Color", "C:Material", "C:Department", "C:fit"]
    assert [one[name] for name in aspects] == [
        *("Levi's", "W32 L34", "blue", "linen", "Women", "Slim"),
    ]
    assert [two[name] for name in aspects] == [
        *("", "W32 L34", "blue, red", "cotton", "", "Loose"),
    ]
    assert two["*Description"] == ""


def test_a_row_has_as_many_pictures_as_ebay_takes(owner, make_listing, add_photo, copying):
    make_listing(images=[add_photo((8, 8)) for _ in range(25)])
    _, [row] = table(send(owner, "ebay"))
    links = row["PicURL"].split("|")
    assert [Client().get(link).status_code for link in links] == [200] * 24
