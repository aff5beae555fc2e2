"""Work that waited while the site was upgraded: read as it was meant, or refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.limits.operations import REMOVE_BACKGROUND
from config.errors import AppError
from processing import commands
from processing.commands import RemoveBackground
from processing.engine.plans.cutout import CutoutPlan
from processing.models import BatchItem, Job, JobState
from processing.services.batching import batches
from processing.worker import tasks
from tests.processing.conftest import photo
from tests.stand_ins import Seller

Submit = Callable[..., Job]
JOBS = "/api/v1/jobs"
# Written by the code of each release. Those of a new one are added; none is ever changed.
RELEASES = sorted(Path(__file__).parent.glob("commands-*.json"))
ROWS = [
    pytest.param(row, id=f"{path.stem} {number} {row['operation']}")
    for path in RELEASES
    for number, row in enumerate(json.loads(path.read_text()), start=1)
]
# Options that came after some of these releases, and what their rows mean: the newer cutout, which
# nobody helps by pointing at the product, of the whole photo; a scene seen as its words and the photo say.
NEWER = {
    **{"overlay": None, "colorReference": None, "holes": True, "box": None, "point": None},
    **{"mask": None, "frame": None, "view": None},
    # hints about an item
    **dict.fromkeys(["model", "department", "flaws", "age", "smell", "smokers", "pets"]),
    "measurements": {},
}
BEFORE, AFTER = (
    "The job was submitted to another version of Packshot, and this one doesn't know ",
    ". Submit it again.",
)


def keep(job: Job, **words: Any) -> None:
    """Let the row say what another release wrote; None is not in it."""
    row = {name: value for name, value in {**job.command, **words}.items() if value is not None}
    Job.objects.filter(pk=job.pk).update(command=row)


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def without_newer(words: Any) -> Any:
    """What is left without the options of NEWER that have the value in which older rows lack them."""
    if not isinstance(words, dict):
        return words
    return {
        name: without_newer(value)
        for name, value in words.items()
        if name not in NEWER or value != NEWER[name]
    }


@pytest.mark.parametrize("row", ROWS)
def test_what_a_release_has_written_is_read_and_means_the_same(row: dict[str, Any]) -> None:
    assert without_newer(commands.words_of(commands.to_row(commands.from_row(row)))) == row


def test_rows_say_which_version_their_words_are_of(owner: Seller, submit: Submit) -> None:
    job = submit()
    assert job.command == {"version": 1, **RemoveBackground().stored()}
    assert "version" not in owner.client.get(f"{JOBS}/{job.public_id}").json()["data"]["options"]
    batch = batches.submit(
        owner.caller, RemoveBackground(), pictures=[batches.Member("a", owner.image(photo((9, 9))))]
    )
    assert (batch.command["version"], batch.jobs.get().command["version"]) == (1, 1)


@pytest.mark.usefixtures("middle_model")
def test_waiting_work_of_the_first_release_is_done(owner: Seller, submit: Submit) -> None:
    """Its rows have no version."""
    job = submit(crop=True)
    keep(job, version=None)
    tasks.run_job.fn(str(job.pk))
    done = fresh(job)
    assert (done.state, done.result and done.result.width) == (JobState.COMPLETED, 32)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ({"glow": 5}, "its value of glow"),
        ({"format": "gif", "glow": 5}, "its value of plan.format and glow"),
        ({"cleanUp": {"dust": True}}, "its value of plan.cleanUp.dust"),
        ({"operation": "paint-by-numbers"}, "the operation 'paint-by-numbers'"),
        ({"version": 2}, "version 2 of jobs"),
        ({"version": "new"}, "version new of jobs"),
    ],
)
@pytest.mark.usefixtures("middle_model")
def test_waiting_work_that_is_not_known_any_more_ends_and_costs_nothing(
    owner: Seller, submit: Submit, words: dict[str, Any], what: str
) -> None:
    job = submit()
    keep(job, **words)
    assert owner.used() == 1
    tasks.run_job.fn(str(job.pk))
    failed = fresh(job)
    assert (failed.state, failed.attempts) == (JobState.FAILED, 1)
    assert (failed.error_code, failed.error) == ("COMMAND_OUTDATED", f"{BEFORE}{what}{AFTER}")
    assert owner.used() == 0
    again = owner.client.post(f"{JOBS}/{job.public_id}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "COMMAND_OUTDATED")
    assert again.json()["error"] == f"{BEFORE}{what}{AFTER}"
    assert (fresh(job).state, owner.used_of(REMOVE_BACKGROUND)) == (JobState.FAILED, 0)
    assert owner.client.get(f"{JOBS}/{job.public_id}").status_code == 200


@pytest.mark.usefixtures("middle_model")
def test_a_waiting_batch_does_what_is_known(owner: Seller) -> None:
    members = [batches.Member(f"{side}", owner.image(photo((side, side)))) for side in (40, 60)]
    batch = batches.submit(owner.caller, RemoveBackground(), pictures=members)
    outdated = BatchItem.objects.get(batch=batch, position=0).job
    assert outdated is not None
    keep(outdated, glow=5)
    for _ in members:
        tasks.run_one_of_a_batch.fn()
    states = [item.job and item.job.state for item in batch.items.order_by("position")]
    assert states == [JobState.FAILED, JobState.COMPLETED]
    batch.refresh_from_db()
    assert batch.ended_at is not None
    assert owner.used() == 1


def test_an_older_version_is_read_by_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(row: dict[str, Any]) -> dict[str, Any]:
        return {"crop" if name == "trim" else name: value for name, value in row.items()}

    def in_other_units(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "edge": row["edge"] * 100}

    monkeypatch.setattr(commands, "VERSION", 3)
    monkeypatch.setattr(commands, "READERS", {1: renamed, 2: in_other_units})
    row = {"operation": "remove-background", "trim": True, "edge": 0.25}
    assert commands.from_row(row) == RemoveBackground(plan=CutoutPlan(crop=True, edge=25))
    newer = {"version": 2, "operation": "remove-background", "crop": True, "edge": 0.25}
    assert commands.from_row(newer) == commands.from_row(row)
    assert commands.to_row(commands.from_row(row))["version"] == 3
    with pytest.raises(AppError, match="version 4 of jobs"):
        commands.from_row({**row, "version": 4})


def test_every_version_before_has_a_reader() -> None:
    assert sorted(commands.READERS) == list(range(1, commands.VERSION))
