"""One listing's page: saving beside another window, photos, marketplaces, repairs, states."""

from __future__ import annotations

import re
from unittest.mock import ANY

import pytest

from listings import pictures, selectors
from listings.models import Listing, ListingChange, ListingState
from listings.services import listings
from processing.models import Job
from tests.listings.pages.conftest import fields_of, text_of


def url(listing: Listing, *parts: str) -> str:
    return "/".join(["/listings", listing.public_id, *parts, ""])


def now(listing: Listing) -> Listing:
    return selectors.listing_for(listing.account, listing.pk)


def test_saving_changes_what_was_typed(browser, listing):
    form = fields_of(text_of(browser.get(url(listing))))
    assert form["price"] == "45.00"
    assert form["tags"] == "vintage, denim"
    assert form["attributes"] == "Department: Men"
    form |= {"title": "501 Jeans", "price": "39,50", "tags": "denim, blue", "sku": "J-1"}
    answer = browser.post(url(listing), form)
    assert (answer.status_code, answer["Location"]) == (302, url(listing))
    found = now(listing)
    assert (found.title, found.price, found.sku) == ("501 Jeans", 3950, "J-1")
    assert found.tags == ["denim", "blue"]
    assert found.description == listing.description
    change = ListingChange.objects.filter(listing=listing).last()
    assert set(change.changes) == {"title", "price", "tags", "sku"}
    assert "39.50 USD" in text_of(browser.get(url(listing)))


@pytest.mark.parametrize(
    ("typed", "price"), [("1,500", 150000), ("1.234,50", 123450), ("1 500", 150000), ("7.5", 750)]
)
def test_an_amount_means_what_people_mean_by_it(browser, listing, typed, price):
    form = fields_of(text_of(browser.get(url(listing))))
    browser.post(url(listing), form | {"price": typed})
    assert now(listing).price == price


@pytest.mark.parametrize("page", ["0", "x", "9" * 5000])
def test_a_page_that_is_none_is_the_first(browser, listing, page):
    assert listing.title in text_of(browser.get("/listings/", {"view": "table", "page": page}))


def test_saving_without_a_change_writes_nothing(browser, listing):
    form = fields_of(text_of(browser.get(url(listing))))
    browser.post(url(listing), form)
    assert now(listing).version == listing.version


def test_two_windows_on_different_fields_keep_both_changes(browser, listing):
    first = fields_of(text_of(browser.get(url(listing))))
    second = fields_of(text_of(browser.get(url(listing))))
    browser.post(url(listing), first | {"title": "From the first"})
    answer = browser.post(url(listing), second | {"brand": "Levis"}, follow=True)
    assert "Changed meanwhile in another window, and kept as well: Title." in text_of(answer)
    found = now(listing)
    assert (found.title, found.brand) == ("From the first", "Levis")


def test_two_windows_on_one_field_the_second_is_asked_and_nothing_is_lost(browser, listing):
    first = fields_of(text_of(browser.get(url(listing))))
    second = fields_of(text_of(browser.get(url(listing))))
    browser.post(url(listing), first | {"title": "From the first", "size": "W33"})
    page = text_of(
        browser.post(url(listing), second | {"title": "From the second", "brand": "Levis"}), 409
    )
    assert "was saved in another window" in page
    assert '<pre id="clash-title">From the first</pre>' in page
    found = now(listing)
    assert (found.title, found.size, found.brand) == ("From the first", "W33", "Levi's")
    again = fields_of(page)
    assert (again["title"], again["size"], again["brand"]) == ("From the second", "W33", "Levis")
    browser.post(url(listing), again)
    found = now(listing)
    assert (found.title, found.size, found.brand) == ("From the second", "W33", "Levis")


def test_what_fields_show_otherwise_than_it_is_kept_is_no_change_of_another_window(
    browser, make_listing
):
    listing = make_listing(tags=["wool, soft", "hat"], attributes={"Care: wash": "30: gentle"})
    form = fields_of(text_of(browser.get(url(listing))))
    answer = browser.post(url(listing), form | {"title": "A hat"}, follow=True)
    assert "Changed meanwhile" not in text_of(answer)
    found = now(listing)
    assert (found.title, found.tags) == ("A hat", ["wool, soft", "hat"])
    assert found.attributes == {"Care: wash": "30: gentle"}
    form = fields_of(text_of(browser.get(url(listing))))
    answer = browser.post(url(listing), form | {"tags": "soft", "attributes": "Care: no"})
    assert (answer.status_code, answer["Location"]) == (302, url(listing))
    assert (now(listing).tags, now(listing).attributes) == (["soft"], {"Care": "no"})


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    browser, listing, make_listing
):
    make_listing(sku="TAKEN")
    form = fields_of(text_of(browser.get(url(listing))))
    page = text_of(browser.post(url(listing), form | {"price": "much", "title": "New"}), 422)
    assert "Write an amount such as 45.00." in page
    assert 'value="New"' in page
    page = text_of(browser.post(url(listing), form | {"sku": "TAKEN"}), 409)
    assert "Another listing already has the SKU “TAKEN”." in page
    page = text_of(browser.post(url(listing), form | {"title": ""}), 400)
    assert "A listing that is ready needs a title." in page
    assert now(listing).version == listing.version


def test_a_marketplace_gets_words_of_its_own(browser, listing):
    page = text_of(browser.get(f"{url(listing)}?for=amazon"))
    assert "Fit for Amazon?" in page
    assert '<output for="id_title">' in page
    form = fields_of(page)
    assert form["title"] == ""
    browser.post(f"{url(listing)}?for=amazon", form | {"title": "Short", "price": "50"})
    [variant] = now(listing).variants.all()
    assert (variant.platform, variant.title, variant.price, variant.tags) == (
        "amazon",
        "Short",
        5000,
        None,
    )
    assert now(listing).title == listing.title
    browser.post(f"{url(listing, 'drop')}?for=amazon")
    assert not now(listing).variants.all()


