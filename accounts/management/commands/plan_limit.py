"""``manage.py plan_limit PLAN OPERATION N``: what the administration also does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.limits.operations import METERED_OPERATIONS
from accounts.models import Plan, PlanLimit


class Command(BaseCommand):
    help = "Sets how often a month a plan allows an operation. It counts from the next request."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", help="free, pro or enterprise")
        parser.add_argument("operation", help=", ".join(METERED_OPERATIONS))
        parser.add_argument("monthly", type=int, help="0 or more")

    def handle(self, *args: Any, **options: Any) -> None:
        plan, operation, monthly = options["plan"], options["operation"], options["monthly"]
        if not Plan.objects.filter(slug=plan).exists():
            known = ", ".join(Plan.objects.values_list("slug", flat=True))
            raise CommandError(f"There is no plan {plan!r}. Plans: {known}.")
        if operation not in METERED_OPERATIONS:
            known = ", ".join(METERED_OPERATIONS)
            raise CommandError(f"{operation!r} is not counted. Operations: {known}.")
        if monthly < 0:
            raise CommandError("A limit is 0 or more.")
        PlanLimit.objects.update_or_create(
            plan_id=plan, operation=operation, defaults={"monthly": monthly}
        )
        self.stdout.write(f"{plan}: {operation}, {monthly} a month.")
