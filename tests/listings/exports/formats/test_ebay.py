"""eBay's File Exchange sheet."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.listings.conftest import WORDS, refusal_of
from tests.listings.exports.conftest import columns, send, table

PROFILES = ("shippingProfile", "returnProfile", "paymentProfile")


def test_ebays_columns_are_those_of_its_template(owner, make_listing):
    make_listing(attributes={"Department": "Men", "Fit": "Straight"})
    make_listing(attributes={"Rise": "High"})
    header, _ = table(send(owner, "ebay"))
    aspects = ["C:Brand", "C:Size", "C:Color", "C:Material", "C:Department", "C:Fit", "C:Rise"]
    expected = columns("ebay")
    at = expected.index("C:<aspect>")
    assert header == [*expected[:at], *aspects, *expected[at + 1 :]]


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
    header, _ = table(send(owner, "ebay", ebay={"country": country} if country else {}))
    assert header[0] == f"*Action(SiteID={site}|Version=1193|CC=UTF-8)"


def test_a_site_that_sells_in_another_currency_is_named(owner, make_listing):
    crowns = make_listing(currency="SEK")
    error = refusal_of(send(owner, "ebay"), 400, "VALIDATION_ERROR")
    message = "No supported eBay site sells in SEK."
    assert error["fields"] == {"listingIds": [message]}
    answer = send(owner, "ebay", listingIds=[crowns.public_id], ebay={"country": "GB"})
    error = refusal_of(answer, 400, "VALIDATION_ERROR")
    assert error["fields"] == {"ebay.country": ["eBay GB sells in GBP, not SEK."]}


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        ("new", "1000"),
        ("new-other", "1500"),
        ("new-with-defects", "1750"),
        ("like-new", "3000"),
        ("fair", "3000"),
        ("for-parts", "7000"),
        ("", ""),
    ],
)
def test_conditions_have_ebays_numbers(owner, make_listing, condition, number):
    make_listing(condition=condition)
    _, [row] = table(send(owner, "ebay"))
    assert row["*ConditionID"] == number


def test_aspects_in_any_case_are_one_column_and_fill_those_of_every_sheet(owner, make_listing):
    make_listing(attributes={"fit": "Slim", "gender": "women", "MATERIAL": "linen"})
    make_listing(attributes={"Fit": "Loose"}, brand="", description="", colors=["blue", "red"])
    header, [one, two] = table(send(owner, "ebay"))
    aspects = [name for name in header if name.startswith("C:")]
    assert aspects == ["C:Brand", "C:Size", "C:Color", "C:Material", "C:Department", "C:fit"]
    assert [one[name] for name in aspects] == [
        *("Levi's", "W32 L34", "blue", "linen", "Women", "Slim"),
    ]
    assert [two[name] for name in aspects] == [
        *("Unbranded", "W32 L34", "blue, red", "cotton", "", "Loose"),
    ]
    assert two["*Description"] == ""


def test_a_row_has_as_many_pictures_as_ebay_takes(owner, make_listing, add_photo, copying):
    make_listing(images=[add_photo((8, 8)) for _ in range(25)])
    _, [row] = table(send(owner, "ebay"))
    links = row["PicURL"].split("|")
    assert [Client().get(link).status_code for link in links] == [200] * 24