def test_photos_are_ordered_taken_out_and_added(browser, make_listing, add_photo):
    one, two, three, late = (add_photo() for _ in range(4))
    listing = make_listing(images=[one, two, three])

    def order() -> list[str]:
        return [row.image.public_id for row in now(listing).images.all()]

    browser.post(url(listing, "photos"), {"order": [three.public_id, one.public_id]})
    assert order() == [three.public_id, one.public_id, two.public_id]
    assert "<ins>in another order</ins>" in text_of(browser.get(url(listing)))
    browser.post(url(listing, "photos"), {"later": three.public_id})
    browser.post(url(listing, "photos"), {"earlier": two.public_id})
    assert order() == [one.public_id, two.public_id, three.public_id]
    strip = browser.post(
        url(listing, "photos"), {"out": two.public_id}, headers={"HX-Request": "true"}
    )
    assert text_of(strip).count('class="strip-photo"') == 2
    assert late.public_id in text_of(browser.get(url(listing, "photos", "add")))
    browser.post(url(listing, "photos", "add"), {"images": [late.public_id]})
    assert order() == [one.public_id, three.public_id, late.public_id]


@pytest.mark.parametrize("is_adding", [True, False])
def test_a_photo_that_another_window_adds_at_that_moment_stays(
    browser, owner, make_listing, add_photo, monkeypatch, is_adding
):
    first, second, new, elsewhere = (add_photo((40 + n, 40)) for n in range(4))
    listing = make_listing(images=[first, second])
    lock = listings.lock

    def just_before(found: Listing) -> Listing:
        monkeypatch.setattr(listings, "lock", lock)
        ids = [first.pk, second.pk, elsewhere.pk]
        listings.change(owner.caller, found, {}, image_ids=ids)
        return lock(found)

    monkeypatch.setattr(listings, "lock", just_before)
    if is_adding:
        browser.post(url(listing, "photos", "add"), {"images": [new.public_id]})
        wanted = [first, second, elsewhere, new]
    else:
        browser.post(url(listing, "photos"), {"later": first.public_id})
        wanted = [second, first, elsewhere]
    assert [one.original for one in pictures.of(now(listing))] == wanted


def test_a_repair_is_one_click_and_can_be_taken_back(browser, owner, make_listing, add_photo):
    listing = make_listing(images=[add_photo((600, 500))])
    image = listing.images.all()[0].image.public_id
    page = text_of(browser.get(f"{url(listing)}?for=poshmark"))
    assert page.count("Repair</button>") == 1
    answer = browser.post(f"{url(listing, 'repair')}?for=poshmark", {"image": image})
    assert answer["Location"] == f"{url(listing)}?for=poshmark"
    assert Job.objects.get().operation == "edit"
    assert owner.used_of("edit") == 1
    assert "Repairing" in text_of(browser.get(f"{url(listing, 'checks')}?for=poshmark"))
    browser.post(f"{url(listing, 'repair')}?for=poshmark", {"image": image, "undo": "1"})
    assert "Repairing" not in text_of(browser.get(f"{url(listing, 'checks')}?for=poshmark"))
    told = re.findall(r"Repaired photo</span> +<ins>(\w+)", text_of(browser.get(url(listing))))
    assert told == ["undone", "done"]


def test_a_listing_is_sold_with_its_sale(browser, listing):
    sale = {"state": "sold", "sold_price": "41", "sold_on": "ebay", "sold_on_day": "2026-11-02"}
    page = text_of(browser.post(url(listing, "state"), sale, follow=True))
    assert "Sold for 41.00 USD on 2 Nov 2026." in page
    found = now(listing)
    assert (found.state, found.sold_price, found.sold_on) == ("sold", 4100, "ebay")
    page = text_of(browser.post(url(listing, "state"), {"state": "ready"}, follow=True))
    assert "A listing that is sold can become" in page
    assert now(listing).state == ListingState.SOLD


def test_a_copy_and_a_deletion(browser, listing):
    answer = browser.post(url(listing, "duplicate"))
    copied = Listing.objects.exclude(pk=listing.pk).get()
    assert answer["Location"] == url(copied)
    assert browser.post(url(copied, "delete"))["Location"] == "/listings/"
    assert Listing.objects.get() == listing


def test_the_price_is_drawn_from_the_accounts_sales(browser, make_listing):
    for price in (4000, 4400, 4800):
        sold = make_listing(price=price)
        listings.change(sold_by(sold), sold, {}, state=ListingState.SOLD)
    listing = make_listing(state="draft", price=4700)
    page = text_of(browser.get(url(listing, "price"), headers={"HX-Request": "true"}))
    assert page.count('class="price-dot"') == 3
    assert '<path class="price-now"' in page
    assert "From 3 of your sold items like this one" in page
    assert 'data-put="44.00"' in page


def sold_by(listing: Listing):
    from accounts.http import Caller

    return Caller(listing.account, listing.created_by)


def test_somebody_elses_photos_are_not_added(browser, stranger, listing, add_photo):
    theirs = add_photo(seller=stranger)
    answer = browser.post(url(listing, "photos", "add"), {"images": [theirs.public_id]})
    assert answer.status_code == 404
    assert [row.image_id for row in now(listing).images.all()] == [ANY]


def test_a_page_asks_the_database_little(browser, listing, django_assert_max_num_queries):
    browser.get(url(listing))
    with django_assert_max_num_queries(12):
        text_of(browser.get(f"{url(listing)}?for=ebay"))
