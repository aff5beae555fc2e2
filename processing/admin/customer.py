"""What a support person sees of one customer, and what they can do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, Q
from django.http import HttpRequest

from accounts.admin.forms import LimitExceptionForm
from accounts.limits import call_log, exceptions, operations, quotas
from accounts.models import Account, ApiKey, LimitException, UsageEntry, UsageState, User
from config.errors import AppError, not_found
from processing.admin import finding, plans
from processing.models import (
    ENDED_STATES,
    OPEN_STATES,
    Job,
    JobState,
    WebhookAttempt,
    WebhookDelivery,
)
from processing.services import jobs as job_service

_JOBS, _DELIVERIES, _CALLS, _TRAIL = 25, 15, 20, 20


@dataclass(frozen=True)
class Bar:
    """How much of a monthly limit is used."""

    title: str
    line: quotas.QuotaLine
    is_exception: bool


@dataclass(frozen=True)
class JobRow:
    """One job with what it cost."""

    job: Job
    title: str
    charged: UsageEntry | None

    @property
    def seconds(self) -> float | None:
        started, ended = self.job.started_at, self.job.ended_at
        return (ended - started).total_seconds() if started and ended else None

    @property
    def can_retry(self) -> bool:
        return self.job.state in (JobState.FAILED, JobState.CANCELLED)

    @property
    def can_cancel(self) -> bool:
        return self.job.state in OPEN_STATES

    @property
    def can_give_back(self) -> bool:
        entry = self.charged
        return (
            self.job.state in ENDED_STATES
            and entry is not None
            and entry.state == UsageState.SETTLED
        )


def seen_of(account: Account, *, first: str = "", call: str = "") -> dict[str, Any]:
    """Collect what the customer's page shows; the job with the id ``first`` comes before all others, and the
    call with the request id ``call``."""
    excepted = exceptions.quotas_of(account.pk)
    deliveries = WebhookDelivery.objects.filter(endpoint__account=account)
    tries = Prefetch("tries", WebhookAttempt.objects.order_by("-number"))
    return {
        "account": account,
        "members": account.memberships.select_related("user").order_by("role", "pk"),
        "bars": [
            Bar(operations.named(line.operation).of_one, line, line.operation in excepted)
            for line in quotas.overview(account)
        ],
        **plans.seen_of(account),
        "exceptions": account.exceptions.select_related("created_by"),
        "jobs": _job_rows(account, first),
        "keys": account.api_keys.select_related("created_by"),
        "webhooks": account.webhooks.all(),
        "deliveries": deliveries.select_related("endpoint").prefetch_related(tries)[:_DELIVERIES],
        "calls": sorted(call_log.last_calls(account.pk), key=lambda one: one.request_id != call)[
            :_CALLS
        ],
        "trail": _trail(account),
    }


def _job_rows(account: Account, first: str) -> list[JobRow]:
    rows = list(Job.objects.filter(account=account).order_by("-created_at", "-id")[:_JOBS])
    if first:
        rows = [row for row in rows if row.public_id != first]
        rows = [*_named(account, first), *rows]
    entries = UsageEntry.objects.filter(job_id__in=[row.pk for row in rows])
    charged = {entry.job_id: entry for entry in entries}
    return [
        JobRow(row, operations.named(row.operation).of_one, charged.get(row.pk)) for row in rows
    ]


def _named(account: Account, public_id: str) -> list[Job]:
    try:
        return [_job(account, public_id)]
    except AppError:
        return []


def _trail(account: Account) -> list[LogEntry]:
    kind = ContentType.objects.get_for_model(Account)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(account.pk))
    return list(entries.select_related("user").order_by("-action_time", "-pk")[:_TRAIL])


# --- What they can do ------------------------------------------------------------------------------


def _retry(account: Account, form: Mapping[str, str], by: User) -> tuple[Any, str]:
    job = _job(account, form.get("job", ""))
    job_service.retry(job)
    return job, f"Queued {job.public_id} again."


def _cancel(account: Account, form: Mapping[str, str], by: User) -> tuple[Any, str]:
    job = _job(account, form.get("job", ""))
    job_service.cancel(job)
    return job, f"Cancelled {job.public_id}."


def _give_back(account: Account, form: Mapping[str, str], by: User) -> tuple[Any, str]:
    job, why = _job(account, form.get("job", "")), form.get("why", "").strip()[:300]
    if not why:
        raise AppError("VALIDATION_ERROR", "Say why the quota is given back.", status=400)
    amount = quotas.give_back(job.pk)
    if not amount:
        raise AppError("CONFLICT", "This job holds nothing that was charged.", status=409)
    return job, f"Gave back {amount} of {job.operation} for {job.public_id}: {why}"


def _switch_off(account: Account, form: Mapping[str, str], by: User) -> tuple[Any, str]:
    key = ApiKey.objects.filter(account=account, key_id=form.get("key", "")).first()
    if key is None:
        raise not_found("API key")
    if not ApiKey.objects.filter(pk=key.pk, enabled=True).update(enabled=False):
        raise AppError("CONFLICT", "This key is switched off already.", status=409)
    return key, f"Switched off the key “{key.name}” ({key.shown})."


def _allow(account: Account, form: Mapping[str, str], by: User) -> tuple[Any, str]:
    bound = exception_form(form)
    if not bound.is_valid():
        raise AppError("VALIDATION_ERROR", _first_error(bound), status=400)
    made: LimitException = bound.save(commit=False)
    made.account, made.created_by = account, by
    made.save()
    return made, f"Exception for {made.limit}: {made.amount:,} until {made.until}: {made.note}"


def exception_form(data: Mapping[str, str] | None = None) -> forms.ModelForm:  # type: ignore[type-arg]
    """A new exception to a limit, with a day and a reason."""
    made = LimitExceptionForm(data)
    made.fields["until"].widget.input_type = "date"
    return made


@dataclass(frozen=True)
class Act:
    permission: str
    do: Callable[[Account, Mapping[str, str], User], tuple[Any, str]]


ACTS = {
    "retry": Act("processing.change_job", _retry),
    "cancel": Act("processing.change_job", _cancel),
    "give-back": Act("accounts.change_account", _give_back),
    "switch-off": Act("accounts.change_apikey", _switch_off),
    "allow": Act("accounts.add_limitexception", _allow),
    "change-plan": Act("accounts.change_account", plans.change),
    "keep-plan": Act("accounts.change_account", plans.keep),
    "decline-plan": Act("accounts.change_account", plans.decline),
}


def act(request: HttpRequest, account: Account, name: str) -> str:
    """Do what was asked for and note it in the trail of the account, and of the row that it changed.

    Raises AppError for what can't be, PermissionDenied for what isn't theirs to do.
    """
    chosen = ACTS.get(name)
    if chosen is None:
        raise not_found("Action")
    by = request.user
    if not isinstance(by, User) or not by.has_perm(chosen.permission):
        raise PermissionDenied
    with transaction.atomic():
        # No row has null characters in it, and PostgreSQL can't be asked about them.
        form = {name: str(text).replace("\0", "") for name, text in request.POST.items()}
        row, done = chosen.do(account, form, by)
        if not isinstance(row, LimitException):
            admin.site.get_model_admin(type(row)).log_change(request, row, done)
        admin.site.get_model_admin(Account).log_change(request, account, done)
    return done


def may(request: HttpRequest) -> dict[str, bool]:
    """Which of all acts this person may do, by names that templates can spell."""
    return {
        name.replace("-", "_"): request.user.has_perm(one.permission) for name, one in ACTS.items()
    }


def _job(account: Account, public_id: str) -> Job:
    found: UUID | None = finding.row_id("job", public_id)
    rows = Job.objects.select_related("source", "account").filter(Q(account=account) & Q(pk=found))
    job = rows.first() if found else None
    if job is None:
        raise not_found("Job")
    return job


def _first_error(bound: forms.ModelForm) -> str:  # type: ignore[type-arg]
    field, problems = next(iter(bound.errors.items()))
    return f"{field}: {problems[0]}"
