"""Which listings a file has, and what it can't be without."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.listings.conftest import LISTINGS, data_of, refusal_of
from tests.listings.exports.conftest import send, table


def test_pictures_links_are_whole_addresses_that_hold_for_a_week(owner, listing):
    _, [row] = table(send(owner, "ebay"))
    link = urlsplit(row["PicURL"])
    assert (link.scheme, link.netloc) == ("http", "testserver")
    left = int(parse_qs(link.query)["expires"][0]) - time.time()
    assert 6 * 86400 < left <= 7 * 86400
    assert Client().get(f"{link.path}?{link.query}").status_code == 200
    forged = link.query.replace("signature=", "signature=x")
    assert Client().get(f"{link.path}?{forged}").status_code == 403


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
