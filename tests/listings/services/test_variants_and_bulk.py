"""Words for single platforms, copies, and the same change to many."""

from __future__ import annotations

import pytest

from listings import offers, selectors
from listings.models import Listing, ListingVariant
from tests.listings.conftest import LISTINGS, WORDS, data_of, refusal_of, url_of


def put(seller, listing, platform, **body):
    return seller.client.put(url_of(listing, "variants", platform), body, format="json")


def bulk(seller, listings, **body):
    ids = [listing.public_id for listing in listings]
    return seller.client.post(f"{LISTINGS}/bulk", {"listingIds": ids, **body}, format="json")


def offer_of(owner, listing, platform):
    return offers.offer(selectors.listing_for(owner.account, listing.pk), platform)


def test_a_variant_stands_in_for_the_listings_own_words(owner, listing):
    shown = data_of(
        put(
            owner,
            listing,
            "depop",
            title="501s",
            price=4800,
            tags=[],
            attributes={"Fit": "Straight"},
            url="https://depop.com/p/1",
        )
    )
    assert shown["title"] == "501s"
    assert shown["description"] == ""
    depop, ebay = offer_of(owner, listing, "depop"), offer_of(owner, listing, "ebay")
    assert (depop.title, depop.price, depop.tags) == ("501s", 4800, [])
    assert depop.description == WORDS["description"]
    assert depop.attributes == {"Department": "Men", "Fit": "Straight"}
    assert (ebay.title, ebay.price, ebay.tags) == (WORDS["title"], 4500, WORDS["tags"])
    assert [one["platform"] for one in data_of(owner.client.get(url_of(listing)))["variants"]] == [
        "depop"
    ]
    assert data_of(owner.client.get(LISTINGS, {"platform": "depop"}))["total"] == 1
    assert data_of(owner.client.get(LISTINGS, {"platform": "ebay"}))["total"] == 0


def test_a_variants_fields_that_are_left_out_stay(owner, listing):
    put(owner, listing, "ebay", title="Jeans", price=100)
    shown = data_of(put(owner, listing, "ebay", price=None))
    assert (shown["title"], shown["price"]) == ("Jeans", None)
    assert ListingVariant.objects.count() == 1
    assert owner.client.delete(url_of(listing, "variants", "ebay")).status_code == 200
    refusal_of(owner.client.delete(url_of(listing, "variants", "ebay")), 404, "NOT_FOUND")
    actions = [
        one["changes"] for one in data_of(owner.client.get(url_of(listing, "history")))["items"]
    ]
    assert actions[:3] == [
        {"ebay.title": ["Jeans", None]},
        {"ebay.price": [100, None]},
        {"ebay.title": ["", "Jeans"], "ebay.price": [None, 100]},
    ]


@pytest.mark.parametrize(
    "body", [{"price": -1}, {"url": "javascript:alert(1)"}, {"url": "https://"}, {"state": "sold"}]
)
def test_a_bad_variant_is_refused(owner, listing, body):
    refusal_of(put(owner, listing, "ebay", **body), 400, "VALIDATION_ERROR")
    assert not ListingVariant.objects.exists()


def test_an_unknown_platform_is_not_found(owner, listing):
    refusal_of(put(owner, listing, "gumtree", title="x"), 404, "NOT_FOUND")


def test_a_duplicate_is_a_draft_of_its_own(owner, make_listing, add_photo):
    listing = make_listing(images=[add_photo(), add_photo()], sku="A-1", purchase_price=900)
    put(owner, listing, "depop", title="501s", externalId="77", url="https://depop.com/p/1")
    owner.client.patch(url_of(listing), {"state": "sold"}, format="json")
    before = data_of(owner.client.get(url_of(listing)))
    copied = data_of(owner.client.post(url_of(listing, "duplicate")), 201)
    same = ("title", "description", "brand", "price", "purchasePrice", "attributes", "tags")
    assert [copied[name] for name in same] == [before[name] for name in same]
    assert [one["id"] for one in copied["images"]] == [one["id"] for one in before["images"]]
    assert (copied["state"], copied["sku"], copied["soldAt"]) == ("draft", "", None)
    [variant] = copied["variants"]
    assert (variant["title"], variant["externalId"], variant["url"]) == ("501s", "", "")
    [told] = data_of(owner.client.get(f"{LISTINGS}/{copied['id']}/history"))["items"]
    assert (told["action"], told["changes"]) == (
        "duplicated",
        {"duplicatedFrom": [None, listing.public_id]},
    )
    owner.client.patch(f"{LISTINGS}/{copied['id']}", {"title": "Other"}, format="json")
    assert data_of(owner.client.get(url_of(listing))) == before


def test_many_listings_are_changed_at_once(owner, make_listing):
    first, second = (
        make_listing(price=4505),
        make_listing(price=None, state="draft", tags=["Denim"]),
    )
    shown = data_of(
        bulk(
            owner,
            [second, first],
            changes={"condition": "fair", "brand": "Lee"},
            addTags=["sale"],
            removeTags=["DENIM"],
            pricePercent=-10,
        )
    )
    assert [one["id"] for one in shown] == [second.public_id, first.public_id]
    assert [one["price"] for one in shown] == [None, 4055]  # 4054.5, halves up
    assert [one["tags"] for one in shown] == [["sale"], ["vintage", "sale"]]
    assert {(one["condition"], one["brand"]) for one in shown} == {("fair", "Lee")}
    assert {one.changes.count() for one in Listing.objects.all()} == {2}


def test_where_one_cannot_be_changed_none_is(owner, make_listing):
    ready, draft = make_listing(), make_listing(state="draft", images=[])
    error = refusal_of(bulk(owner, [ready, draft], state="listed"), 409, "CONFLICT")
    assert error["error"].startswith(f"{draft.public_id}: A listing that is draft can become")
    assert {one.state for one in Listing.objects.all()} == {"ready", "draft"}
    assert ready.changes.count() == 1


def test_bulk_with_somebody_elses_listing_changes_nothing(owner, stranger, make_listing):
    mine, theirs = make_listing(), make_listing(seller=stranger)
    refusal_of(bulk(owner, [mine, theirs], changes={"brand": "Mine"}), 404, "NOT_FOUND")
    assert {one.brand for one in Listing.objects.all()} == {WORDS["brand"]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"changes": {}},
        {"changes": {"sku": "A"}},
        {"changes": {"price": -5}},
        {"changes": {"imageIds": []}},
        {"pricePercent": -96},
        {"pricePercent": 5, "changes": {"price": 5}},
        {"addTags": ["x" * 61]},
        {"addTags": [f"t{number}" for number in range(50)]},
    ],
)
def test_bad_bulk_changes_are_refused(owner, listing, body):
    refusal_of(bulk(owner, [listing], **body), 400, "VALIDATION_ERROR")
    assert listing.changes.count() == 1


def test_bulk_takes_up_to_a_hundred_each_once(owner, listing):
    refusal_of(bulk(owner, [listing, listing], state="draft"), 400, "VALIDATION_ERROR")
    refusal_of(bulk(owner, [listing] * 101, state="draft"), 400, "VALIDATION_ERROR")
    refusal_of(bulk(owner, [], state="draft"), 400, "VALIDATION_ERROR")
