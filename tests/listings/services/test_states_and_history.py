"""From draft to sold and back, and what is written down of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from listings.models import Listing, ListingState
from tests.listings.conftest import LISTINGS, WORDS, data_of, refusal_of, url_of

WAYS = {
    ("draft", "ready"),
    ("draft", "archived"),
    ("ready", "draft"),
    ("ready", "listed"),
    ("ready", "sold"),
    ("ready", "archived"),
    ("listed", "ready"),
    ("listed", "sold"),
    ("listed", "archived"),
    ("sold", "listed"),
    ("sold", "archived"),
    ("archived", "draft"),
}
TO = {
    "draft": [],
    "ready": ["ready"],
    "listed": ["ready", "listed"],
    "sold": ["ready", "listed", "sold"],
    "archived": ["archived"],
}


def move(seller, listing, state, **more):
    return seller.client.patch(url_of(listing), {"state": state, **more}, format="json")


@pytest.fixture
def listing_in(owner, make_listing):
    def make(state):
        listing = make_listing(state="draft")
        for step in TO[state]:
            data_of(move(owner, listing, step))
        return listing

    return make


@pytest.mark.parametrize("before", ListingState.values)
@pytest.mark.parametrize("after", ListingState.values)
def test_every_step_there_is_and_no_other(owner, listing_in, before, after):
    listing = listing_in(before)
    answer = move(owner, listing, after)
    if before == after or (before, after) in WAYS:
        shown = data_of(answer)
        assert shown["state"] == after
        assert {(after, one) for one in shown["nextStates"]} <= WAYS
    else:
        assert (
            f"A listing that is {before} can become" in refusal_of(answer, 409, "CONFLICT")["error"]
        )
        assert Listing.objects.get(pk=listing.pk).state == before


def test_a_bare_draft_does_not_become_ready(owner):
    shown = data_of(owner.client.post(LISTINGS, {"title": "x"}, format="json"), 201)
    answer = owner.client.patch(f"{LISTINGS}/{shown['id']}", {"state": "ready"}, format="json")
    assert set(refusal_of(answer, 400, "VALIDATION_ERROR")["fields"]) == {"price", "imageIds"}
    assert Listing.objects.get().state == "draft"


def test_a_sale_has_price_time_and_place(owner, listing_in):
    listing = listing_in("listed")
    shown = data_of(move(owner, listing, "sold"))
    assert shown["soldPrice"] == WORDS["price"]
    assert shown["soldAt"] is not None
    told = {"soldPrice": 4200, "soldAt": "2026-05-04T10:00:00Z", "soldOn": "depop"}
    shown = data_of(owner.client.patch(url_of(listing), told, format="json"))
    assert {name: shown[name] for name in told} == told
    shown = data_of(move(owner, listing, "archived"))
    assert shown["soldPrice"] == 4200
    shown = data_of(move(owner, listing, "draft"))
    assert (shown["soldPrice"], shown["soldAt"], shown["soldOn"]) == (None, None, "")


def test_a_sale_that_came_to_nothing_is_forgotten(owner, listing_in):
    listing = listing_in("sold")
    assert data_of(move(owner, listing, "listed"))["soldAt"] is None


def test_only_what_is_sold_has_a_sale_and_none_is_in_the_future(owner, listing_in):
    listing = listing_in("listed")
    answer = owner.client.patch(url_of(listing), {"soldPrice": 5}, format="json")
    assert "soldPrice" in refusal_of(answer, 400, "VALIDATION_ERROR")["fields"]
    later = (timezone.now() + timedelta(days=1)).isoformat()
    answer = move(owner, listing, "sold", soldAt=later)
    assert "soldAt" in refusal_of(answer, 400, "VALIDATION_ERROR")["fields"]
    assert Listing.objects.get(pk=listing.pk).state == "listed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"sold_price": 5},
        {"sold_at": timezone.now()},
        {"state": "sold"},
        {"price_min": 2, "price_max": 1},
    ],
)
def test_the_database_holds_a_second_line(listing, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(**wrong)


def test_the_history_tells_before_and_after(owner, make_listing, add_photo):
    a, b = add_photo(), add_photo()
    listing = make_listing(images=[a])
    owner.client.patch(url_of(listing), {"price": 4000, "title": listing.title}, format="json")
    owner.client.patch(
        url_of(listing), {"imageIds": [b.public_id, a.public_id], "state": "listed"}, format="json"
    )
    owner.client.patch(url_of(listing), {"price": 4000}, format="json")
    page = data_of(owner.client.get(url_of(listing, "history")))
    assert [(one["action"], one["changes"]) for one in page["items"][:2]] == [
        (
            "changed",
            {
                "imageIds": [[a.public_id], [b.public_id, a.public_id]],
                "state": ["ready", "listed"],
            },
        ),
        ("changed", {"price": [4500, 4000]}),
    ]
    first = page["items"][2]
    assert first["action"] == "created"
    assert first["changes"]["title"] == ["", WORDS["title"]]
    assert first["changes"]["state"] == ["draft", "ready"]
    assert {one["madeBy"] for one in page["items"]} == {owner.caller.user.public_id}
    assert page["total"] == 3


def test_a_refused_change_leaves_no_trace(owner, listing):
    owner.client.patch(
        url_of(listing), {"price": 1, "state": "draft", "soldPrice": 3}, format="json"
    )
    assert Listing.objects.get(pk=listing.pk).price == 4500
    assert listing.changes.count() == 1


def test_long_texts_are_kept_in_the_history_by_their_beginning(owner, listing):
    owner.client.patch(url_of(listing), {"description": "x" * 5000}, format="json")
    [change] = data_of(owner.client.get(url_of(listing, "history")))["items"][:1]
    assert change["changes"]["description"][1] == "x" * 2000 + "…"
    assert len(Listing.objects.get(pk=listing.pk).description) == 5000
