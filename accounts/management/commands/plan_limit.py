"""``manage.py plan_limit PLAN OPERATION N``: what the administration also does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.limits import operations
from accounts.models import Plan, PlanLimit
from accounts.plans import DefaultPlan, default_plans


class Command(BaseCommand):
    help = (
        "Sets how often per month a plan allows an operation. Takes effect with the next request."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", help=", ".join(default_plans()))
        parser.add_argument("operation", help=", ".join(operations.metered()))
        parser.add_argument("monthly", type=int, help="0 or more")
        parser.epilog = "A new site starts with " + ", ".join(
            f"{plan.slug} ({_in_short(plan)})" for plan in default_plans().values()
        )

    def handle(self, *args: Any, **options: Any) -> None:
        plan, operation, monthly = options["plan"], options["operation"], options["monthly"]
        if not Plan.objects.filter(slug=plan).exists():
            known = ", ".join(Plan.objects.values_list("slug", flat=True))
            raise CommandError(f"There is no plan {plan!r}. Available plans: {known}.")
        if operation not in operations.metered():
            known = ", ".join(operations.metered())
            raise CommandError(
                f"{operation!r} is not a metered operation. Metered operations: {known}."
            )
        if monthly < 0:
            raise CommandError("A limit must be 0 or more.")
        PlanLimit.objects.update_or_create(
            plan_id=plan, operation=operation, defaults={"monthly": monthly}
        )
        self.stdout.write(f"{plan}: {operation}, {monthly} per month{_default(plan, operation)}.")


def _in_short(plan: DefaultPlan) -> str:
    return ", ".join(f"{operation} {monthly:,}" for operation, monthly in plan.limits.items())


def _default(plan: str, operation: str) -> str:
    """Say what a new site starts with, where it starts with such a plan."""
    known = default_plans().get(plan)
    if known is None:
        return ""
    return f" (by default {known.limits.get(operation, 'not included')})"
