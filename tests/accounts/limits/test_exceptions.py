"""Exceptions to an account's limits: for a while, with a note, for quotas and rate limits alike."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry

from accounts.limits import quotas
from accounts.limits.operations import EDIT, REMOVE_BACKGROUND
from accounts.models import LimitException, PlanLimit, User
from config.errors import AppError

ME = "/api/v1/auth/me"


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2027-03-10T23:30:00Z", tick=False)


def allow(seller: Any, limit: str, amount: int, until: str = "2027-03-10") -> LimitException:
    return LimitException.objects.create(
        account=seller.account, limit=limit, amount=amount, until=until, note="Trade fair"
    )


def used_up(seller: Any, operation: str = REMOVE_BACKGROUND) -> int:
    """Reserve until nothing is left; how much there was."""
    for count in range(200):
        try:
            quotas.reserve(seller.account, operation, job_id=uuid4())
        except AppError:
            return count
    raise AssertionError("no end")


def quota_of(seller: Any) -> dict[str, int]:
    lines = seller.client.get(ME).json()["data"]["quotas"]
    return {line["operation"]: line["limit"] for line in lines}


@pytest.mark.parametrize("amount", [0, 3, 102])
def test_a_monthly_limit_is_another_until_the_day_is_over(seller, stranger, time_machine, amount):
    PlanLimit.objects.filter(plan="free").update(monthly=100)
    allow(seller, "quota:remove-background", amount)
    assert quota_of(seller) == {REMOVE_BACKGROUND: amount}
    assert quota_of(stranger) == {REMOVE_BACKGROUND: 100}
    assert used_up(seller) == amount
    time_machine.move_to("2027-03-11T00:00:01Z", tick=False)
    assert quota_of(seller) == {REMOVE_BACKGROUND: 100}
    assert used_up(seller) == max(0, 100 - amount)


def test_what_the_plan_does_not_include_can_be_allowed(seller):
    with pytest.raises(AppError, match="does not include edit"):
        quotas.reserve(seller.account, EDIT, job_id=uuid4())
    allow(seller, "quota:edit", 2)
    assert quota_of(seller)[EDIT] == 2
    assert used_up(seller, EDIT) == 2


def test_the_newest_of_several_holds_and_batches_keep_to_it(seller):
    allow(seller, "quota:remove-background", 50, "2027-12-31")
    allow(seller, "quota:remove-background", 5)
    allow(seller, "quota:remove-background", 90, "2027-03-09")  # over
    ids = [uuid4() for _ in range(6)]
    with pytest.raises(AppError, match="Monthly limit"):
        quotas.reserve_many(seller.account, REMOVE_BACKGROUND, job_ids=ids)
    quotas.reserve_many(seller.account, REMOVE_BACKGROUND, job_ids=ids[:5])


@pytest.mark.parametrize("plan", ["free", "enterprise"])
def test_a_rate_limit_is_another(make_seller, settings, plan):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "general": "2/h"}
    seller, other = make_seller(plan=plan), make_seller("eve@example.com")
    allow(seller, "rate:general", 4)
    answers = [seller.client.get(ME) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert answers[0]["X-RateLimit-Limit"] == "4"
    assert [other.client.get(ME).status_code for _ in range(3)] == [200, 200, 429]


def form_of(seller: Any, **given: str) -> dict[str, str]:
    member = seller.account.memberships.get()
    return {
        "name": seller.account.name,
        "plan": "free",
        "currency": "USD",
        "blocked_reason": "",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(member.pk),
        "memberships-0-account": str(seller.account.pk),
        "memberships-0-user": str(seller.user.pk),
        "memberships-0-role": "owner",
        "invitations-TOTAL_FORMS": "0",
        "invitations-INITIAL_FORMS": "0",
        "exceptions-TOTAL_FORMS": "1",
        "exceptions-INITIAL_FORMS": "0",
        "exceptions-0-account": str(seller.account.pk),
        "exceptions-0-limit": "quota:remove-background",
        "exceptions-0-amount": "500",
        "exceptions-0-until": "2027-04-30",
        "exceptions-0-note": "Trade fair, asked for by phone",
        "web_origins-TOTAL_FORMS": "0",
        "web_origins-INITIAL_FORMS": "0",
        **given,
    }


def test_staff_make_one_on_the_accounts_page(root, seller):
    url = f"/admin/accounts/account/{seller.account.pk}/change/"
    page = root.get(url).content.decode()
    assert "Per month: Cutouts" in page
    assert "Requests: upload (Free: 100/h)" in page
    assert "rate:auth" not in page
    assert root.post(url, form_of(seller)).status_code == 302
    made = LimitException.objects.get()
    assert (made.amount, made.until) == (500, date(2027, 4, 30))
    assert made.created_by == User.objects.get(email="root@example.com")
    assert "exception" in LogEntry.objects.get().change_message
    assert quota_of(seller) == {REMOVE_BACKGROUND: 500}


@pytest.mark.parametrize(
    "wrong",
    [
        *[{"limit": "rate:auth"}, {"limit": "quota:x"}, {"until": ""}, {"note": ""}],
        *[{"amount": "-1"}, {"until": "2027-03-09"}],
    ],
)
def test_it_needs_an_end_and_a_note(root, seller, wrong):
    form = form_of(seller, **{f"exceptions-0-{name}": value for name, value in wrong.items()})
    answer = root.post(f"/admin/accounts/account/{seller.account.pk}/change/", form)
    assert answer.status_code == 200
    assert LimitException.objects.count() == 0


def test_one_that_is_there_can_be_ended_early(root, seller):
    made = allow(seller, "quota:remove-background", 500, "2027-04-30")
    form = form_of(
        seller,
        **{
            "exceptions-INITIAL_FORMS": "1",
            "exceptions-0-id": str(made.pk),
            "exceptions-0-until": "2027-03-09",
        },
    )
    assert (
        root.post(f"/admin/accounts/account/{seller.account.pk}/change/", form).status_code == 302
    )
    assert quota_of(seller)[REMOVE_BACKGROUND] != 500
