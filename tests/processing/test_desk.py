"""What a support person finds, sees and does at the desk, and that it leaves a trail."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts import groups
from accounts.access import api_keys
from accounts.limits import call_log, quotas
from accounts.models import ApiKey, LimitException, UsageEntry, User
from processing.models import Job, JobState, WebhookDelivery, WebhookEndpoint
from processing.services import jobs
from tests.stand_ins import Seller

DESK = "/admin/desk/"


@pytest.fixture
def helper(db: None) -> Client:
    user = User.objects.create_user("help@example.com", "a long sentence", is_staff=True)
    user.groups.add(Group.objects.get(name=groups.SUPPORT))
    client = Client()
    client.force_login(user)
    return client


def page_of(seller: Seller) -> str:
    return f"{DESK}{seller.account.pk}/"


def do(helper: Client, seller: Seller, act: str, **form: Any) -> list[str]:
    """What the page says after it."""
    response = helper.post(f"{page_of(seller)}{act}/", form, follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


def trail() -> list[str]:
    return [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]


def charged(job: Job) -> Job:
    """The job as it is when it was completed and charged."""
    quotas.settle(job.pk)
    Job.objects.filter(pk=job.pk).update(state=JobState.COMPLETED, ended_at=job.created_at)
    return job


def test_a_customer_is_found_by_whatever_a_letter_quotes(
    helper: Client, owner: Seller, stranger: Seller, submit: Callable[..., Job]
) -> None:
    job = submit()
    Job.objects.update(request_id="req-0123456789")
    user = owner.caller.user
    assert user is not None
    assert job.source is not None
    key, plain = api_keys.create(owner.account, user, name="shop")
    hook = WebhookEndpoint.objects.create(account=owner.account, url="https://a.example/h")
    told = WebhookDelivery.objects.create(endpoint=hook, event="job.completed", payload={})
    mine = page_of(owner)
    with_job = f"{mine}?job={job.public_id}"
    expected = {
        user.email: mine,
        user.email.upper(): mine,
        user.public_id: mine,
        owner.account.public_id: mine,
        str(owner.account.pk): mine,
        key.key_id: mine,
        f"ps_{key.key_id}": mine,
        plain: mine,
        key.public_id: mine,
        hook.public_id: mine,
        told.public_id: mine,
        f" {job.public_id} ": with_job,
        job.source.public_id: with_job,
        "req-0123456789": with_job,
    }
    found = {term: helper.get(DESK, {"q": term})["Location"] for term in expected}
    assert found == expected
    several = helper.get(DESK, {"q": "example"}).content.decode()
    assert {page_of(owner) in several, page_of(stranger) in several} == {True}
    for nothing in ("nobody@example.com", f"ps_{'x' * 12}", str(uuid4()), "job_1"):
        assert "Nobody was found." in helper.get(DESK, {"q": nothing}).content.decode()
    assert "Nobody was found." not in helper.get(DESK).content.decode()


def test_a_call_that_made_no_job_is_found_by_its_request_id(
    helper: Client, owner: Seller, stranger: Seller
) -> None:
    owner.client.get("/api/v1/images/img_unknown", headers={"X-Request-ID": "req-of-a-refusal"})
    for _ in range(25):  # more than the page shows
        owner.client.get("/api/v1/projects")
        stranger.client.get("/api/v1/projects")
    asked = call_log.last_calls(owner.account.pk)[-1].request_id
    found = helper.get("/admin/desk/", {"q": asked})
    assert found["Location"] == f"{page_of(owner)}?call={asked}#calls"
    page = helper.get(found["Location"]).content.decode()
    [row] = re.findall(r'<tr class="selected">.*?</tr>', page)
    assert asked in row
    assert "404 NOT_FOUND" in row
    for unknown in ("req-that-never-was", asked[:-1]):
        assert "Nobody was found." in helper.get("/admin/desk/", {"q": unknown}).content.decode()


@pytest.mark.skipif("PACKSHOT_TEST_REDIS" not in os.environ, reason="needs a Redis")
def test_calls_are_found_in_redis() -> None:
    store = call_log._InRedis(os.environ["PACKSHOT_TEST_REDIS"])
    accounts = {uuid4(): f"req-{number}" for number in range(3)}
    for account, request_id in accounts.items():
        store.push(call_log._name(account), json.dumps({"request_id": request_id}))
    try:
        found = {name: [json.loads(one) for one in lines] for name, lines in store.each()}
        for account, request_id in accounts.items():
            assert found[call_log._name(account)] == [{"request_id": request_id}]
    finally:
        for account in accounts:
            store.remove(call_log._name(account))


def test_a_whole_key_is_not_said_back(helper: Client) -> None:
    secret = "s" * 40
    page = helper.get(DESK, {"q": f"ps_{'x' * 12}_{secret}"}).content.decode()
    assert f"ps_{'x' * 12}" in page
    assert secret not in page


def test_the_page_shows_all_of_a_customer_and_no_secret(
    helper: Client, owner: Seller, stranger: Seller, submit: Callable[..., Job]
) -> None:
    job = submit()
    Job.objects.update(state=JobState.FAILED, ended_at=job.created_at, error="It is no picture.")
    assert owner.caller.user is not None
    key, plain = api_keys.create(owner.account, owner.caller.user, name="shop")
    hook = WebhookEndpoint.objects.create(
        account=owner.account, url="https://a.example/h", encrypted_secret="sealed-secret"
    )
    delivery = WebhookDelivery.objects.create(endpoint=hook, event="job.completed", payload={})
    delivery.tries.create(number=1, status=502)
    page = helper.get(page_of(owner)).content.decode()
    for shown in ("1 of 100", "It is no picture.", job.public_id, key.shown, hook.url, "502"):
        assert shown in page
    for hidden in (plain, key.digest, "sealed-secret"):
        assert hidden not in page
    assert job.public_id not in helper.get(page_of(stranger)).content.decode()
    assert (
        "/admin/desk/"
        in helper.get(f"/admin/accounts/account/{owner.account.pk}/change/").content.decode()
    )


def test_what_helps_is_done_and_noted(
    helper: Client, owner: Seller, submit: Callable[..., Job]
) -> None:
    job = submit()
    assert do(helper, owner, "cancel", job=job.public_id) == [f"Cancelled {job.public_id}."]
    assert owner.used() == 0
    assert do(helper, owner, "retry", job=job.public_id) == [f"Queued {job.public_id} again."]
    assert Job.objects.get().state == JobState.PENDING
    charged(job)
    assert owner.used() == 1
    gave = f"Gave back 1 of remove-background for {job.public_id}: torn edge"
    assert do(helper, owner, "give-back", job=job.public_id, why=" torn edge ") == [gave]
    assert owner.used() == 0
    assert UsageEntry.objects.get().state == "released"
    nothing = "This job holds nothing that was charged."
    assert do(helper, owner, "give-back", job=job.public_id, why="again") == [nothing]
    assert owner.used() == 0
    assert owner.caller.user is not None
    key, _ = api_keys.create(owner.account, owner.caller.user, name="shop")
    assert do(helper, owner, "switch-off", key=key.key_id) == [
        f"Switched off the key “shop” ({key.shown})."
    ]
    assert ApiKey.objects.filter(enabled=True, pk=key.pk).count() == 0
    allow = {"limit": "quota:edit", "amount": "7", "until": "2099-01-31", "note": "Trade fair"}
    said = "Exception for quota:edit: 7 until 2099-01-31: Trade fair"
    assert do(helper, owner, "allow", **allow) == [said]
    made = LimitException.objects.get()
    assert (made.account, made.amount, str(made.created_by)) == (
        owner.account,
        7,
        "help@example.com",
    )
    page = helper.get(page_of(owner)).content.decode()
    assert "by exception" in page
    assert gave in page
    # Once for the account, and once for the row that it was done to.
    assert trail().count(gave) == 2
    assert len(trail()) == 9


def test_what_cannot_be_is_told_and_changes_nothing(
    helper: Client, owner: Seller, stranger: Seller, submit: Callable[..., Job]
) -> None:
    job = submit()
    assert do(helper, owner, "retry", job=job.public_id) == [
        "A job that is pending can't be retried."
    ]
    assert do(helper, stranger, "cancel", job=job.public_id) == ["Job not found."]
    assert do(helper, owner, "cancel", job="job_nonsense") == ["Job not found."]
    assert do(helper, owner, "switch-off", key="nonsense") == ["API key not found."]
    assert do(helper, owner, "switch-off", key="\0") == ["API key not found."]
    assert helper.get(DESK, {"q": "\0"}).status_code == 200
    assert do(helper, owner, "explode") == ["Action not found."]
    charged(job)
    assert do(helper, owner, "give-back", job=job.public_id, why=" \0") == [
        "Say why the quota is given back."
    ]
    allow = {"limit": "quota:edit", "amount": "7", "until": "2020-01-31", "note": "Trade fair"}
    assert do(helper, owner, "allow", **allow) == [
        "until: This day is over. Give the last day on which it holds."
    ]
    assert trail() == []
    assert owner.used() == 1
    assert not LimitException.objects.exists()


def test_who_may_not_does_not(helper: Client, owner: Seller, submit: Callable[..., Job]) -> None:
    job = submit()
    group = Group.objects.get(name=groups.SUPPORT)
    group.permissions.remove(Permission.objects.get(codename="change_job"))
    assert helper.post(f"{page_of(owner)}cancel/", {"job": job.public_id}).status_code == 403
    assert "Cancel</button>" not in helper.get(page_of(owner)).content.decode()
    group.permissions.clear()
    assert helper.get(DESK).status_code == 403
    assert helper.get(page_of(owner)).status_code == 403
    seller = Client()
    assert owner.caller.user is not None
    seller.force_login(owner.caller.user)
    assert seller.get(DESK)["Location"].startswith("/admin/login/")
    seller.post(f"{page_of(owner)}cancel/", {"job": job.public_id})
    assert Job.objects.get().state == JobState.PENDING


def test_nobody_changes_the_trail(root: Client, owner: Seller, submit: Callable[..., Job]) -> None:
    job = submit()
    do(root, owner, "cancel", job=job.public_id)
    url = "/admin/admin/logentry/"
    assert f"Cancelled {job.public_id}." in root.get(url, {"q": "Cancelled"}).content.decode()
    entry = LogEntry.objects.earliest("pk")
    assert root.get(f"{url}{entry.pk}/change/").status_code == 200
    assert root.post(f"{url}{entry.pk}/change/", {"change_message": "x"}).status_code == 403
    assert root.post(f"{url}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    root.post(url, action)
    assert LogEntry.objects.count() == 2
    assert jobs.job_for(owner.account, job.pk).state == JobState.CANCELLED
