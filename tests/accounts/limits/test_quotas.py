"""Reserve, settle, release: what the month's numbers say afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.limits import quotas
from accounts.limits.operations import REMOVE_BACKGROUND
from accounts.models import PlanLimit, UsageEntry, UsageMonth
from config.errors import AppError


@pytest.fixture
def account(seller):
    return seller.account


def limit(monthly: int) -> None:
    PlanLimit.objects.filter(plan="free", operation=REMOVE_BACKGROUND).update(monthly=monthly)


def numbers() -> tuple[int, int]:
    row = UsageMonth.objects.get()
    return row.reserved, row.settled


def test_reserve_settle_release(account):
    first, second = uuid4(), uuid4()
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=first)
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=second)
    assert numbers() == (2, 0)
    quotas.settle(first)
    assert numbers() == (1, 1)
    quotas.release(second)
    assert numbers() == (0, 1)
    states = dict(UsageEntry.objects.values_list("job_id", "state"))
    assert states == {first: "settled", second: "released"}


def test_each_step_counts_once(account):
    job = uuid4()
    for _ in range(2):
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=job)
    assert numbers() == (1, 0)
    for _ in range(2):
        quotas.settle(job)
    quotas.release(job)
    assert numbers() == (0, 1)
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=job)
    assert numbers() == (0, 1)


def test_a_retried_job_takes_its_unit_again(account):
    job = uuid4()
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=job)
    quotas.release(job)
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=job)
    assert numbers() == (1, 0)
    quotas.settle(job)
    assert numbers() == (0, 1)
    assert UsageEntry.objects.count() == 1


def test_over_the_limit_nothing_is_taken(account):
    limit(2)
    for _ in range(2):
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
    with pytest.raises(AppError) as refused:
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
    assert (refused.value.code, refused.value.status) == ("QUOTA_EXCEEDED", 403)
    assert refused.value.message == "Monthly limit reached for remove-background."
    assert numbers() == (2, 0)
    assert UsageEntry.objects.count() == 2


def test_settled_and_reserved_units_count_alike(account):
    limit(2)
    first, second = uuid4(), uuid4()
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=first)
    quotas.settle(first)
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=second)
    with pytest.raises(AppError):
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
    quotas.release(second)
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())


def test_several_units_are_taken_together_or_not_at_all(account):
    limit(5)
    batch = uuid4()
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=batch, amount=3)
    with pytest.raises(AppError):
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4(), amount=3)
    assert numbers() == (3, 0)
    quotas.settle(batch)
    assert numbers() == (0, 3)


def test_a_plan_without_the_operation(account):
    with pytest.raises(AppError) as refused:
        quotas.reserve(account, "upscale", job_id=uuid4())
    assert (refused.value.code, refused.value.status) == ("QUOTA_EXCEEDED", 403)
    assert refused.value.message == "Your plan does not include upscale."
    assert UsageMonth.objects.count() == 0


def test_a_plan_that_allows_none(account):
    limit(0)
    with pytest.raises(AppError):
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
    assert UsageEntry.objects.count() == 0


def test_accounts_do_not_share(account, stranger):
    limit(1)
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
    quotas.reserve(stranger.account, REMOVE_BACKGROUND, job_id=uuid4())
    assert [line.remaining for line in quotas.overview(stranger.account)] == [0]


def test_a_new_month_starts_anew_and_late_jobs_end_in_their_own(account, time_machine):
    limit(1)
    december, january = uuid4(), uuid4()
    time_machine.move_to("2027-12-31T23:59:50Z")
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=december)
    (line,) = quotas.overview(account)
    assert (line.used, line.remaining) == (1, 0)
    assert line.resets_at == datetime(2028, 1, 1, tzinfo=UTC)
    time_machine.move_to("2028-01-01T00:00:00Z")
    assert quotas.overview(account)[0].used == 0
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=january)
    quotas.settle(december)
    rows = {row.month: (row.reserved, row.settled) for row in UsageMonth.objects.all()}
    assert rows == {"2027-12": (0, 1), "2028-01": (1, 0)}


def test_a_rolled_back_job_costs_nothing(account):
    def submit_and_fail() -> None:
        with transaction.atomic():
            quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
            raise IntegrityError("the job row could not be written")

    with pytest.raises(IntegrityError):
        submit_and_fail()
    assert quotas.overview(account)[0].used == 0
    assert UsageEntry.objects.count() == 0


def test_ending_an_unknown_job_changes_nothing(account):
    quotas.settle(uuid4())
    quotas.release(uuid4())
    assert UsageMonth.objects.count() == 0


def test_the_usage_endpoint(seller, time_machine):
    time_machine.move_to("2027-03-05T12:00:00Z")
    client = seller.key_client(scopes=["account:read"])
    quotas.reserve(seller.account, REMOVE_BACKGROUND, job_id=uuid4())
    assert client.get("/api/v1/usage").json()["data"] == {
        "plan": {"slug": "free", "name": "Free"},
        "month": "2027-03",
        "quotas": [
            {
                "operation": "remove-background",
                "limit": 100,
                "used": 1,
                "remaining": 99,
                "resetsAt": "2027-04-01T00:00:00Z",
            }
        ],
    }
