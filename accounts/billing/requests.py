"""What owners ask for: another plan, which staff grant or decline."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.billing import telling
from accounts.models import Account, Plan, PlanRequest, RequestState, User
from config.errors import AppError, invalid, not_found


def last_of(account: Account) -> PlanRequest | None:
    """What was asked for last, whatever came of it."""
    return account.plan_requests.select_related("plan").first()


def open_of(account: Account) -> PlanRequest:
    """Raises AppError NOT_FOUND where nothing is asked for."""
    found = account.plan_requests.filter(state=RequestState.OPEN).first()
    if found is None:
        raise not_found("Request")
    return found


def request_for(account: Account, request_id: UUID) -> PlanRequest:
    """Raises AppError NOT_FOUND, also for other people's."""
    found = account.plan_requests.filter(pk=request_id).first()
    if found is None:
        raise not_found("Request")
    return found


def wanted(account: Account, slug: str) -> Plan:
    """The plan somebody may ask for. Raises AppError VALIDATION_ERROR for none, and for their own."""
    plan = Plan.objects.filter(slug=slug).first()
    if plan is None:
        raise invalid("plan", "There is no such plan.")
    if plan.pk == account.plan_id:
        raise invalid("plan", "This is the plan that the account has.")
    return plan


def ask(
    account: Account, plan: Plan, *, user: User, words: str = "", pk: UUID | None = None
) -> PlanRequest:
    """Write down what is asked for, and tell staff. Raises AppError CONFLICT where something is already."""
    made = PlanRequest(
        id=pk or uuid4(),
        account=account,
        plan=plan,
        plan_name=plan.name,
        user=user,
        words=words.strip(),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            telling.of_request(made, "asked")
    except IntegrityError as error:
        if not account.plan_requests.filter(state=RequestState.OPEN).exists():
            raise
        message = "Another plan is asked for already. Take that back first."
        raise AppError("CONFLICT", message, status=409) from error
    return made


def withdraw(request: PlanRequest) -> None:
    """Take it back. Raises AppError CONFLICT where it was decided meanwhile."""
    _decide(request, RequestState.WITHDRAWN)


def decline(request: PlanRequest, *, by: User | None, answer: str) -> None:
    """Say no, with a reason that the owner reads. Raises AppError VALIDATION_ERROR, CONFLICT."""
    if not answer.strip():
        raise invalid("answer", "Say why: the owner reads it.")
    with transaction.atomic():
        _decide(request, RequestState.DECLINED, by=by, answer=answer.strip()[:300])
        telling.of_request(request, "declined")


def _decide(
    request: PlanRequest, state: RequestState, by: User | None = None, answer: str = ""
) -> None:
    rows = PlanRequest.objects.filter(pk=request.pk, state=RequestState.OPEN)
    now = timezone.now()
    if not rows.update(state=state, decided_by=by, decided_at=now, answer=answer):
        raise AppError("CONFLICT", "This request was decided already.", status=409)
    request.refresh_from_db()
