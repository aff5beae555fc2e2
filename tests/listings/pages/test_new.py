"""New listings: photos are chosen, jobs write, sellers take over field by field."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from config import public_ids
from config.errors import AppError
from listings import pictures
from listings.generation import suggestions
from listings.generation.generate import GenerateListing
from listings.models import Listing, Suggestion
from listings.selectors import listing_for
from media_library.models import Image, ImageKind
from processing.commands import words_of
from processing.models import Batch, BatchItem, Job, JobState
from processing.worker import claims, transitions
from tests.listings.pages.conftest import fields_of, text_of

NEW = "/listings/new/"
OPTIONS = {"each": "all", "platform": "ebay", "condition": "good"}


def write(job: Job, **more: Any) -> None:
    """What a worker would have written."""
    image = job.source.public_id
    report = {
        "title": "Levi's Jeans Blue",
        "description": "A pair of blue jeans.",
        "suggestedPrice": 4400,
        "priceRangeMin": 3800,
        "priceRangeMax": 5000,
        "platform": "ebay",
        "currency": "USD",
        "price": {"basis": "prior", "n": 0, "isEstimate": True, "note": "A guess.", "nearest": []},
        "category": "jeans",
        "attributes": {"brand": "Levi's", "condition": "good", "colors": ["blue"]},
        "tags": ["jeans"],
        "confidence": 0.94,
        "evidence": [
            {
                "field": "brand",
                "value": "Levi's",
                "source": "ocr",
                "imageId": image,
                "confidence": 0.98,
            }
        ],
        "provider": "rules",
        "recognisedBy": "packshot:test",
        "warnings": ["No size was seen."],
        **more,
    }
    claimed = transitions.claim(job.id)
    assert claimed
    assert claims.hold(claimed)
    transitions.complete(claimed, None, report)


@pytest.fixture
def suggestion(browser, add_photo) -> Suggestion:
    browser.post(NEW, {**OPTIONS, "images": [add_photo().public_id, add_photo((40, 40)).public_id]})
    [found] = Suggestion.objects.all()
    write(found.job)
    return found


def pk_of(public_id: str) -> str:
    return str(public_ids.decode("img", public_id))


def url(suggestion: Suggestion) -> str:
    return f"/listings/suggestions/{suggestion.public_id}/"


def test_photos_become_one_listing_or_several(browser, owner, add_photo):
    photos = [add_photo((40 + n, 40)).public_id for n in range(4)]
    page = text_of(browser.get(NEW))
    assert all(photo in page for photo in photos)
    answer = browser.post(NEW, {**OPTIONS, "each": "2", "images": photos})
    assert answer["Location"] == "/listings/suggestions/"
    jobs = Job.objects.order_by("created_at")
    assert [job.source.public_id for job in jobs] == [photos[0], photos[2]]
    asked = [GenerateListing.load(words_of(job.command)) for job in jobs]
    assert [one.view_ids for one in asked] == [(pk_of(photos[1]),), (pk_of(photos[3]),)]
    assert {one.hints.condition for one in asked} == {"good"}
    assert owner.used_of("generate-listing") == 2
    assert "Waiting" in text_of(browser.get("/listings/suggestions/"))


def chosen_on(page: str) -> list[str]:
    return re.findall(r'value="(img_\w+)" checked', page)


def test_photos_are_brought_from_other_pages(browser, owner, stranger, add_photo):
    """What was made of them last stands before all others, in their order, and is chosen."""
    photos = [add_photo((40 + n, 40)) for n in range(3)]
    result = add_photo((40, 50))
    Image.objects.filter(pk=result.pk).update(parent=photos[2], kind=ImageKind.DERIVED)
    brought = [result.public_id, photos[0].public_id]
    sent = {"selected": "1", "ids": [photos[2].public_id, photos[0].public_id]}
    page = text_of(browser.post(NEW, sent))
    assert chosen_on(page) == brought
    assert page.index(brought[1]) < page.index(photos[1].public_id)
    assert chosen_on(text_of(browser.get(NEW, {"ids": brought}))) == brought
    wrong = text_of(browser.post(NEW, {**OPTIONS, "images": brought, "platform": "gumtree"}), 422)
    assert chosen_on(wrong) == brought
    batch = Batch.objects.create(
        account=owner.account, operation="edit", command={}, total=1, open_items=1
    )
    job = Job.objects.create(
        account=owner.account,
        operation="edit",
        command={},
        state="completed",
        result=result,
        ended_at=timezone.now(),
    )
    BatchItem.objects.create(batch=batch, position=0, image=photos[2], job=job, name="a")
    made = text_of(browser.get(NEW, {"batch": batch.public_id}))
    assert chosen_on(made) == [result.public_id]
    theirs = add_photo(seller=stranger)
    text_of(browser.post(NEW, {"selected": "1", "ids": [theirs.public_id]}), 404)
    Batch.objects.filter(pk=batch.pk).update(account=stranger.account)
    text_of(browser.get(NEW, {"batch": batch.public_id}), 404)


def test_too_many_none_and_somebody_elses_photos_ask_for_nothing(browser, stranger, add_photo):
    photos = [add_photo((40 + n, 40)).public_id for n in range(13)]
    theirs = add_photo(seller=stranger)
    page = text_of(browser.post(NEW, {**OPTIONS, "images": photos}), 400)
    assert "from at most 12 photos, not 13" in page
    assert "Choose at least one photo." in text_of(browser.post(NEW, OPTIONS), 400)
    mixed = {**OPTIONS, "each": "1", "images": [*photos, theirs.public_id]}
    assert "Image not found." in text_of(browser.post(NEW, mixed), 404)
    text_of(browser.post(NEW, {**OPTIONS, "platform": "gumtree", "images": photos[:1]}), 422)
    assert not Job.objects.exists()
    assert not Suggestion.objects.exists()


def test_the_quota_holds_for_all_or_none(browser, owner, add_photo):
    owner.account.plan.limits.filter(operation="generate-listing").update(monthly=1)
    photos = [add_photo((40 + n, 40)).public_id for n in range(2)]
    browser.post(NEW, {**OPTIONS, "each": "1", "images": photos})
    assert owner.used_of("generate-listing") == 0
    assert not Suggestion.objects.exists()


def test_a_suggestion_is_accepted_field_by_field(browser, suggestion):
    page = text_of(browser.get(url(suggestion)))
    assert "Levi's: read on the item, photo 1, 98 %" in page
    assert "No size was seen." in page
    form = fields_of(page, 'class="accept"')
    assert {name for name in form if name.startswith("use_")} == {
        *("use_title", "use_description", "use_price", "use_category", "use_brand"),
        *("use_condition", "use_colors", "use_tags"),
    }
    del form["use_description"], form["use_tags"]
    form["title"] = "My words"
    answer = browser.post(url(suggestion), form)
    [made] = Listing.objects.all()
    assert answer["Location"] == f"/listings/{made.public_id}/"
    assert (made.title, made.description, made.brand, made.tags) == ("My words", "", "Levi's", [])
    assert (made.price, made.price_min, made.price_max) == (4400, 3800, 5000)
    assert made.generated_by["jobId"] == suggestion.job.public_id
    assert made.images.count() == 2
    assert not Suggestion.objects.exists()
    page = text_of(browser.get(f"/listings/{made.public_id}/"))
    assert "Levi's: read on the item, photo 1, 98 %" in page


def test_a_listing_that_is_there_is_compared_and_keeps_what_is_not_ticked(browser, listing):
    browser.post(f"/listings/{listing.public_id}/rewrite/", {"platform": "ebay"})
    [found] = Suggestion.objects.all()
    write(found.job)
    page = text_of(browser.get(url(found)))
    assert listing.title in page
    form = fields_of(page, 'class="accept"')
    for name in ("use_title", "use_price", "use_category", "use_brand", "use_condition"):
        del form[name]
    changed = listing_for(listing.account, listing.pk)
    type(changed).objects.filter(pk=listing.pk).update(version=7)
    assert "changed meanwhile" in text_of(browser.post(url(found), form), 409)
    browser.post(url(found), form | {"version": "7"})
    made = listing_for(listing.account, listing.pk)
    assert made.title == listing.title
    assert (made.description, made.tags, made.price) == ("A pair of blue jeans.", ["jeans"], 4500)


def test_many_become_drafts_at_once_or_none_does(browser, add_photo):
    photos = [add_photo((40 + n, 40)).public_id for n in range(2)]
    browser.post(NEW, {**OPTIONS, "each": "1", "images": photos})
    one, two = Suggestion.objects.order_by("created_at")
    chosen = {"suggestions": [one.public_id, two.public_id]}
    write(one.job)
    page = text_of(browser.post("/listings/suggestions/decide/", chosen, follow=True))
    assert "1 of the selected suggestions is not written, so no drafts were made." in page
    assert page.count(" checked") == 1  # only what can become a draft
    assert not Listing.objects.exists()
    write(two.job)
    answer = browser.post("/listings/suggestions/decide/", chosen)
    assert answer["Location"] == "/listings/?state=draft"
    assert [one.state for one in Listing.objects.all()] == ["draft", "draft"]


def test_what_was_written_for_a_listing_is_not_taken_over_in_bulk(browser, listing):
    browser.post(f"/listings/{listing.public_id}/rewrite/", {"platform": "ebay"})
    [found] = Suggestion.objects.all()
    write(found.job)
    chosen = {"suggestions": [found.public_id]}
    page = text_of(browser.post("/listings/suggestions/decide/", chosen, follow=True))
    assert "field by field" in page
    unchanged = listing_for(listing.account, listing.pk)
    assert (unchanged.title, unchanged.version) == (listing.title, listing.version)
    assert Suggestion.objects.count() == 1


def test_a_suggestion_that_was_just_accepted_makes_no_second_listing(owner, suggestion):
    suggestions.accept(owner.caller, suggestion, {"title": "Jeans"})
    with pytest.raises(AppError, match="not found"):
        suggestions.accept(owner.caller, suggestion, {"title": "Jeans"})
    assert Listing.objects.count() == 1


def test_dismissing_cancels_what_is_not_begun(browser, add_photo):
    browser.post(NEW, {**OPTIONS, "images": [add_photo().public_id]})
    [found] = Suggestion.objects.all()
    browser.post(url(found), {"dismiss": "1"})
    assert not Suggestion.objects.exists()
    assert Job.objects.get().state == JobState.CANCELLED


def test_the_same_work_for_a_listing_and_for_none_is_decided_on_twice(
    browser, owner, listing, add_photo
):
    photos = [one.original.public_id for one in pictures.of(listing)]
    browser.post(NEW, {**OPTIONS, "images": photos})
    browser.post(f"/listings/{listing.public_id}/rewrite/")
    browser.post(NEW, {**OPTIONS, "images": photos})
    job = Job.objects.get()
    free, bound = Suggestion.objects.order_by("created_at")
    assert (free.listing, bound.listing, free.job, bound.job) == (None, listing, job, job)
    browser.post(url(free), {"dismiss": "1"})
    assert Job.objects.get().state == JobState.PENDING
    browser.post(url(bound), {"dismiss": "1"})
    assert Job.objects.get().state == JobState.CANCELLED
    assert owner.used_of("generate-listing") == 0


def fail(job: Job) -> None:
    """What a worker says of photos that show nothing it knows."""
    claimed = transitions.claim(job.id)
    assert claimed
    assert transitions.fail(claimed, code="NOT_RECOGNISED", message="Nothing was recognised.")


def test_what_the_photos_do_not_show_is_said(browser, stranger, other, add_photo):
    photos = [add_photo(thumbnail=True).public_id, add_photo((60, 50)).public_id]
    browser.post(NEW, {**OPTIONS, "images": photos})
    [found] = Suggestion.objects.all()
    again = f"{url(found)}again/"
    assert "This suggestion needs no help." in text_of(
        browser.post(again, {"category": "hat"}, follow=True)
    )
    fail(found.job)
    assert "What is it?" in text_of(browser.get("/listings/suggestions/"))
    failed = browser.get(url(found))
    assert failed.content.decode().count('<img class="suggestion-photo"') == 1
    alone = text_of(failed)
    assert "What is it?" in alone
    assert "Write it myself" in alone
    assert other.post(again, {"category": "hat"}).status_code == 404
    refused = text_of(browser.post(again, {"category": "no-such"}, follow=True))
    assert "Say what it is first." in refused
    assert Suggestion.objects.get() == found
    written = browser.post(again, {"category": "hat", "alone": "1"})
    [asked] = Suggestion.objects.select_related("job")
    command = GenerateListing.load(words_of(asked.job.command))
    assert written["Location"] == url(asked)
    assert (command.hints.category, command.hints.condition) == ("hat", "good")
    assert [asked.job.source.public_id, *command.view_ids] == [
        photos[0],
        str(public_ids.decode("img", photos[1])),
    ]
    fail(asked.job)
    by_hand = {"by_hand": "1", "images": photos[:1], "instead_of": asked.public_id}
    browser.post(NEW, by_hand)
    assert (Listing.objects.count(), Suggestion.objects.count()) == (1, 0)


def test_a_tap_on_a_candidate_writes_the_draft_anew(browser, other, suggestion):
    candidates = [
        {"category": key, "name": key, "group": "clothing", "confidence": 0.3}
        for key in ("jeans", "trousers", "shorts")
    ]
    written = Job.objects.get(pk=suggestion.job_id).report
    report = written | {"candidates": candidates, "confidence": 0.4}
    Job.objects.filter(pk=suggestion.job_id).update(report=report)
    page = text_of(browser.get(url(suggestion)))
    assert "Is it something else?" in page
    assert "Trousers" in page
    assert "Shorts" in page
    again = f"{url(suggestion)}again/"
    assert other.post(again, {"category": "trousers"}).status_code == 404
    browser.post(again, {"category": "trousers", "alone": "1"})
    [asked] = Suggestion.objects.select_related("job")
    command = GenerateListing.load(words_of(asked.job.command))
    assert (command.hints.category, command.operation) == ("trousers", "rewrite-listing")


def test_names_of_categories_are_offered_and_understood(browser, other, client, add_photo):
    names = "/listings/categories/names/"
    assert '<option value="Ankle boots">Shoes</option>' in text_of(
        browser.get(names, {"category": "ankle"})
    )
    assert client.get(names, {"category": "ankle"}).status_code in (302, 401)
    browser.post(NEW, {**OPTIONS, "category": "sneakers", "images": [add_photo().public_id]})
    [found] = Suggestion.objects.select_related("job")
    command = GenerateListing.load(words_of(found.job.command))
    assert command.hints.category == "trainers"
    refused = {**OPTIONS, "category": "5942", "images": [add_photo().public_id]}
    assert "Which of these is it: Arm sleeve, Arm warmers?" in text_of(
        browser.post(NEW, refused), 422
    )


def test_a_listing_is_typed_by_hand(browser, add_photo):
    photo = add_photo()
    browser.post(NEW, {"by_hand": "1", "images": [photo.public_id]})
    [made] = Listing.objects.all()
    assert [row.image_id for row in made.images.all()] == [photo.pk]
    assert not Job.objects.exists()


def test_a_stranger_decides_nothing(other, suggestion):
    assert other.get(url(suggestion)).status_code == 404
    assert other.post(url(suggestion), {"use_title": "on"}).status_code == 404
    page = text_of(
        other.post(
            "/listings/suggestions/decide/", {"suggestions": suggestion.public_id}, follow=True
        )
    )
    assert "Suggestion not found." in page
    assert Suggestion.objects.get() == suggestion
    assert not Listing.objects.exists()


def test_waiting_rows_are_told_of_what_changed(browser, add_photo):
    browser.post(NEW, {**OPTIONS, "images": [add_photo().public_id]})
    [found] = Suggestion.objects.all()
    live = "/listings/suggestions/live/"
    mark = {"watch": f"{found.public_id}:pending"}
    assert browser.get(live, mark).status_code == 204
    write(found.job)
    assert "Levi's Jeans Blue" in text_of(browser.get(live, mark), 286)


@pytest.mark.parametrize(
    "address",
    ["new/", "suggestions/", "sales/?price=1&category=jeans", "exports/", "suggestions/{id}/"],
)
def test_these_pages_ask_the_database_little(
    browser, suggestion, address, django_assert_max_num_queries
):
    address = f"/listings/{address.format(id=suggestion.public_id)}"
    with django_assert_max_num_queries(12):
        text_of(browser.get(address))
