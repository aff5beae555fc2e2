"""Staff change an account's plan: the numbers first, the month prorated, a grace, mails, and a trail."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client

from accounts.billing import changes, proration, telling
from accounts.billing.changes import When
from accounts.limits import quotas
from accounts.models import Account, ChangeState, LimitException, Plan, PlanChange, UsageMonth
from config.errors import AppError
from processing.services.backgrounds import resources

CUTOUTS = "remove-background"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _a_day_and_a_mail_server(time_machine: Any, settings: Any, monkeypatch: Any) -> None:
    time_machine.move_to("2027-03-22T12:00:00Z", tick=False)  # 10 of 31 days are left
    settings.MAIL_IS_SENT = True
    monkeypatch.setattr(telling.tell_of_plan, "send", telling.tell_of_plan.fn)


def used(seller: Any, times: int) -> None:
    row = {"account": seller.account, "operation": CUTOUTS, "month": "2027-03"}
    UsageMonth.objects.update_or_create(**row, defaults={"settled": times})


def limit_of(seller: Any) -> int:
    account = Account.objects.select_related("plan").get(pk=seller.account.pk)
    return {line.operation: line.limit for line in quotas.overview(account)}[CUTOUTS]


def to(seller: Any, plan: str, when: When = When.NOW) -> PlanChange:
    return changes.change(seller.account, Plan.objects.get(pk=plan), when=when)


def desk(seller: Any, rest: str = "") -> str:
    return f"/admin/desk/{seller.account.pk}/{rest}"


@pytest.mark.parametrize(
    ("before", "so_far", "after", "now"),
    [
        ("free", 100, "pro", 5_000),  # up: at once and in full
        ("pro", 4_000, "free", 4_033),  # down: what is used and 10/31 of 100, rounded up
        ("pro", 20, "free", 100),  # never less than on the smaller plan all month
        ("pro", 4_990, "free", 5_000),  # never more than before
        ("enterprise", 7_000, "pro", 8_613),
    ],
)
def test_the_month_of_a_change_is_prorated(
    make_seller: Any, before: str, so_far: int, after: str, now: int
) -> None:
    seller = make_seller(plan=before)
    used(seller, so_far)
    [line] = proration.lines(seller.account, Plan.objects.get(pk=after), date(2027, 3, 22))
    assert (line.used, line.now) == (so_far, now)
    to(seller, after)
    assert limit_of(seller) == now
    [left] = [one.remaining for one in quotas.overview(seller.account)]
    assert left == now - so_far


def test_a_second_change_takes_the_first_ones_share_back(
    make_seller: Any, time_machine: Any
) -> None:
    seller = make_seller(plan="pro")
    used(seller, 4_000)
    own = {"account": seller.account, "limit": "quota:edit", "until": "2027-12-31", "note": "Fair"}
    LimitException.objects.create(**own, amount=7)
    to(seller, "free")
    to(seller, "pro")
    assert limit_of(seller) == 5_000
    to(seller, "free")
    assert limit_of(seller) == 4_033
    time_machine.move_to("2027-04-01T00:00:00Z", tick=False)
    assert limit_of(seller) == 100
    assert LimitException.objects.get(limit="quota:edit").amount == 7  # staff's own stays


def test_the_desk_shows_the_numbers_and_then_changes(root: Client, make_seller: Any) -> None:
    seller = make_seller(plan="pro")
    used(seller, 4_000)
    page = root.get(desk(seller, "plan/"), {"plan": "free", "when": "now"}).content.decode()
    numbers = re.findall(r'<td class="number">([\d,]+)</td>', page)
    assert numbers == ["4,000", "5,000", "4,033", "100"]
    assert "14 days" in page
    assert Account.objects.get(pk=seller.account.pk).plan_id == "pro"
    for wrong in ({"plan": "none", "when": "now"}, {"plan": "free", "when": "later"}, {}):
        assert root.get(desk(seller, "plan/"), wrong).status_code == 200
        said = root.post(desk(seller, "change-plan/"), wrong, follow=True).context["messages"]
        assert [message.level_tag for message in said] == ["error"]
    assert not PlanChange.objects.exists()
    form = {"plan": "free", "when": "now", "note": "By phone"}
    root.post(desk(seller, "change-plan/"), form)
    assert limit_of(seller) == 4_033
    assert LogEntry.objects.filter(object_id=seller.account.pk).get().get_change_message() == (
        "Plan Pro to Free, at once: By phone"
    )
    again = root.post(desk(seller, "change-plan/"), form, follow=True)
    assert "The account is on Free already." in again.content.decode()
    assert "4,033" in root.get(desk(seller)).content.decode()


def test_a_planned_change_comes_at_the_months_end(
    root: Client, make_seller: Any, time_machine: Any
) -> None:
    seller = make_seller(plan="pro")
    root.post(desk(seller, "change-plan/"), {"plan": "free", "when": "month-end"})
    assert "Apr 2027" in seller_page(seller, "2027")
    root.post(desk(seller, "keep-plan/"))
    assert PlanChange.objects.get().state == ChangeState.CANCELLED
    to(seller, "free", When.MONTH_END)
    time_machine.move_to("2027-03-31T23:59:59Z", tick=False)
    assert (changes.run_due(), limit_of(seller)) == (0, 5_000)
    time_machine.move_to("2027-04-01T00:00:02Z", tick=False)
    UsageMonth.objects.create(account=seller.account, operation=CUTOUTS, month="2027-04", settled=9)
    assert (changes.run_due(), limit_of(seller)) == (1, 100)
    assert changes.run_due() == 0
    assert [one.subject for one in mail.outbox] == [
        "Packshot: Your plan changes to Free",
        "Packshot: Your plan changes to Free",
        "Packshot: Your plan is Free now",
    ]


def seller_page(seller: Any, part: str) -> str:
    client = Client()
    client.force_login(seller.user)
    page = client.get("/settings/usage/").content.decode()
    assert part in page
    return page


def test_an_unpaid_plan_stays_for_a_grace_and_what_it_gave_for_another(
    make_seller: Any, time_machine: Any
) -> None:
    seller = make_seller(plan="enterprise")
    resources.check_plan(seller.account)
    to(seller, "free", When.UNPAID)
    seller_page(seller, "isn’t paid")
    time_machine.move_to("2027-04-05T23:59:00Z", tick=False)
    assert (changes.run_due(), Account.objects.get(pk=seller.account.pk).plan_id) == (
        0,
        "enterprise",
    )
    time_machine.move_to("2027-04-06T00:00:01Z", tick=False)
    assert (changes.run_due(), Account.objects.get(pk=seller.account.pk).plan_id) == (1, "free")
    account = Account.objects.select_related("plan").get(pk=seller.account.pk)
    assert changes.readable_plans(account) == {"free", "enterprise"}
    resources.check_plan(account, reading=True)
    with pytest.raises(AppError, match="does not include"):
        resources.check_plan(account)  # nothing new
    seller_page(seller, "20 Apr 2027")
    time_machine.move_to("2027-04-21T00:00:01Z", tick=False)
    with pytest.raises(AppError, match="does not include"):
        resources.check_plan(account, reading=True)
    assert (changes.run_due(), changes.run_due()) == (1, 0)
    assert [one.subject for one in mail.outbox] == [
        "Packshot: Your Enterprise plan isn’t paid",
        "Packshot: Your plan is Free now",
        "Packshot: What Enterprise gave is not readable any more",
    ]


def test_what_cannot_be_done_leaves_nothing(make_seller: Any, time_machine: Any) -> None:
    seller = make_seller(plan="pro")
    for plan, when in (("enterprise", When.UNPAID), ("pro", When.NOW)):
        with pytest.raises(AppError):
            to(seller, plan, when)
    to(seller, "free", When.MONTH_END)
    Plan.objects.filter(pk="free").delete()
    time_machine.move_to("2027-04-01T00:00:02Z", tick=False)
    assert (changes.run_due(), limit_of(seller)) == (0, 5_000)
    Account.objects.update(closed_at="2027-04-01T00:00:00Z")
    with pytest.raises(AppError, match="deleted"):
        to(seller, "enterprise")


def test_a_plan_in_use_is_not_deleted_and_a_sentence_says_why(
    root: Client, make_seller: Any
) -> None:
    seller = make_seller(plan="enterprise")
    Plan.objects.create(slug="team", name="Team", position=9)
    url = "/admin/accounts/plan/{}/delete/"
    page = root.post(url.format("enterprise"), {"post": "yes"}).content.decode()
    assert "Enterprise: An account is on this plan. Move them to another one first." in page
    assert "NEW_ACCOUNT_PLAN" in root.post(url.format("free"), {"post": "yes"}).content.decode()
    to(seller, "team", When.MONTH_END)
    assert "about to go" in root.post(url.format("team"), {"post": "yes"}).content.decode()
    assert Plan.objects.count() == 4
    changes.cancel_planned(seller.account)
    assert root.post(url.format("team"), {"post": "yes"}).status_code == 302
    assert Plan.objects.count() == 3
