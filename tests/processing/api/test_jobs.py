"""Jobs as a program follows, cancels and retries them."""

from __future__ import annotations

from collections.abc import Callable

from processing.models import Job, JobState
from processing.worker import transitions
from tests.stand_ins import Seller

URL = "/api/v1/jobs"
Submit = Callable[..., Job]


def failed(job: Job) -> Job:
    claimed = transitions.claim(job.pk)
    assert claimed is not None
    assert transitions.fail(claimed, code="BROKEN_IMAGE", message="It does not open.")
    return claimed


def test_a_job_shows_what_was_asked_and_what_became_of_it(owner: Seller, submit: Submit) -> None:
    job = submit(bg_color="white", crop=True)
    shown = owner.client.get(f"{URL}/{job.public_id}").json()["data"]
    created = shown.pop("createdAt")
    assert created.endswith("Z")
    assert shown == {
        "id": job.public_id,
        "operation": "remove-background",
        "state": "pending",
        "options": {
            "model": "auto",
            "edge": "standard",
            "output": "cutout",
            "cleanUp": {
                "islands": True,
                "pinholes": True,
                "holes": True,
                "shadow": True,
                "keepHanger": True,
            },
            "format": "png",
            "bgColor": "#ffffff",
            "crop": True,
            "size": "original",
            "despill": False,
            "keepExistingAlpha": False,
            **dict.fromkeys(("box", "point", "mask")),
        },
        "sourceImageId": job.source.public_id,
        "resultImageId": None,
        "resultUrl": None,
        "error": None,
        "attempts": 0,
        "report": {},
        "startedAt": None,
        "endedAt": None,
    }


def test_a_failed_job_says_why(owner: Seller, submit: Submit) -> None:
    job = failed(submit())
    shown = owner.client.get(f"{URL}/{job.public_id}").json()["data"]
    assert shown["state"] == "failed"
    assert shown["error"] == {"code": "BROKEN_IMAGE", "message": "It does not open."}


def test_list_is_newest_first_and_filtered(owner: Seller, submit: Submit) -> None:
    first, second = submit(), submit(crop=True)
    failed(first)
    listed = owner.client.get(URL).json()["data"]
    assert [job["id"] for job in listed["items"]] == [second.public_id, first.public_id]
    assert (listed["page"], listed["pageSize"], listed["total"]) == (1, 20, 2)
    only = owner.client.get(URL, {"state": "failed"}).json()["data"]
    assert [job["id"] for job in only["items"]] == [first.public_id]
    image = owner.client.get(URL, {"image": first.source.public_id}).json()["data"]
    assert image["total"] == 2
    assert owner.client.get(URL, {"state": "lost"}).status_code == 400


def test_list_costs_the_same_however_long(
    owner: Seller, submit: Submit, django_assert_num_queries: Callable[..., object]
) -> None:
    for edge in (0, 50, 100):
        submit(edge=edge)
    owner.client.get(URL)  # the session's "last used" is written at most once a minute
    with django_assert_num_queries(6):
        assert owner.client.get(URL).json()["data"]["total"] == 3


def test_cancel_returns_the_quota_once(owner: Seller, submit: Submit) -> None:
    job = submit()
    assert owner.used() == 1
    answer = owner.client.post(f"{URL}/{job.public_id}/cancel")
    assert (answer.status_code, answer.json()["data"]["state"]) == (200, "cancelled")
    assert owner.used() == 0
    again = owner.client.post(f"{URL}/{job.public_id}/cancel")
    assert again.status_code == 409
    assert again.json() == {
        "success": False,
        "error": "A job that is cancelled can't be cancelled.",
        "code": "CONFLICT",
    }
    assert owner.used() == 0


def test_retry_takes_quota_again(owner: Seller, submit: Submit) -> None:
    job = failed(submit())
    assert owner.used() == 0
    answer = owner.client.post(f"{URL}/{job.public_id}/retry")
    assert answer.status_code == 202
    data = answer.json()["data"]
    assert (data["state"], data["error"], data["attempts"]) == ("pending", None, 0)
    assert owner.used() == 1
    assert owner.client.post(f"{URL}/{job.public_id}/retry").status_code == 409


def test_retry_without_quota_changes_nothing(owner: Seller, submit: Submit) -> None:
    from accounts.models import PlanLimit

    job = failed(submit())
    PlanLimit.objects.filter(plan="free", operation="remove-background").update(monthly=0)
    answer = owner.client.post(f"{URL}/{job.public_id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (403, "QUOTA_EXCEEDED")
    assert Job.objects.get().state == JobState.FAILED
