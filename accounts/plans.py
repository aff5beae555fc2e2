"""The plans of a new site, read from plans.toml by migrations, commands and tests alike."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.apps.registry import Apps
from django.db.migrations import RunPython

from accounts.limits.operations import metered

FILE: Final = Path(__file__).with_name("plans.toml")


@dataclass(frozen=True)
class DefaultPlan:
    """A plan as new sites get it."""

    slug: str
    name: str
    limits: dict[str, int]  # how often a month, by operation
    resources: int = 0  # how many reference images


@cache
def default_plans() -> dict[str, DefaultPlan]:
    """Read the plans by slug, the smallest first."""
    return read(FILE.read_text())


def read(text: str) -> dict[str, DefaultPlan]:
    """Read plans from TOML. Raises ValueError for an operation that nothing counts."""
    found = {slug: DefaultPlan(slug, **fields) for slug, fields in tomllib.loads(text).items()}
    for plan in found.values():
        if unknown := sorted(set(plan.limits) - set(metered())):
            raise ValueError(f"{plan.slug}: {unknown[0]!r} is not an operation that is counted.")
    return found


def seed(apps: Apps) -> None:
    """Add every plan and limit that is missing. What is there stays as it is."""
    _add_plans(apps)
    _add_limits(apps, metered())


def add_plans() -> RunPython:
    """Build the step of a migration that adds the plans, without limits."""
    return RunPython(lambda apps, _: _add_plans(apps), RunPython.noop)


def add_limits(*operations: str) -> RunPython:
    """Build the step of a migration that adds the plans' limits of new operations.

    A step names its operations, and so runs once for each: a limit that staff took from a plan
    doesn't come back with the next operation.
    """
    return RunPython(lambda apps, _: _add_limits(apps, operations), RunPython.noop)


def add_resources() -> RunPython:
    """Build the step of a migration that says of each plan how many reference images it has room for."""
    return RunPython(lambda apps, _: _add_resources(apps), RunPython.noop)


def _add_resources(apps: Apps) -> None:
    plans: Any = apps.get_model("accounts", "Plan")
    for plan in default_plans().values():
        plans.objects.filter(slug=plan.slug).update(resources=plan.resources)


def _add_plans(apps: Apps) -> None:
    plans: Any = apps.get_model("accounts", "Plan")
    for position, plan in enumerate(default_plans().values()):
        plans.objects.get_or_create(
            slug=plan.slug, defaults={"name": plan.name, "position": position}
        )


def _add_limits(apps: Apps, operations: Iterable[str]) -> None:
    plans: Any = apps.get_model("accounts", "Plan")
    limits: Any = apps.get_model("accounts", "PlanLimit")
    for row in plans.objects.filter(slug__in=default_plans()):
        defaults = default_plans()[row.slug].limits
        for operation in operations:
            if operation in defaults:
                limits.objects.get_or_create(
                    plan=row, operation=operation, defaults={"monthly": defaults[operation]}
                )
