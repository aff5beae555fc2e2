"""A photo is opened once for all looks that a batch makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from media_library.models import Image
from processing.engine import render_edit
from processing.engine.plans.edit import (
    Background,
    Blur,
    EditPlan,
    Export,
    Gradient,
    Layout,
    Light,
    Outline,
    Shadow,
    Sides,
)
from processing.engine.plans.frame import Frame
from processing.models import Batch, Job
from processing.services.appearance import presets
from processing.worker import fair_share, opened, tasks, transitions
from tests.processing.engine.pictures import saved
from tests.stand_ins import Seller

JPG = Export(format="jpg")
WHITE = Background(color="#ffffff")
LARGE = Layout(size="150x150", padding=Sides.all(0.1))
PLANS = {
    "small": EditPlan(layout=Layout(size="60x60"), background=WHITE, export=JPG),
    "shadow": EditPlan(layout=LARGE, background=WHITE, shadow=Shadow(), export=JPG),
    "larger than it is": EditPlan(layout=Layout(size="900x900"), background=WHITE),
    "its own ground": EditPlan(
        layout=Layout(size="originalImage", reference_box="originalImage"),
        background=Background(blur=Blur(mode="bokeh", radius=0.02)),
    ),
    "light and outline": EditPlan(light=Light(), outline=Outline(width=0.02), layout=LARGE),
    "cropped": EditPlan(frame=Frame(detail=True), background=WHITE, layout=Layout(size="50x50")),
    "gradient": EditPlan(
        background=Background(gradient=Gradient(("#f8f4ee", "#e9dfd2"), "radial")), shadow=Shadow()
    ),
    "as it is": EditPlan(),
}


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch, middle_model: None) -> None:
    monkeypatch.setattr(tasks.run_job, "send", lambda _: None)
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", lambda: None)
    opened.let_go()


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    made, before = list[None](), render_edit.photo_and_subject

    def counted(*arguments: Any) -> Any:
        made.append(None)
        return before(*arguments)

    monkeypatch.setattr(render_edit, "photo_and_subject", counted)
    return made


def noise(size: tuple[int, int] = (300, 200), seed: int = 0) -> bytes:
    values = np.random.default_rng(seed).integers(0, 256, (size[1] // 8, size[0] // 8, 3), np.uint8)
    return saved(Pillow.fromarray(values).resize(size, Pillow.Resampling.BICUBIC), "PNG")


def batch(seller: Seller, *pictures: Image, names: list[str] | None = None) -> Batch:
    looks = [
        presets.create(seller.account, name=name, plan=PLANS[name]).public_id
        for name in names or PLANS
    ]
    ids = [one.public_id for one in pictures]
    body = {"imageIds": ids, "presetIds": looks}
    assert seller.client.post("/api/v1/batch", body, format="json").status_code == 201
    return Batch.objects.get(account=seller.account)


def work(count: int) -> None:
    for _ in range(count):
        tasks.run_one_of_a_batch.fn()


def results(found: Batch) -> list[str]:
    rows = found.items.order_by("position").values_list("job__result__sha256", flat=True)
    return [str(one) for one in rows]


def test_looks_of_an_opened_photo_are_those_of_opening_it_for_each(
    owner: Seller, stranger: Seller, openings: list[None]
) -> None:
    mine = batch(owner, owner.image(noise()))
    work(len(PLANS))
    assert len(openings) == 1
    assert opened.photo() is None
    theirs = batch(stranger, stranger.image(noise()))
    for _ in PLANS:
        opened.let_go()
        work(1)
    assert len(openings) == 1 + len(PLANS)
    assert results(mine) == results(theirs)
    assert len(set(results(mine))) == len(PLANS)
    assert Job.objects.filter(account=owner.account, report__matteReused=True).count() == 7
    poses = {
        batch: list(batch.jobs.order_by("created_at").values_list("report__pose", flat=True))
        for batch in (mine, theirs)
    }
    assert poses[mine] == poses[theirs]


def test_each_photo_is_opened_for_itself(owner: Seller, openings: list[None]) -> None:
    pictures = [owner.image(noise(seed=seed)) for seed in (1, 2)]
    found = batch(owner, *pictures, names=["small", "as it is"])
    work(4)
    assert len(openings) == 2
    assert len(set(results(found))) == 4


def test_what_came_to_nothing_is_not_taken_up(
    owner: Seller, openings: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is cancelled while it runs: nobody has kept, or paid for, what it cut out."""
    found = batch(owner, owner.image(noise()), names=["small", "as it is", "shadow"])
    before = render_edit.photo_and_subject

    def cancelled(*arguments: Any) -> Any:
        done = before(*arguments)
        if len(openings) == 1:
            transitions.cancel(Job.objects.get(state="processing"))
        return done

    monkeypatch.setattr(render_edit, "photo_and_subject", cancelled)
    work(3)
    assert len(openings) == 2
    states = sorted(found.jobs.values_list("state", flat=True))
    assert states == ["cancelled", "completed", "completed"]
    reused = found.jobs.filter(report__matteReused=True)
    assert reused.count() == 1
    assert opened.photo() is None


def test_large_photos_and_single_looks_are_not_held(
    owner: Seller, openings: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "_MOST_PIXELS", 300 * 200 - 1)
    batch(owner, owner.image(noise()), names=["small", "as it is"])
    work(1)
    assert opened.photo() is None
    work(1)
    assert len(openings) == 2


def test_a_worker_goes_on_with_its_photo_and_others_begin_with_others(owner: Seller) -> None:
    first, second = (owner.image(noise(seed=seed)) for seed in (1, 2))
    batch(owner, first, second, names=["small", "as it is", "shadow"])
    work(1)
    assert opened.photo() == first.pk
    mine = fair_share.claim_next()
    opened.let_go()  # as in another worker
    theirs = [fair_share.claim_next() for _ in range(4)]
    assert mine is not None
    assert mine.source == first
    assert [job.source for job in theirs if job is not None] == [second, first, second, second]
