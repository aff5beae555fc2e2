"""Usage by operation and day: as JSON, as CSV, and from the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.limits import operations
from accounts.models import UsageEntry, UsageState

DAYS = "/api/v1/usage/days"
NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def use(seller: Any, operation: str, at: datetime, **options: Any) -> UsageEntry:
    return UsageEntry(
        job_id=uuid4(),
        account=seller.account,
        operation=operation,
        month=f"{at:%Y-%m}",
        created_at=at,
        **options,
    )


@pytest.fixture
def used(seller: Any, stranger: Any) -> None:
    old = NOON - timedelta(days=29, hours=12)
    rows = [
        use(seller, "edit", NOON),
        use(seller, "edit", NOON - timedelta(hours=11), amount=2),
        use(seller, "upscale", NOON, state=UsageState.RELEASED),
        use(seller, "remove-background", NOON - timedelta(hours=13)),
        use(seller, "edit", old),
        use(seller, "edit", old - timedelta(seconds=1)),
        use(stranger, "edit", NOON),
    ]
    UsageEntry.objects.bulk_create(rows)


@pytest.mark.usefixtures("used")
def test_days_as_json_and_csv(seller: Any) -> None:
    def row(day: str, operation: str, n: int) -> dict[str, Any]:
        return {"day": day, "operation": operation, "used": n}

    lately = [
        row("2027-02-09", "edit", 1),
        row("2027-03-09", "remove-background", 1),
        row("2027-03-10", "edit", 3),
    ]
    assert seller.client.get(DAYS).json()["data"] == {"items": lately}
    longer = seller.client.get(DAYS, {"from": "2027-02-01", "to": "2027-03-09"}).json()["data"]
    assert longer == {"items": [row("2027-02-08", "edit", 1), *lately[:2]]}
    answer = seller.client.get(f"{DAYS}/csv", {"from": "2027-03-09"})
    assert answer["Content-Type"] == "text/csv"
    assert answer["Content-Disposition"] == 'attachment; filename="usage-2027-03-09-2027-03-10.csv"'
    assert answer.getvalue() == (
        b"day,operation,used\r\n2027-03-09,remove-background,1\r\n2027-03-10,edit,3\r\n"
    )


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2027-03-09", "to": "2027-03-08"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2027-02-30"}, "to"),
        ({"from": "2026-03-09"}, "from"),
        ({"until": "2027-03-09"}, "until"),
    ],
)
def test_what_cannot_be_meant_is_refused(seller: Any, asked: dict[str, str], field: str) -> None:
    answer = seller.client.get(DAYS, asked)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_ten_thousand_rows_are_streamed(seller: Any, django_assert_max_num_queries: Any) -> None:
    names = operations.metered()
    days = 10_000 // len(names) + 1
    rows = [use(seller, name, NOON - timedelta(days=n)) for n in range(days) for name in names]
    UsageEntry.objects.bulk_create(rows)
    first = (NOON - timedelta(days=days)).date().isoformat()
    answer = seller.client.get(f"{DAYS}/csv", {"from": first})
    assert answer.streaming
    with django_assert_max_num_queries(1):
        pieces = list(answer.streaming_content)
    assert max(len(piece) for piece in pieces) < 50_000
    lines = b"".join(pieces).splitlines()
    assert len(lines) == len(rows) + 1 > 10_000
    seller.account.created_at = NOON - timedelta(days=days)
    seller.account.save()
    browser = Client()
    browser.force_login(seller.user)
    page = browser.get("/settings/usage/days.csv")
    assert page.getvalue().splitlines() == lines
