"""Making, finding, changing and deleting listings."""

from __future__ import annotations

import uuid

import pytest
from rest_framework.test import APIClient

from accounts.access import api_keys
from accounts.models import Account
from config import public_ids
from listings.models import Listing, ListingChange
from media_library.services import delete_image
from tests.listings.conftest import LISTINGS, WORDS, data_of, refusal_of, url_of

BARE = {
    "title": "",
    "description": "",
    "category": "",
    "brand": "",
    "size": "",
    "condition": "",
    "colors": [],
    "materials": [],
    "tags": [],
    "attributes": {},
    "price": None,
    "priceMin": None,
    "priceMax": None,
    "purchasePrice": None,
    "sku": "",
    "quantity": 1,
    "currency": "USD",
    "generatedBy": {},
    "soldPrice": None,
    "soldAt": None,
    "soldOn": "",
    "coverImageId": None,
    "images": [],
    "variants": [],
    "state": "draft",
    "nextStates": ["ready", "archived"],
}


def post(seller, body, **options):
    return seller.client.post(LISTINGS, body, format="json", **options)


def patch(seller, listing, body):
    return seller.client.patch(url_of(listing), body, format="json")


def test_an_empty_body_makes_a_bare_draft(owner):
    shown = data_of(post(owner, {}), 201)
    assert {name: shown[name] for name in BARE} == BARE
    assert set(shown) == {*BARE, "id", "version", "createdAt", "updatedAt"}
    assert shown["id"].startswith("lst_")


def test_a_whole_listing_is_shown_as_it_was_sent(owner, add_photo):
    first, second = add_photo(), add_photo((40, 40))
    more = {"priceMin": 3200, "priceMax": 6800, "purchasePrice": 900, "sku": "J-1", "quantity": 3}
    body = {**WORDS, **more, "imageIds": [second.public_id, first.public_id], "state": "ready"}
    shown = data_of(post(owner, body), 201)
    for name in (*WORDS, *more):
        assert shown[name] == body[name], name
    assert shown["state"] == "ready"
    assert shown["coverImageId"] == second.public_id
    assert [image["id"] for image in shown["images"]] == body["imageIds"]
    assert shown["images"][0]["width"] == 40
    assert shown["images"][0]["url"].startswith("http://testserver/content/img_")
    assert data_of(owner.client.get(f"{LISTINGS}/{shown['id']}")) == shown


def test_the_accounts_currency_is_taken_where_none_is_named(owner):
    Account.objects.filter(pk=owner.account.pk).update(currency="EUR")
    assert data_of(post(owner, {"price": 100}), 201)["currency"] == "EUR"
    assert data_of(post(owner, {"price": 100, "currency": "JPY"}), 201)["currency"] == "JPY"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"price": -1}, "price"),
        ({"price": 12.5}, "price"),
        ({"price": "45"}, "price"),
        ({"price": True}, "price"),
        ({"price": 10**12}, "price"),
        ({"purchasePrice": -900}, "purchasePrice"),
        ({"priceMin": 200, "priceMax": 100}, "priceMin"),
        ({"quantity": -1}, "quantity"),
        ({"currency": "XXX"}, "currency"),
        ({"condition": "mint"}, "condition"),
        ({"category": "spaceship"}, "category"),
        ({"title": 5}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"colors": "blue"}, "colors"),
        ({"tags": ["x"] * 51}, "tags"),
        ({"attributes": {"a": {"b": "c"}}}, "attributes.a"),
        ({"attributes": {f"a{n}": "x" for n in range(51)}}, "attributes"),
        ({"attributes": {"x" * 61: "y"}}, "attributes"),
        ({"imageIds": ["img_1"]}, "imageIds.0"),
        ({"state": "sold"}, "state"),
        ({"state": "ready"}, "title"),
        ({"soldPrice": 5}, "soldPrice"),
        ({"id": "lst_1"}, "id"),
    ],
)
def test_bad_input_is_named_and_makes_nothing(owner, body, field):
    error = refusal_of(post(owner, body), 400, "VALIDATION_ERROR")
    assert field in error["fields"], error
    assert not Listing.objects.exists()
    assert not ListingChange.objects.exists()


def test_a_ready_listing_needs_title_price_and_picture(owner):
    error = refusal_of(post(owner, {"state": "ready", "price": 5}), 400, "VALIDATION_ERROR")
    assert set(error["fields"]) == {"title", "imageIds"}
    assert error["error"] == "A listing that is ready needs a title and a picture."


