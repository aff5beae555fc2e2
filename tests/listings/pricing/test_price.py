"""What an item may sell for: from sold items like it, else from the house's table, never from nothing."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from listings import vocabulary
from listings.models import Comparable, ComparableImport
from listings.pricing import estimate, priors, similar
from listings.pricing.estimate import Estimate
from listings.pricing.quantiles import Sale, plain, quantile, spread
from listings.services import listings
from tests.stand_ins import Seller

TODAY = date(2026, 11, 21)


def sales(*prices: int) -> list[Sale]:
    return [Sale(price, 1.0) for price in prices]


def test_quantiles_interpolate_and_follow_the_weights() -> None:
    assert quantile(sales(30, 10, 20), 0.5) == 20
    assert quantile(sales(10, 20), 0.5) == 15
    assert quantile(sales(10, 20, 30, 40), 0.25) == 15
    assert quantile([Sale(10, 1), Sale(20, 1), Sale(90, 6)], 0.5) > 60
    assert (quantile(sales(10), 0.0), quantile(sales(10), 1.0)) == (10, 10)


def test_a_typo_among_the_prices_moves_nothing() -> None:
    usual = sales(3900, 4100, 4300, 4500, 4700, 4900)
    with_typo = [*usual, *sales(450_000, 4)]
    assert spread(with_typo) == spread(usual)
    assert spread(usual).n == 6


def test_equal_prices_are_not_thrown_out_for_being_nearly_equal() -> None:
    assert spread(sales(4500, 4500, 4500, 4600)).n == 4


@pytest.mark.parametrize(
    ("exact", "shown"),
    [(4537.2, 4500), (1234, 1230), (399, 400), (12, 12), (0.2, 1), (123_456, 123_000)],
)
def test_figures_are_ones_that_a_person_would_name(exact: float, shown: int) -> None:
    assert plain(exact) == shown


@pytest.fixture
def sold(owner: Seller) -> Any:
    """Adds sold items of the owner's."""
    table = ComparableImport.objects.create(account=owner.account, name="x.csv", finished=True)

    def add(price: int, *, days: int = 30, times: int = 1, **values: Any) -> None:
        brand = values.pop("brand", "Levi's")
        rows = {
            "title": "Levi's jeans blue",
            "category_key": "jeans",
            "condition": "good",
            "currency": "USD",
            "account": owner.account,
            "imported": table,
            **values,
        }
        Comparable.objects.bulk_create(
            Comparable(
                **rows,
                price=price,
                brand=brand,
                brand_key=vocabulary.brand_key(brand),
                sold_on=TODAY - timedelta(days=days),
                fingerprint=uuid4().hex,
            )
            for _ in range(times)
        )

    return add


def ask(seller: Seller, *texts: str, currency: str = "USD", **facts: Any) -> Estimate:
    known = {"category": "jeans", "brand": "Levi's", "condition": "good"} | facts
    item = similar.item(**known, texts=[*texts, known["brand"] or "", "blue jeans"])
    return estimate.estimate(seller.account, item, currency=currency, today=TODAY)


def test_the_accounts_own_sold_items_make_the_price(owner: Seller, sold: Any) -> None:
    for price in (4000, 4500, 5000):
        sold(price)
    found = ask(owner)
    assert (found.basis, found.n, found.currency) == ("comparables", 3, "USD")
    assert (found.low, found.suggested, found.high) == (4000, 4500, 5000)
    assert found.note == "From 3 of your sold items like this one, sold on 2026-10-22."
    assert sorted(one["price"] for one in found.as_json()["nearest"]) == [4000, 4500, 5000]
    assert found.as_json()["isEstimate"] is False


def test_two_sold_items_are_no_ground_to_stand_on(owner: Seller, sold: Any) -> None:
    sold(9000, times=2)
    found = ask(owner)
    assert (found.basis, found.n, found.suggested, found.low, found.high) == (
        "prior",
        0,
        2500,
        1620,
        3750,
    )
    assert "You have 2 sold items like this one, but 3 are needed." in found.note
    assert "not market data" in found.note
    assert found.as_json()["isEstimate"] is True
    assert found.as_json()["nearest"] == []


def test_other_peoples_sold_items_say_nothing(owner: Seller, stranger: Seller, sold: Any) -> None:
    sold(9000, times=5)
    assert ask(stranger).basis == "prior"
    assert ask(owner).basis == "comparables"


def test_another_currency_category_or_class_of_brand_says_nothing(owner: Seller, sold: Any) -> None:
    sold(9000, times=5, currency="EUR")
    sold(9000, times=5, category_key="dress", title="Levi's dress")
    sold(90_000, times=5, brand="Gucci", title="Gucci jeans blue")
    assert ask(owner).basis == "prior"
    assert ask(owner, currency="EUR").suggested == 9000


def test_the_same_condition_counts_alone_where_there_is_enough_of_it(
    owner: Seller, sold: Any
) -> None:
    sold(2000, times=6, condition="fair")
    sold(6000, times=3, condition="new")
    assert ask(owner, condition="new").suggested == 6000
    assert ask(owner, condition="fair").suggested == 2000
    like_new = ask(owner, condition="like-new")
    assert like_new.suggested is not None
    assert "Some were in another condition." in like_new.note


def test_the_likest_titles_count_most(owner: Seller, sold: Any) -> None:
    for price in range(7000, 7600, 100):
        sold(price, title="Levi's 501 jeans blue")
    for price in range(2000, 2600, 100):
        sold(price, title="Levi's 311 shaping skinny jeans black")
    model = ask(owner, "501").suggested
    other = ask(owner, "311 shaping skinny black").suggested
    assert model is not None
    assert other is not None
    assert model > 6000
    assert other < 4000


