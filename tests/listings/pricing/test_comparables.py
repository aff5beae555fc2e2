"""Bringing in sold items, looking at them, and taking them away again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.limits import quotas
from listings.models import Comparable, ComparableImport
from listings.pricing import comparables
from processing.models import Job
from processing.services import jobs
from processing.worker import tasks
from tests.listings.conftest import data_of, refusal_of
from tests.stand_ins import Seller

URL = "/api/v1/listings/comparables"
TABLE = """title,brand,category,condition,price,date
Levi's 501 Original,Levi's,Men > Clothing > Jeans,Pre-owned - Good,45.00,2026-03-01
Gap hoodie grey,,,NWT,30,2026-04-02
Antique candlestick,,Candle holders,,12.50,2026-05-03
"""

worked = pytest.mark.usefixtures("quick_queue")


def send(seller: Seller, table: str | bytes = TABLE, **form: Any) -> Any:
    data = table.encode() if isinstance(table, str) else table
    headers = form.pop("headers", {})
    file = SimpleUploadedFile("sold items.csv", data, "text/csv")
    return seller.client.post(f"{URL}/import", {"file": file, **form}, headers=headers)


def nothing_kept() -> bool:
    return not Comparable.objects.exists() and not ComparableImport.objects.exists()


def files_kept() -> list[str]:
    folders, found = default_storage.listdir("") if default_storage.exists("") else ([], [])
    for folder in folders:
        for inner in default_storage.listdir(folder)[0]:
            found = [*found, *default_storage.listdir(f"{folder}/{inner}")[1]]
    return found


@worked
def test_a_table_is_brought_in(owner: Seller) -> None:
    made = data_of(send(owner), 201)
    assert made["name"] == "sold items.csv"
    assert made["report"] == {
        "encoding": "utf-8",
        "separator": "comma",
        "columns": ["title", "brand", "category", "condition", "price", "date"],
        "rows": 3,
        "imported": 3,
        "alreadyThere": 0,
        "skipped": 0,
        "errors": [],
        "unknownConditions": [],
        "refused": False,
    }
    rows = Comparable.objects.order_by("sold_on").values_list(
        "title", "brand_key", "category_key", "condition", "price", "currency"
    )
    assert list(rows) == [
        ("Levi's 501 Original", "levis", "jeans", "good", 4500, "USD"),
        ("Gap hoodie grey", "gap", "hoodie", "new", 3000, "USD"),
        ("Antique candlestick", "", "candle", "", 1250, "USD"),
    ]
    assert files_kept() == []


@worked
def test_latin_1_with_semicolons_in_euros(owner: Seller) -> None:
    table = "Titel;Verkaufspreis;Verkaufsdatum;Zustand\nBlüse grün;12,50;01.03.2026;Sehr gut\n"
    made = data_of(send(owner, table.encode("latin-1"), currency="EUR"), 201)
    assert (made["report"]["encoding"], made["report"]["separator"]) == (
        "windows-1252",
        "semicolon",
    )
    [row] = Comparable.objects.all()
    assert (row.title, row.price, row.currency) == ("Blüse grün", 1250, "EUR")
    assert row.condition == "like-new"


@worked
def test_the_same_table_counts_once_and_equal_rows_of_it_each(owner: Seller) -> None:
    twice = TABLE + TABLE.splitlines()[1] + "\n"
    assert data_of(send(owner, twice), 201)["report"]["imported"] == 4
    again = data_of(send(owner, twice), 201)["report"]
    assert (again["imported"], again["alreadyThere"]) == (0, 4)
    assert Comparable.objects.count() == 4


@worked
def test_rows_in_error_refuse_the_table_and_nothing_is_kept(owner: Seller) -> None:
    bad = TABLE + "Coat,,,,-5,2026-01-01\nHat,,,,5,tomorrow\n"
    body = refusal_of(send(owner, bad), 400, "VALIDATION_ERROR")
    assert body["error"].startswith("2 rows are invalid, so nothing was imported.")
    assert body["fields"]["file"] == [
        "Line 5, price: must be more than zero.",
        "Line 6, date: 'tomorrow' is not a date; write it as 2024-12-31.",
    ]
    assert nothing_kept()
    assert files_kept() == []


@worked
def test_rows_in_error_may_be_left_out(owner: Seller) -> None:
    bad = TABLE + "Coat,,,,-5,2026-01-01\n"
    made = data_of(send(owner, bad, onError="skip"), 201)
    assert (made["report"]["imported"], made["report"]["skipped"]) == (3, 1)
    assert made["report"]["errors"] == [
        {"line": 5, "column": "price", "message": "must be more than zero."}
    ]
    only_bad = TABLE.splitlines()[0] + "\nCoat,,,,-5,2026-01-01\n"
    body = refusal_of(send(owner, only_bad, onError="skip"), 400, "VALIDATION_ERROR")
    assert body["fields"]["file"] == ["Line 2, price: must be more than zero."]
    header = refusal_of(send(owner, TABLE.splitlines()[0]), 400, "VALIDATION_ERROR")
    assert header["error"] == "The table has no rows."


@pytest.mark.parametrize(
    ("table", "form", "field"),
    [
        (b"", {}, "file"),
        (b"no table at all", {}, "file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", {}, "file"),
        (TABLE, {"onError": "maybe"}, "onError"),
        (TABLE, {"currency": "BTC"}, "currency"),
        (TABLE, {"dateOrder": "year-first"}, "dateOrder"),
        (TABLE, {"separator": ";"}, "separator"),
    ],
)
def test_bad_requests_are_refused_at_the_door(
    owner: Seller, table: Any, form: dict[str, str], field: str
) -> None:
    body = refusal_of(send(owner, table, **form), 400, "VALIDATION_ERROR")
    assert list(body["fields"]) == [field]
    assert nothing_kept()
    assert Job.objects.count() == 0
    assert files_kept() == []


@worked
def test_dates_that_may_be_two_ask_which(owner: Seller) -> None:
    table = "title,price,date\nCoat,5,3/4/2026\n"
    body = refusal_of(send(owner, table), 400, "VALIDATION_ERROR")
    assert "dateOrder" in body["fields"]["file"][0]
    data_of(send(owner, table, dateOrder="day-first"), 201)
    assert str(Comparable.objects.get().sold_on) == "2026-04-03"


@worked
def test_an_import_costs_no_quota(owner: Seller) -> None:
    before = quotas.overview(owner.account)
    data_of(send(owner), 201)
    assert quotas.overview(owner.account) == before


@worked
def test_without_waiting_the_answer_is_a_job(
    owner: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.run_job, "send", lambda job_id: None)
    answer = data_of(send(owner, headers={"Prefer": "respond-async"}), 202)
    assert list(answer) == ["jobId"]
    assert files_kept() == ["original.csv"]
    tasks.run_job.fn(str(Job.objects.get().pk))
    job = data_of(owner.client.get(f"/api/v1/jobs/{answer['jobId']}"))
    assert (job["state"], job["report"]["imported"]) == ("completed", 3)
    assert files_kept() == []


@worked
def test_sent_twice_under_one_key_it_is_one_import(owner: Seller) -> None:
    first = send(owner, headers={"Idempotency-Key": "a"})
    second = send(owner, headers={"Idempotency-Key": "a"})
    assert data_of(first, 201) == data_of(second, 201)
    assert second["Idempotency-Replayed"] == "true"
    assert ComparableImport.objects.count() == 1


@worked
def test_a_cancelled_import_leaves_nothing(owner: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparables, "_AT_ONCE", 1)
    kept: list[int] = []
    real = Comparable.objects.bulk_create

    def cancelled_after_two(rows: Any, **options: Any) -> Any:
        kept.append(len(rows))
        if len(kept) == 2:
            jobs.cancel(Job.objects.get())
        return real(rows, **options)

    monkeypatch.setattr(
        type(Comparable.objects), "bulk_create", lambda _, *a, **k: cancelled_after_two(*a, **k)
    )
    refusal_of(send(owner), 409, "CONFLICT")
    assert nothing_kept()


@worked
def test_a_worker_that_was_lost_half_way_is_followed_by_one_that_ends_it(
    owner: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.run_job, "send", lambda job_id: None)
    send(owner, headers={"Prefer": "respond-async"})
    job = Job.objects.get()
    half = ComparableImport.objects.create(pk=job.pk, account=owner.account, name="x")
    found = comparables.tables.read(TABLE.encode(), comparables.Choices(), currency="USD")
    comparables._comparable(half, found.rows[0], 1).save()
    assert owner.client.get(f"{URL}/imports").json()["data"]["items"] == []
    tasks.run_job.fn(str(job.pk))
    [made] = owner.client.get(f"{URL}/imports").json()["data"]["items"]
    assert (made["report"]["imported"], made["report"]["alreadyThere"]) == (3, 0)


@worked
def test_an_account_has_room_for_so_many(owner: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparables, "MAX_IN_ACCOUNT", 4)
    data_of(send(owner), 201)
    more = TABLE.replace("2026-", "2025-")
    refusal_of(send(owner, more), 422, "CONFLICT")
    assert (Comparable.objects.count(), ComparableImport.objects.count()) == (3, 1)
    monkeypatch.setattr(comparables, "MAX_IN_ACCOUNT", 3)
    refusal_of(send(owner, more), 409, "CONFLICT")


@pytest.fixture
def table(owner: Seller) -> ComparableImport:
    """A table of three that was brought in before."""
    made = ComparableImport.objects.create(account=owner.account, name="x", finished=True)
    rows = comparables.tables.read(TABLE.encode(), comparables.Choices(), currency="USD").rows
    Comparable.objects.bulk_create(comparables._comparable(made, row, 1) for row in rows)
    return made


def test_listing_and_searching(owner: Seller, table: ComparableImport) -> None:
    page = data_of(owner.client.get(URL))
    assert (page["total"], [one["title"] for one in page["items"]]) == (
        3,
        ["Antique candlestick", "Gap hoodie grey", "Levi's 501 Original"],
    )
    [found] = data_of(owner.client.get(URL, {"search": "501"}))["items"]
    assert found.pop("id").startswith("cmp_")
    assert found == {
        "title": "Levi's 501 Original",
        "brand": "Levi's",
        "category": "Men > Clothing > Jeans",
        "categoryKey": "jeans",
        "condition": "good",
        "price": 4500,
        "currency": "USD",
        "soldOn": "2026-03-01",
        "importId": table.public_id,
    }


def test_taking_away_one_or_a_whole_table(owner: Seller, table: ComparableImport) -> None:
    [one, *_] = data_of(owner.client.get(URL))["items"]
    assert owner.client.delete(f"{URL}/{one['id']}").status_code == 200
    assert Comparable.objects.count() == 2
    refusal_of(owner.client.delete(f"{URL}/{one['id']}"), 404, "NOT_FOUND")
    assert owner.client.delete(f"{URL}/imports/{table.public_id}").status_code == 200
    assert nothing_kept()
