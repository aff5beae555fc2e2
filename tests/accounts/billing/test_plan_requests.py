"""Owners ask for another plan; staff grant it or say why not."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client

from accounts.billing import telling
from accounts.models import Account, Member, PlanRequest, RequestState

URL = "/api/v1/account/plan"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _mail_is_sent(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MAIL_IS_SENT, settings.BILLING_MAIL = True, "plans@example.com"
    monkeypatch.setattr(telling.tell_of_plan, "send", telling.tell_of_plan.fn)


def asked(seller: Any, plan: str = "pro", **body: Any) -> Any:
    return seller.client.post(f"{URL}/request", {"plan": plan, **body}, format="json")


def shown(seller: Any) -> dict[str, Any]:
    data: dict[str, Any] = seller.client.get(URL).json()["data"]
    return data


def browser(seller: Any) -> Client:
    client = Client()
    client.force_login(seller.user)
    return client


def test_the_api_says_the_plan_and_takes_a_request(
    seller: Any, stranger: Any, settings: Any
) -> None:
    before = shown(seller)
    assert (before["plan"]["slug"], before["provider"], before["request"]) == (
        "free",
        "manual",
        None,
    )
    assert [one["slug"] for one in before["plans"]] == ["free", "pro", "enterprise"]
    answer = asked(seller, note="A fair")
    assert (answer.status_code, answer.json()["data"]["state"]) == (201, "open")
    assert (shown(seller)["request"]["note"], shown(stranger)["request"]) == ("A fair", None)
    [told] = mail.outbox
    assert (told.to, "A fair" in told.body) == (["plans@example.com"], True)
    assert f"{settings.SITE_URL}/admin/desk/{seller.account.pk}/" in told.body
    assert asked(seller, "enterprise").status_code == 409
    assert stranger.client.delete(f"{URL}/request").status_code == 404
    assert seller.client.delete(f"{URL}/request").json()["data"]["state"] == "withdrawn"
    assert seller.client.delete(f"{URL}/request").status_code == 404
    assert Account.objects.get(pk=seller.account.pk).plan_id == "free"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"plan": "none"}, "plan"),
        ({"plan": "free"}, "plan"),
        ({"plan": 5}, "plan"),
        ({}, "plan"),
        ({"plan": "pro", "note": "x" * 501}, "note"),
        ({"plan": "pro", "price": 1}, "price"),
    ],
)
def test_bad_requests_say_what_is_wrong(seller: Any, body: dict[str, Any], field: str) -> None:
    answer = seller.client.post(f"{URL}/request", body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not PlanRequest.objects.exists()


def test_only_owners_ask(seller: Any, stranger: Any) -> None:
    key = seller.key_client()
    assert key.get(URL).status_code == 200
    assert key.post(f"{URL}/request", {"plan": "pro"}, format="json").status_code == 403
    Member.objects.filter(user=stranger.user).update(role="editor")
    assert asked(stranger).status_code == 403
    page = browser(stranger)
    assert "An owner of the account can ask" in page.get("/settings/usage/").content.decode()
    assert page.post("/settings/usage/plan/", {"plan": "pro"}).status_code == 403
    assert Client().post("/settings/usage/plan/", {"plan": "pro"}).status_code == 302
    assert not PlanRequest.objects.exists()


def test_the_page_asks_and_staff_decline_with_a_reason(
    seller: Any, stranger: Any, root: Client
) -> None:
    page = browser(seller)
    said = page.post("/settings/usage/plan/", {"plan": "pro", "note": "<b>"}, follow=True)
    assert "It is not decided yet." in said.content.decode()
    assert page.post("/settings/usage/plan/", {"plan": "pro"}).status_code == 409
    assert page.post("/settings/usage/plan/", {"plan": "free"}).status_code == 400
    assert "&lt;b&gt;" in root.get("/admin/desk/").content.decode()
    [row] = PlanRequest.objects.all()
    desk = f"/admin/desk/{seller.account.pk}/decline-plan/"
    for wrong in ({"request": row.public_id}, {"request": "preq_x", "answer": "No"}):
        root.post(desk, wrong)
    other = f"/admin/desk/{stranger.account.pk}/decline-plan/"
    root.post(other, {"request": row.public_id, "answer": "No"})
    row.refresh_from_db()
    assert (row.state, LogEntry.objects.count()) == (RequestState.OPEN, 0)
    root.post(desk, {"request": row.public_id, "answer": "No room in May."})
    row.refresh_from_db()
    assert (row.state, row.decided_by.email) == (RequestState.DECLINED, "root@example.com")
    assert "No room in May." in page.get("/settings/usage/").content.decode()
    assert mail.outbox[-1].to == [seller.user.email]
    assert "No room in May." in mail.outbox[-1].body
    assert LogEntry.objects.filter(object_id=seller.account.pk).count() == 1


def test_granting_is_the_change_itself(seller: Any, root: Client) -> None:
    asked(seller)
    desk = f"/admin/desk/{seller.account.pk}/"
    assert "Grant: show the numbers" in root.get(desk).content.decode()
    root.post(f"{desk}change-plan/", {"plan": "pro", "when": "now"})
    told = shown(seller)
    assert (told["plan"]["slug"], told["request"]["state"]) == ("pro", "granted")
    assert seller.account.plan_changes.get().reason == "request"
    assert Client().post(f"{desk}change-plan/", {"plan": "free", "when": "now"}).status_code == 302
    assert browser(seller).post(f"{desk}change-plan/", {"plan": "free"}).status_code == 302
    assert shown(seller)["plan"]["slug"] == "pro"