def test_what_was_sold_lately_counts_most(owner: Seller, sold: Any) -> None:
    sold(3000, times=3, days=3 * 365)
    sold(5000, times=3, days=10)
    found = ask(owner)
    assert found.n == 6
    assert found.suggested is not None
    assert found.suggested > 4500


def test_listings_that_were_sold_count_too(owner: Seller) -> None:
    for price in (3000, 3100, 3200):
        listing = listings.create(
            owner.caller,
            {
                "title": "Levi's jeans blue",
                "category": "jeans",
                "brand": "LEVIS",
                "condition": "good",
                "price": price,
            },
            image_ids=[],
            state="draft",
        )
        type(listing).objects.filter(pk=listing.pk).update(
            state="sold", sold_at=timezone.now(), sold_price=price
        )
    found = ask(owner)
    assert (found.basis, found.suggested, found.n) == ("comparables", 3100, 3)
    assert all(one["yourListing"] for one in found.as_json()["nearest"])


def test_what_is_not_recognised_has_no_price_without_words_that_fit(
    owner: Seller, sold: Any
) -> None:
    sold(9000, times=5, brand="", category_key="", title="Antique brass candlestick 30 cm")
    nothing = ask(owner, category=None, brand=None, condition="")
    assert (nothing.basis, nothing.suggested, nothing.low, nothing.high, nothing.n) == (
        "none",
        None,
        None,
        None,
        0,
    )
    assert "was not recognized" in nothing.note
    said = ask(owner, "antique brass candlestick 30 cm tall", category=None, brand=None)
    assert (said.basis, said.suggested) == ("comparables", 9000)


@pytest.mark.parametrize(
    ("facts", "low", "middle", "high"),
    [
        ({"brand": "Levi's", "condition": "good"}, 1620, 2500, 3750),
        ({"brand": "H&M", "condition": "good"}, 980, 1500, 2250),
        ({"brand": "Gucci", "condition": "good"}, 9800, 15_000, 22_500),
        ({"brand": "Levi's", "condition": "new"}, 2600, 4000, 6000),
        ({"brand": "Levi's", "condition": ""}, 1250, 2500, 4800),
        ({"brand": None, "condition": "for-parts"}, 280, 560, 1070),
    ],
)
def test_the_houses_table_knows_brands_and_conditions(
    facts: dict[str, Any], low: int, middle: int, high: int
) -> None:
    found = priors.estimate("jeans", currency="USD", **facts)
    assert found is not None
    assert (found.low, found.middle, found.high, found.n) == (low, middle, high, 0)


def test_the_houses_table_speaks_the_accounts_currency_or_not_at_all() -> None:
    yen = priors.estimate("jeans", brand="Levi's", condition="good", currency="JPY")
    assert yen is not None
    assert yen.middle == 3750
    assert priors.estimate("jeans", brand="Levi's", condition="good", currency="XAF") is None
    assert priors.estimate("car", brand=None, condition="good", currency="USD") is None
    boots, shoes = (
        priors.estimate(kind, brand=None, condition="good", currency="USD")
        for kind in ("ankle-boots", "shoes")
    )
    assert boots == shoes  # as dear as the kind above it, which the table has


def test_the_houses_table_names_categories_tiers_and_currencies_that_there_are() -> None:
    path = Path(priors.__file__).with_name("priors.toml")
    table = tomllib.loads(path.read_text())
    keys = set(vocabulary.categories())
    assert set(table["typical"]) <= keys
    assert not {"car", "piano"} & set(table["typical"])
    tiers = {vocabulary.tier(name) for name in ("H&M", "Levi's", "Apple", "Gucci", None, "Nobody")}
    assert tiers == {"value", "mid", "premium", "luxury", "unknown"}
    assert tiers == set(table["tiers"]["fashion"]) == set(table["tiers"]["other"])


def test_a_suggestion_below_what_was_paid_is_told() -> None:
    found = Estimate("prior", "USD", 2500, 1600, 3750, 0, "")
    assert estimate.below_purchase(found, 2500) is None
    assert estimate.below_purchase(found, None) is None
    said = estimate.below_purchase(found, 3000)
    assert said == "The suggested price is below the 30.00 USD that you paid."


def test_a_look_up_reads_a_bounded_number_of_rows(
    owner: Seller,
    sold: Any,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(similar, "NEWEST", 5)
    for price in (1000, 2000, 3000):
        sold(price, times=10, days=price // 100)
    with django_assert_num_queries(5):
        found = similar.nearest(
            owner.account,
            similar.item("jeans", "Levi's", "good", ["blue jeans"]),
            currency="USD",
            today=TODAY,
        )
    # The newest five of each of three overlapping lots.
    assert {one.sold.price for one in found} == {1000}
    assert 5 <= len(found) <= 15


def test_each_lot_of_a_look_up_is_read_from_an_index_in_order(owner: Seller) -> None:
    mine = Comparable.objects.filter(account=owner.account, currency="USD")
    for lot in (
        mine.filter(category_key="jeans"),
        mine.filter(category_key="jeans", brand_key="levis"),
        mine.filter(brand_key="levis"),
    ):
        plan = lot.order_by("-sold_on").values_list("pk")[:1000].explain()
        assert "INDEX comparable_" in plan
        assert "TEMP B-TREE" not in plan