def test_any_script_is_kept_and_what_misleads_is_taken_out(owner):
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    shown = data_of(
        post(
            owner,
            {
                "title": f"  قميص  قطن \u202egnp.exe {family}\t\u0007 ",
                "description": "one\r\n\r\n\r\n\r\ntwo \u2066 x \r\n",
                "tags": ["Été", "été", "ÉTÉ", "👗"],
                "attributes": {" Length ": " long ", "empty": " "},
            },
        ),
        201,
    )
    assert shown["title"] == f"قميص قطن gnp.exe {family}"
    assert shown["description"] == "one\n\ntwo x"
    assert shown["tags"] == ["Été", "👗"]
    assert shown["attributes"] == {"Length": "long"}


@pytest.mark.parametrize("field", ["title", "description", "brand"])
def test_what_no_database_can_keep_is_refused(owner, field):
    for text in ("a\\u0000b", "a\\ud800b"):
        body = f'{{"{field}": "{text}"}}'
        answer = owner.client.post(LISTINGS, body, content_type="application/json")
        refusal_of(answer, 400, "VALIDATION_ERROR")
    assert not Listing.objects.exists()


def test_fifty_pictures_are_kept_in_order_and_fifty_one_are_too_many(owner, add_photo):
    ids = [add_photo((8, 8)).public_id for _ in range(50)]
    shown = data_of(post(owner, {"imageIds": ids[::-1]}), 201)
    assert [image["id"] for image in shown["images"]] == ids[::-1]
    ids.append(add_photo((8, 8)).public_id)
    assert (
        "imageIds" in refusal_of(post(owner, {"imageIds": ids}), 400, "VALIDATION_ERROR")["fields"]
    )


def test_a_picture_is_named_once(owner, add_photo):
    image = add_photo()
    body = {"imageIds": [image.public_id, image.public_id]}
    assert "imageIds" in refusal_of(post(owner, body), 400, "VALIDATION_ERROR")["fields"]


def test_other_peoples_pictures_are_as_if_they_were_not_there(owner, stranger, add_photo):
    mine, theirs = add_photo(), add_photo(seller=stranger)
    body = {"imageIds": [mine.public_id, theirs.public_id]}
    assert refusal_of(post(owner, body), 404, "NOT_FOUND")["error"] == "Image not found."
    assert not Listing.objects.exists()


def test_pictures_are_reordered_added_and_left_out(owner, make_listing, add_photo):
    a, b, c = add_photo(), add_photo(), add_photo()
    listing = make_listing(images=[a, b])
    shown = data_of(patch(owner, listing, {"imageIds": [c.public_id, a.public_id]}))
    assert [image["id"] for image in shown["images"]] == [c.public_id, a.public_id]
    shown = data_of(patch(owner, listing, {"coverImageId": a.public_id}))
    assert shown["coverImageId"] == a.public_id
    assert [image["id"] for image in shown["images"]] == [a.public_id, c.public_id]
    refusal_of(patch(owner, listing, {"coverImageId": b.public_id}), 400, "VALIDATION_ERROR")


def test_a_deleted_picture_is_not_shown_and_the_next_is_the_cover(owner, make_listing, add_photo):
    a, b = add_photo(), add_photo()
    listing = make_listing(images=[a, b])
    delete_image(a)
    shown = data_of(owner.client.get(url_of(listing)))
    assert shown["coverImageId"] == b.public_id
    assert [image["id"] for image in shown["images"]] == [b.public_id]


def test_a_listed_listing_keeps_title_price_and_picture(owner, listing):
    for body in ({"title": " "}, {"price": None}, {"imageIds": []}):
        refusal_of(patch(owner, listing, body), 400, "VALIDATION_ERROR")
    listing.refresh_from_db()
    assert (listing.title, listing.price, listing.images.count()) == (WORDS["title"], 4500, 1)


def test_a_sku_is_an_accounts_own(owner, stranger):
    data_of(post(owner, {"sku": "A-1"}), 201)
    refusal_of(post(owner, {"sku": " A-1 "}), 409, "CONFLICT")
    data_of(post(stranger, {"sku": "A-1"}), 201)
    other = data_of(post(owner, {"sku": ""}), 201)
    taken = owner.client.patch(f"{LISTINGS}/{other['id']}", {"sku": "A-1"}, format="json")
    refusal_of(taken, 409, "CONFLICT")
    assert Listing.objects.filter(sku="A-1").count() == 2


def test_a_patch_changes_what_it_names(owner, listing):
    before = data_of(owner.client.get(url_of(listing)))
    after = data_of(patch(owner, listing, {"title": "Jeans", "price": 4000}))
    assert {name for name in after if after[name] != before[name]} == {
        "title",
        "price",
        "version",
        "updatedAt",
    }
    refusal_of(patch(owner, listing, {}), 400, "VALIDATION_ERROR")


