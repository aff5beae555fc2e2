"""Reserve, settle, release: what the month's numbers say afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from time_machine import TimeMachineFixture

from accounts.limits import quotas
from accounts.limits.operations import IMPORT_COMPARABLES, REMOVE_BACKGROUND
from accounts.models import Account, PlanLimit, UsageEntry, UsageMonth
from config.errors import AppError
from tests.accounts.conftest import Seller


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
    PlanLimit.objects.create(plan_id="pro", operation="upscale", monthly=9)
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


def entries() -> list[dict[str, object]]:
    columns = ("job_id", "account_id", "operation", "month", "amount", "state", "ended_at")
    return list(UsageEntry.objects.order_by("pk").values(*columns))


def entry_of(account: Account, job_id: UUID, **others: object) -> dict[str, object]:
    return {
        **{"job_id": job_id, "account_id": account.pk, "operation": REMOVE_BACKGROUND},
        **{"month": "2027-03", "amount": 1, "state": "reserved", "ended_at": None},
        **others,
    }


class TestMany:
    def test_one_unit_for_each(self, account: Account, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to("2027-03-05T12:00:00Z")
        ids = [uuid4() for _ in range(3)]
        quotas.reserve_many(account, REMOVE_BACKGROUND, job_ids=ids)
        assert entries() == [entry_of(account, job_id) for job_id in ids]
        month = UsageMonth.objects.get()
        assert (month.account, month.operation, month.month) == (
            account,
            REMOVE_BACKGROUND,
            "2027-03",
        )
        assert numbers() == (3, 0)

    def test_all_or_none(self, account: Account) -> None:
        limit(3)
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
        with pytest.raises(AppError) as refused:
            quotas.reserve_many(account, REMOVE_BACKGROUND, job_ids=[uuid4() for _ in range(3)])
        assert refused.value.message == "Monthly limit reached for remove-background."
        assert (numbers(), UsageEntry.objects.count()) == ((1, 0), 1)
        quotas.reserve_many(account, REMOVE_BACKGROUND, job_ids=[uuid4(), uuid4()])
        assert (numbers(), UsageEntry.objects.count()) == ((3, 0), 3)

    def test_none_of_nothing(self, account: Account) -> None:
        limit(0)
        quotas.reserve_many(account, REMOVE_BACKGROUND, job_ids=[])
        assert not UsageMonth.objects.exists()


def test_what_is_not_metered_takes_no_units(account: Account) -> None:
    quotas.reserve(account, IMPORT_COMPARABLES, job_id=uuid4())
    quotas.reserve_many(account, IMPORT_COMPARABLES, job_ids=[uuid4()])
    assert not UsageMonth.objects.exists()
    assert not UsageEntry.objects.exists()


def test_a_refusal_is_in_words_on_pages(account: Account, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2027-03-05T12:00:00Z", tick=False)
    limit(0)
    with pytest.raises(AppError) as refused:
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
    assert refused.value.page_message == (
        "Monthly limit reached for cutouts. It starts again on April 1, 2027."
    )


def test_an_end_is_written_on_the_jobs_entry_alone(
    account: Account, stranger: Seller, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to("2027-03-05T12:00:00Z", tick=False)
    PlanLimit.objects.create(plan_id="free", operation="upscale", monthly=9)
    done, other, foreign, gone = (uuid4() for _ in range(4))
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=done, amount=2)
    quotas.reserve(account, "upscale", job_id=other)
    quotas.reserve(stranger.account, REMOVE_BACKGROUND, job_id=foreign)
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=gone)
    time_machine.move_to("2027-03-05T12:00:09Z", tick=False)
    quotas.settle(done)
    quotas.release(gone)
    ended = datetime(2027, 3, 5, 12, 0, 9, tzinfo=UTC)
    assert entries() == [
        entry_of(account, done, amount=2, state="settled", ended_at=ended),
        entry_of(account, other, operation="upscale"),
        entry_of(stranger.account, foreign),
        entry_of(account, gone, state="released", ended_at=ended),
    ]
    columns = ("account_id", "operation", "reserved", "settled")
    assert set(UsageMonth.objects.values_list(*columns)) == {
        (account.pk, REMOVE_BACKGROUND, 0, 2),
        (account.pk, "upscale", 1, 0),
        (stranger.account.pk, REMOVE_BACKGROUND, 1, 0),
    }


def test_a_retry_counts_in_the_month_and_amount_it_is_made_with(
    account: Account, time_machine: TimeMachineFixture
) -> None:
    released, ended = uuid4(), uuid4()
    time_machine.move_to("2027-02-28T23:59:00Z", tick=False)
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=ended)
    quotas.release(ended)
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=released)
    quotas.release(released)
    before = entries()[0]
    time_machine.move_to("2027-03-01T00:00:00Z", tick=False)
    quotas.reserve(account, REMOVE_BACKGROUND, job_id=released, amount=2)
    assert entries() == [before, entry_of(account, released, amount=2)]
    assert UsageEntry.objects.get(job_id=released).created_at == datetime(2027, 3, 1, tzinfo=UTC)
    months = {row.month: row.reserved for row in UsageMonth.objects.all()}
    assert months == {"2027-02": 0, "2027-03": 2}


class TestOverview:
    def test_counts_what_is_reserved_and_what_is_settled(
        self, account: Account, stranger: Seller
    ) -> None:
        limit(5)
        for job_id in (first := uuid4(), uuid4(), uuid4()):
            quotas.reserve(account, REMOVE_BACKGROUND, job_id=job_id)
        quotas.settle(first)
        quotas.reserve(stranger.account, REMOVE_BACKGROUND, job_id=uuid4())
        (line,) = quotas.overview(account)
        assert (line.operation, line.limit) == (REMOVE_BACKGROUND, 5)
        assert (line.used, line.remaining) == (3, 2)

    def test_a_limit_that_was_lowered_leaves_nothing(self, account: Account) -> None:
        for _ in range(3):
            quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
        limit(1)
        (line,) = quotas.overview(account)
        assert (line.used, line.remaining) == (3, 0)
        limit(3)
        assert quotas.overview(account)[0].remaining == 0

    def test_has_the_operations_of_the_plan_in_order(self, account: Account) -> None:
        PlanLimit.objects.create(plan_id="free", operation="edit", monthly=7)
        PlanLimit.objects.create(plan_id="pro", operation="upscale", monthly=9)
        lines = [(line.operation, line.limit) for line in quotas.overview(account)]
        assert lines == [("edit", 7), (REMOVE_BACKGROUND, 100)]
        assert [(line.used, line.remaining) for line in quotas.overview(account)] == [
            (0, 7),
            (0, 100),
        ]

    @pytest.mark.parametrize(
        ("now", "month", "resets_at"),
        [
            ("2027-03-31T23:59:59.9Z", "2027-03", datetime(2027, 4, 1, tzinfo=UTC)),
            ("2027-11-01T00:00:00Z", "2027-11", datetime(2027, 12, 1, tzinfo=UTC)),
            ("2027-12-05T12:34:56.7Z", "2027-12", datetime(2028, 1, 1, tzinfo=UTC)),
        ],
    )
    def test_begins_anew_with_the_next_month(
        self,
        account: Account,
        time_machine: TimeMachineFixture,
        now: str,
        month: str,
        resets_at: datetime,
    ) -> None:
        time_machine.move_to(now, tick=False)
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
        assert UsageMonth.objects.get().month == month
        assert quotas.overview(account)[0].resets_at == resets_at


class TestTwoAtOnce:
    """Somebody reserves for the same job between the question whether it needs units and the entry."""

    def test_the_first_entry_counts(
        self, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job_id = uuid4()
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=job_id)
        monkeypatch.setattr(quotas, "_needs_units", lambda _: True)
        quotas.reserve(account, REMOVE_BACKGROUND, job_id=job_id)
        assert (numbers(), UsageEntry.objects.count()) == ((1, 0), 1)

    def test_another_error_of_the_database_is_told(
        self, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_: UsageEntry) -> None:
            raise IntegrityError("something else")

        quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
        monkeypatch.setattr(quotas, "_note", broken)
        with pytest.raises(IntegrityError, match="something else"):
            quotas.reserve(account, REMOVE_BACKGROUND, job_id=uuid4())
        assert (numbers(), UsageEntry.objects.count()) == ((1, 0), 1)
