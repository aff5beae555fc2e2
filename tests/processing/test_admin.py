"""What staff can do about jobs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from processing.engine.plans.edit import EditPlan
from processing.models import Job, JobState
from processing.services import jobs
from processing.services.appearance import brand_kit, presets
from tests.stand_ins import Seller

LIST = "/admin/processing/job/"


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff@example.com", "a long sentence here"))
    return client


def act(staff: Client, action: str, *chosen: Job) -> tuple[str, list[str]]:
    """What the page shows above its list, and the messages in it."""
    form = {"action": action, "_selected_action": [str(job.pk) for job in chosen]}
    response = staff.post(LIST, form, follow=True)
    shown = response.content.decode().partition("result_list")[0]
    return shown, [str(message) for message in response.context["messages"]]


def test_cancel_and_retry(staff: Client, owner: Seller, submit: Callable[..., Job]) -> None:
    one, other = submit(), submit(crop=True)
    jobs.cancel(other)
    shown, told = act(staff, "cancel_jobs", one, other)
    assert told == [
        f"A job that is cancelled can't be cancelled: {other.public_id}",
        "1 job cancelled.",
    ]
    assert other.public_id in shown
    assert owner.used() == 0
    assert act(staff, "retry_jobs", one)[1] == ["1 job queued again."]
    assert Job.objects.get(pk=one.pk).state == JobState.PENDING
    assert owner.used() == 1


def test_lists_search_and_history(staff: Client, submit: Callable[..., Job]) -> None:
    job = submit()
    assert job.public_id in staff.get(LIST, {"state": "pending"}).content.decode()
    assert job.public_id not in staff.get(LIST, {"state__exact": "failed"}).content.decode()
    page = staff.get(f"{LIST}{job.pk}/change/").content.decode()
    assert "job.queued" in page
    assert staff.post(f"{LIST}{job.pk}/delete/").status_code == 403
    assert Job.objects.count() == 1


def test_the_cause_of_a_failure(staff: Client, submit: Callable[..., Job]) -> None:
    job = submit()
    cause = {"type": "ZeroDivisionError", "message": "by zero", "where": "processing/x.py:1 in f"}
    Job.objects.update(cause=cause, request_id="abcdef-123456")
    assert "ZeroDivisionError: by zero" in staff.get(LIST).content.decode()
    assert job.public_id in staff.get(LIST, {"q": "abcdef-123456"}).content.decode()
    assert job.public_id not in staff.get(LIST, {"q": "abcdef-123457"}).content.decode()
    Job.objects.update(request_id="8d86245fbcee4b6792e3b6e6a12e62a6")  # as the site makes them
    assert job.public_id in staff.get(LIST, {"q": Job.objects.get().request_id}).content.decode()
    page = staff.get(f"{LIST}{job.pk}/change/").content.decode()
    assert "processing/x.py:1 in f" in page
    assert Job.objects.get().request_id in page


def test_a_seller_has_no_business_here(owner: Seller, submit: Callable[..., Job]) -> None:
    job = submit()
    client = Client()
    assert owner.caller.user is not None
    client.force_login(owner.caller.user)
    client.post(LIST, {"action": "cancel_jobs", "_selected_action": [str(job.pk)]})
    assert Job.objects.get().state == JobState.PENDING


def test_an_accounts_default_look(staff: Client, owner: Seller, stranger: Seller) -> None:
    looks = [presets.create(one.account, name="Blue", plan=EditPlan()) for one in (owner, stranger)]
    add = "/admin/processing/brandkit/add/"
    form = {"account": str(owner.account.pk), "default_look": str(looks[1].pk)}
    assert "This look is another account&#x27;s." in staff.post(add, form).text
    assert brand_kit.default_look(owner.account) is None
    assert staff.post(add, form | {"default_look": str(looks[0].pk)}).status_code == 302
    assert brand_kit.default_look(owner.account) == looks[0]
    change = f"/admin/processing/brandkit/{owner.account.pk}/change/"
    assert staff.post(change, {"default_look": str(looks[1].pk)}).status_code == 200
    assert staff.post(change, {"default_look": ""}).status_code == 302
    assert brand_kit.default_look(owner.account) is None