def test_lists_are_filtered_searched_and_sorted(owner, stranger, make_listing):
    make_listing(title="Blue jeans", price=300, brand="LEVI'S")
    make_listing(title="Red dress", price=100, category="dress", condition="new", brand="Zara")
    make_listing(title="Draft", price=None, state="draft", sku="RED-1")
    make_listing(seller=stranger, title="Red hat")

    def titles(**query):
        page = data_of(owner.client.get(LISTINGS, query))
        assert page["total"] == len(page["items"])
        return [item["title"] for item in page["items"]]

    assert titles() == ["Draft", "Red dress", "Blue jeans"]
    assert titles(search="RED-1") == ["Draft"]
    assert titles(search="zara red") == ["Red dress"]
    assert titles(state="ready", sort="price") == ["Red dress", "Blue jeans"]
    assert titles(sort="-price") == ["Blue jeans", "Red dress", "Draft"]
    assert titles(category="dress") == titles(condition="new") == ["Red dress"]
    assert titles(brand="levi's", state="ready") == ["Blue jeans"]
    assert titles(currency="EUR") == []
    refusal_of(owner.client.get(LISTINGS, {"state": "lost"}), 400, "VALIDATION_ERROR")


def test_a_list_costs_the_same_number_of_queries_however_long(
    owner, make_listing, django_assert_num_queries
):
    make_listing()
    with django_assert_num_queries(9) as one:
        owner.client.get(LISTINGS)
    for _ in range(3):
        make_listing()
    with django_assert_num_queries(len(one)):
        assert data_of(owner.client.get(LISTINGS))["total"] == 4


@pytest.mark.parametrize("name", ["lst_1", "img_2VfUX5sCNEcTGeZ8vKoGj1", "nothing"])
def test_what_is_no_id_is_not_found(owner, name):
    refusal_of(owner.client.get(f"{LISTINGS}/{name}"), 404, "NOT_FOUND")
    unknown = public_ids.encode("lst", uuid.uuid4())
    refusal_of(owner.client.get(f"{LISTINGS}/{unknown}"), 404, "NOT_FOUND")


def test_a_key_needs_the_scope(owner, listing):
    def client(*scopes):
        _, plain = api_keys.create(owner.account, owner.caller.user, name="x", scopes=scopes)
        return APIClient(headers={"x-api-key": plain})

    reader, writer = client("listings:read"), client("listings:write")
    data_of(reader.get(url_of(listing)))
    data_of(reader.post(url_of(listing, "check"), {}, format="json"))
    refusal_of(reader.post(LISTINGS, {}, format="json"), 403, "FORBIDDEN")
    refusal_of(writer.get(LISTINGS), 403, "FORBIDDEN")
    data_of(writer.post(LISTINGS, {}, format="json"), 201)
    refusal_of(client("images:write").post(LISTINGS, {}, format="json"), 403, "FORBIDDEN")


def test_creating_and_duplicating_share_a_rate(owner, listing, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "listing-create": "2/h"}
    first = post(owner, {})
    assert first.headers["X-RateLimit-Limit"] == "2"
    data_of(owner.client.post(url_of(listing, "duplicate")), 201)
    refused = post(owner, {})
    refusal_of(refused, 429, "RATE_LIMITED")
    assert int(refused.headers["Retry-After"]) > 0
    assert Listing.objects.count() == 3


def test_the_rate_of_creation_is_fifty_an_hour():
    from config.settings import RATE_LIMITS

    assert (RATE_LIMITS["listing-create"], RATE_LIMITS["listing-generate"]) == ("50/h", "20/h")


def test_a_creation_sent_twice_makes_one_listing(owner):
    key = {"Idempotency-Key": "once"}
    first = post(owner, {"title": "A"}, headers=key)
    second = post(owner, {"title": "A"}, headers=key)
    assert data_of(second, 201) == data_of(first, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Listing.objects.count() == 1


def test_a_deleted_listing_leaves_its_pictures(owner, listing):
    image = listing.images.get().image
    assert owner.client.delete(url_of(listing)).status_code == 200
    assert not Listing.objects.exists()
    assert not ListingChange.objects.exists()
    image.refresh_from_db()
    assert image.deleted_at is None
    refusal_of(owner.client.get(url_of(listing)), 404, "NOT_FOUND")


def test_a_change_of_what_was_read_long_ago_is_refused(owner, listing):
    read = data_of(owner.client.get(url_of(listing)))
    assert read["version"] == 1
    changed = data_of(patch(owner, listing, {"price": 4000, "version": 1}))
    assert (changed["price"], changed["version"]) == (4000, 2)
    refusal_of(patch(owner, listing, {"title": "Mine", "version": 1}), 409, "CONFLICT")
    refusal_of(patch(owner, listing, {"version": 2}), 400, "VALIDATION_ERROR")
    now = data_of(owner.client.get(url_of(listing)))
    assert (now["title"], now["price"], now["version"]) == (read["title"], 4000, 2)
