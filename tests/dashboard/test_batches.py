"""The pages of batches: started from chosen pictures, followed, mended."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import public_ids
from media_library.models import Image
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import EditPlan
from processing.models import Batch, Job, JobState
from processing.services.appearance import listing_set, presets
from tests.dashboard.conftest import HTMX, Person, complete, fail

NEW = "/batches/new/"


class AnyModel:
    """Every model is here."""

    def check(self, name: str) -> None:
        return None

    def version(self, name: str) -> str:
        return f"{name} 1"


@pytest.fixture
def any_model(monkeypatch: pytest.MonkeyPatch, _two_models: None) -> None:
    monkeypatch.setattr("processing.worker.runtime.registry", AnyModel)


def start(person: Person, pictures: list[Image], *looks: str) -> Any:
    ids = [image.public_id for image in pictures]
    return person.client.post(NEW, {"ids": ids, "looks": list(looks), "start": "1"})


@pytest.fixture
def batch(seller: Person, any_model: None) -> Batch:
    """Three pictures on white, none of them done."""
    answer = start(seller, [seller.image(f"{number}.jpg") for number in range(3)], "look_amazon")
    assert answer.status_code == 302, answer.content.decode()
    return Batch.objects.get()


def page_of(batch: Batch) -> str:
    return f"/batches/{batch.public_id}/"


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_several_looks_of_chosen_pictures(seller: Person, any_model: None) -> None:
    pictures = [seller.image(f"{number}.jpg") for number in range(2)]
    shown = seller.client.get(NEW, {"ids": [pictures[0].public_id]})
    assert "1 picture selected" in text_of(shown)
    answer = start(seller, pictures, "look_amazon", "look_marble")
    batch = Batch.objects.get()
    assert answer["Location"] == page_of(batch)
    assert (batch.total, batch.looks) == (4, ["Amazon", "Marble"])
    shown = seller.client.get(page_of(batch))
    assert "0 of 4" in text_of(shown)
    assert shown.content.decode().count('class="batch-tile pending"') == 4


def test_a_listings_set_is_chosen_for_pictures_at_once(seller: Person, any_model: None) -> None:
    picture = seller.image("bag.jpg")
    form = {"ids": [picture.public_id], "set": "listing"}
    for shown in (seller.client.post(NEW, form), seller.client.get(NEW, form)):
        chosen = re.findall(r'name="looks" value="(\S+)" checked', shown.content.decode())
        assert tuple(chosen) == listing_set.IDS
        assert "four pictures of each photo, counted as four" in text_of(shown)
    assert not Job.objects.exists()
    start(seller, [picture], *listing_set.IDS)
    assert Batch.objects.get().looks == ["Main picture", "Lifestyle", "Detail", "Hero"]


def test_what_can_not_be_started_keeps_the_choice(
    seller: Person, stranger: Person, any_model: None
) -> None:
    mine, theirs = seller.image("mine.jpg"), stranger.image("theirs.jpg")
    no_look = start(seller, [mine])
    assert no_look.status_code == 400
    assert "Choose at least one look." in text_of(no_look)
    assert f'value="{mine.public_id}" checked' in no_look.content.decode()
    assert "Choose at least one picture." in text_of(start(seller, [], "look_amazon"))
    assert start(seller, [mine, theirs], "look_amazon").status_code == 404
    assert seller.client.get(NEW, {"ids": [theirs.public_id]}).status_code == 404
    assert start(seller, [mine], "look_nowhere").status_code == 404
    assert not Job.objects.exists()


def test_a_look_whose_model_is_missing_is_named(seller: Person) -> None:
    plan = EditPlan(cutting=Cutting(model="high"))
    fine = presets.create(seller.account, name="Fine", plan=plan)
    answer = start(seller, [seller.image()], "look_amazon", fine.public_id)
    said = html.escape("The look “Fine” can’t be used. The model high is not installed.")
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert "The model high is not installed." in seller.client.get("/looks/").content.decode()
    assert not Job.objects.exists()


def test_news_comes_since_an_event(seller: Person, batch: Batch) -> None:
    first = seller.client.get(page_of(batch)).content.decode()
    cursor = re.search(r'data-cursor="(\d+)"', first)
    assert cursor
    live = f"{page_of(batch)}live/"
    assert seller.client.get(live, {"after": cursor[1]}).status_code == 204
    jobs = list(batch.jobs.order_by("batch_items__position"))
    complete(jobs[0])
    fail(jobs[1], "No.", code="INTERNAL_ERROR")
    answer = seller.client.get(live, {"after": cursor[1]}, headers=HTMX)
    told = text_of(answer)
    assert "2 of 3" in told
    assert "1 failed" in told
    assert "Something went wrong on our side, and nothing was charged. Try again" in told
    assert re.findall(r'id="(item-\d)"', answer.content.decode()) == ["item-0", "item-1"]
    complete(jobs[2])
    ended = seller.client.get(page_of(batch)).content.decode()
    assert 'data-open="0"' in ended
    assert "batch.js" not in ended
    for wrong in ("-1", "x", "9" * 30):
        assert seller.client.get(live, {"after": wrong}).status_code == 400


def test_the_failed_run_again_and_the_rest_is_stopped(seller: Person, batch: Batch) -> None:
    jobs = list(batch.jobs.order_by("batch_items__position"))
    complete(jobs[0])
    fail(jobs[1])
    assert seller.client.post(f"{page_of(batch)}cancel/").status_code == 302
    jobs[2].refresh_from_db()
    assert jobs[2].state == JobState.CANCELLED
    shown = seller.client.get(page_of(batch))
    assert "Stopped: 1 of 3 done" in text_of(shown)
    assert "Try the failed ones again" in text_of(shown)
    assert f"/api/v1/batch/{batch.public_id}/download" in shown.content.decode()
    assert seller.client.post(f"{page_of(batch)}retry/").status_code == 302
    jobs[1].refresh_from_db()
    assert jobs[1].state == JobState.PENDING
    assert seller.client.post(f"{page_of(batch)}retry/").status_code == 409


def test_doubtful_cutouts_are_marked_until_somebody_has_looked(
    seller: Person, stranger: Person, batch: Batch
) -> None:
    for job in batch.jobs.all():
        complete(job)
    doubtful = batch.items.get(position=1).image
    assert doubtful
    Image.objects.filter(pk=doubtful.pk).update(needs_look="unsure", doubt_mark="unsure:0.2")
    shown = seller.client.get(page_of(batch))
    assert "1 photo to look at" in text_of(shown)
    assert shown.content.decode().count("batch-mark doubt") == 1
    assert stranger.client.post(f"{page_of(batch)}looked/").status_code == 404
    assert Image.objects.get(pk=doubtful.pk).needs_look == "unsure"
    seller.client.post(f"{page_of(batch)}looked/")
    assert "to look at" not in text_of(seller.client.get(page_of(batch)))


def test_a_stranger_finds_no_batch(stranger: Person, batch: Batch) -> None:
    for path in ("", "live/"):
        assert stranger.client.get(page_of(batch) + path).status_code == 404
    for path in ("cancel/", "retry/", "looked/"):
        assert stranger.client.post(page_of(batch) + path).status_code == 404
    assert stranger.client.get("/batches/", {"before": batch.public_id}).status_code == 404
    assert batch.public_id not in stranger.client.get("/batches/").content.decode()
    assert batch.jobs.filter(state=JobState.PENDING).count() == 3


def test_pages_ask_no_more_where_there_is_more(seller: Person, any_model: None) -> None:
    counts = []
    for number in range(3):
        images = [seller.image(f"{number}-{one}.jpg") for one in range(number + 1)]
        start(seller, images, "look_amazon", "look_marble")
        newest = Batch.objects.order_by("-created_at")[0]
        fail(newest.jobs.all()[0])
        asked = []
        for url in ("/batches/", page_of(newest), NEW):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert seller.client.get(url).status_code == 200
            asked.append(len(queries))
        counts.append(asked)
    assert counts[1] == counts[2]
    assert max(counts[2]) <= 12


def test_older_batches_are_on_the_next_page(seller: Person, any_model: None) -> None:
    picture = seller.image()
    start(seller, [picture], "look_amazon")
    one = Batch.objects.get()
    made = [
        Batch(
            account=one.account,
            operation="edit",
            command=one.command,
            total=1,
            open_items=1,
        )
        for _ in range(21)
    ]
    Batch.objects.bulk_create(made)
    first = seller.client.get("/batches/").content.decode()
    assert first.count('class="batch-row"') == 20
    before = re.search(r"\?before=(batch_\w+)", first)
    assert before
    assert public_ids.decode("batch", before[1])
    rest = seller.client.get("/batches/", {"before": before[1]}).content.decode()
    assert rest.count('class="batch-row"') == 2
