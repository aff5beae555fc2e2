"""Blocking an account as a whole: every way in says why, and nothing of it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dramatiq
import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from rest_framework.test import APIClient

from accounts import services
from accounts.access import api_keys
from accounts.http import Caller
from accounts.lifecycle import blocking, closing, erasing, tasks
from accounts.limits import quotas
from accounts.models import Account, UsageEntry, User
from config.errors import AppError
from processing.commands import RemoveBackground
from processing.models import Job, JobState
from processing.services import jobs
from processing.services.batching import batches
from tests.dashboard.conftest import PASSWORD, Person, person

__all__ = ["person"]  # a fixture
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("middle_model")]
ME = "/api/v1/auth/me"
SENTENCE = "This account is blocked by the site's staff: Invoices of May are unpaid."


@pytest.fixture
def ada(person: Any) -> Person:
    return person("ada@example.com")


@pytest.fixture
def eve(person: Any) -> Person:
    return person("eve@example.com")


def block(who: Person) -> None:
    blocking.block(who.account, reason="Invoices of May are unpaid.")
    who.account.refresh_from_db()


def login(path: str = "/api/v1/auth/login", email: str = "ada@example.com") -> Any:
    return APIClient().post(path, {"email": email, "password": PASSWORD}, format="json")


def work() -> None:
    queue = dramatiq.get_broker().queues[tasks.stop_account.queue_name]
    while not queue.empty():
        message = dramatiq.Message.decode(queue.get())
        dramatiq.get_broker().get_actor(message.actor_name).fn(*message.args)


def test_every_way_in_is_closed_and_says_why(ada: Person, eve: Person, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "auth": "100/15m"}
    key = api_keys.create(ada.account, ada.user, name="shop")[1]
    token = login().json()["data"]["token"]
    access = login("/compat/backgroundfx/v1/auth/login").json()["token"]
    block(ada)
    by_key = APIClient(headers={"x-api-key": key})
    refused = [by_key.get(ME), login()]
    assert [(one.status_code, one.json()) for one in refused] == [
        (403, {"success": False, "error": SENTENCE, "code": "ACCOUNT_BLOCKED"})
    ] * 2
    for dialect in (
        by_key.get("/compat/photoroom/v2/account"),
        login("/compat/backgroundfx/v1/auth/login"),
    ):
        assert dialect.status_code == 403
        assert SENTENCE in dialect.content.decode()
    # Sessions have ended, however they are used.
    bearer = {"Authorization": f"Bearer {access}"}
    assert APIClient(headers={"Authorization": f"Bearer {token}"}).get(ME).status_code == 401
    assert APIClient(headers=bearer).get("/compat/backgroundfx/v1/projects").status_code == 401
    assert ada.client.get("/library/").status_code == 302
    page = Client().post("/accounts/login/", {"login": "ada@example.com", "password": PASSWORD})
    assert page.status_code == 200
    assert "Invoices of May are unpaid." in page.content.decode()
    # Who does not know the key or the password is told nothing; others notice nothing.
    assert APIClient(headers={"x-api-key": f"{key}x"}).get(ME).status_code == 401
    body = {"email": "ada@example.com", "password": "not it at all"}
    assert APIClient().post("/api/v1/auth/login", body, format="json").status_code == 401
    assert eve.client.get(ME).status_code == 200
    blocking.unblock(ada.account)
    assert by_key.get(ME).status_code == 200
    assert login().status_code == 200


def test_a_session_that_slips_through_is_refused_on_pages_too(ada: Person) -> None:
    block(ada)
    browser = Client()
    browser.force_login(ada.user)
    for answer in (browser.get("/library/"), browser.get("/settings/")):
        assert answer.status_code == 403
        assert "Invoices of May are unpaid." in answer.content.decode()
    assert browser.get(ME).json()["code"] == "ACCOUNT_BLOCKED"


def test_open_jobs_are_cancelled_and_cost_nothing(
    ada: Person, eve: Person, django_capture_on_commit_callbacks: Any
) -> None:
    waiting = ada.job(ada.image())
    other = eve.job(eve.image())
    with django_capture_on_commit_callbacks(execute=True):
        block(ada)
    work()
    assert Job.objects.get(pk=waiting.pk).state == JobState.CANCELLED
    assert Job.objects.get(pk=other.pk).state == JobState.PENDING
    assert {line.used for line in quotas.overview(ada.account)} == {0}
    assert Account.objects.get(pk=ada.account.pk).work_due_at is None


def test_a_lost_message_is_sent_again(ada: Person, time_machine: Any) -> None:
    time_machine.move_to("2027-03-01T12:00:00Z")
    job = ada.job(ada.image())
    block(ada)  # within a transaction that never ends: nothing was sent
    time_machine.shift(180)
    assert tasks.send_due() == 1
    work()
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert tasks.send_due() == 0


def gone(account: Account) -> None:
    closing.close_account(account)
    assert erasing.erase(account.pk)


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (blocking.block, r"This account is blocked by the site's staff\."),
        (closing.close_account, r"This account was deleted\."),
        (gone, r"This account was deleted\."),
    ],
)
def test_a_request_that_began_before_starts_nothing(
    ada: Person, end: Callable[[Account], None], message: str
) -> None:
    source, done = ada.image(), ada.job(ada.image())
    jobs.cancel(done)
    cancelled = Job.objects.select_related("account", "source").get(pk=done.pk)
    caller = Caller(Account.objects.get(pk=ada.account.pk), ada.user)
    end(ada.account)
    before = (Job.objects.count(), UsageEntry.objects.count())
    command = RemoveBackground()
    for start in (
        lambda: jobs.submit(caller, command, source=source),
        lambda: jobs.retry(cancelled),
        lambda: batches.submit(caller, command, pictures=[batches.Member("x", source)]),
    ):
        with pytest.raises(AppError, match=message):
            start()
    assert (Job.objects.count(), UsageEntry.objects.count()) == before


def form_of(who: Person, **given: str) -> dict[str, str]:
    member = who.account.memberships.get()
    return {
        "name": who.account.name,
        "plan": who.account.plan_id,
        "currency": who.account.currency,
        "blocked_reason": "",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(member.pk),
        "memberships-0-account": str(who.account.pk),
        "memberships-0-user": str(who.user.pk),
        "memberships-0-role": "owner",
        "invitations-TOTAL_FORMS": "0",
        "invitations-INITIAL_FORMS": "0",
        "exceptions-TOTAL_FORMS": "0",
        "exceptions-INITIAL_FORMS": "0",
        "web_origins-TOTAL_FORMS": "0",
        "web_origins-INITIAL_FORMS": "0",
        **given,
    }


def test_staff_block_and_unblock_on_the_accounts_page(ada: Person) -> None:
    root = Client()
    boss = User.objects.create_superuser("root@example.com", "a long sentence")
    root.force_login(boss)
    url = f"/admin/accounts/account/{ada.account.pk}/change/"
    form = form_of(ada, blocked="on", blocked_reason="Invoices of May are unpaid.")
    assert root.post(url, form).status_code == 302
    assert login().json()["error"] == SENTENCE
    listed = root.get("/admin/accounts/account/", {"state": "blocked"}).content.decode()
    assert "Blocked" in listed
    assert LogEntry.objects.filter(object_id=str(ada.account.pk)).count() == 1
    since = Account.objects.get(pk=ada.account.pk).blocked_at
    assert root.post(url, form | {"name": "Ada's"}).status_code == 302
    assert Account.objects.get(pk=ada.account.pk).blocked_at == since
    assert root.post(url, form_of(ada)).status_code == 302
    assert login().status_code == 200


def test_staff_can_t_block_themselves_out(ada: Person) -> None:
    boss = User.objects.create_superuser("root@example.com", "a long sentence")
    own = services.account_of(boss)
    root = Client()
    root.force_login(boss)
    page = root.post(
        f"/admin/accounts/account/{own.pk}/change/", form_of(Person(boss, own, root), blocked="on")
    )
    assert "Take away these rights first." in page.content.decode()
    with pytest.raises(AppError, match="rights first"):
        blocking.block(own)
    assert Account.objects.get(pk=own.pk).blocked_at is None
