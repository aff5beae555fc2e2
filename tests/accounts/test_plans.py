"""What plans a site starts with, and that its own numbers are never overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader

from accounts import plans
from accounts.limits.operations import metered
from accounts.models import Plan, PlanLimit

pytestmark = pytest.mark.django_db

Limits = dict[tuple[str, str], int]


@pytest.fixture(autouse=True)
def _file_read_anew() -> Iterator[None]:
    yield
    plans.default_plans.cache_clear()


def limits() -> Limits:
    rows = PlanLimit.objects.values_list("plan", "operation", "monthly")
    return {(plan, operation): monthly for plan, operation, monthly in rows}


def limits_of_the_file() -> Limits:
    return {
        (plan.slug, operation): monthly
        for plan in plans.default_plans().values()
        for operation, monthly in plan.limits.items()
    }


def migrate_data() -> None:
    """Run every step of the app's migrations that changes rows, in their order."""
    migrations = MigrationLoader(None).disk_migrations
    for (app, _), migration in sorted(migrations.items(), key=lambda one: one[0]):
        for step in migration.operations:
            if app == "accounts" and isinstance(step, RunPython):
                step.code(apps, None)


def test_a_new_site_has_the_plans_of_the_file_and_no_other() -> None:
    Plan.objects.all().delete()
    migrate_data()
    assert list(Plan.objects.values_list("slug", "name", "position")) == [
        ("free", "Free", 0),
        ("pro", "Pro", 1),
        ("enterprise", "Enterprise", 2),
    ]
    assert limits() == limits_of_the_file()


def test_a_new_site_allows_what_it_always_did() -> None:
    Plan.objects.all().delete()
    migrate_data()
    small = {"edit": 50, "enhance": 50, "generate-background": 20, "upscale": 20, "remove-text": 20}
    large = {"generate-background": 1_000, "upscale": 1_000, "remove-text": 1_000}
    free = {"remove-background": 100, "replace-background": 100, "generate-listing": 50, **small}
    assert limits() == {
        **{("free", operation): free[operation] for operation in metered()},
        **{("pro", operation): large.get(operation, 5_000) for operation in metered()},
        **{("enterprise", operation): 1_000_000 for operation in metered()},
    }


def test_every_plan_names_every_operation() -> None:
    for plan in plans.default_plans().values():
        assert sorted(plan.limits) == sorted(metered()), plan.slug


def test_a_new_site_takes_over_what_the_file_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plans.toml"
    file.write_text('[trial]\nname = "Trial"\n[trial.limits]\nupscale = 3\n')
    monkeypatch.setattr(plans, "FILE", file)
    plans.default_plans.cache_clear()
    Plan.objects.all().delete()
    migrate_data()
    assert list(Plan.objects.values_list("slug", "name")) == [("trial", "Trial")]
    assert limits() == {("trial", "upscale"): 3}


def test_numbers_that_staff_changed_stay() -> None:
    PlanLimit.objects.filter(plan="free", operation="edit").update(monthly=7)
    Plan.objects.filter(slug="pro").update(name="Studio", position=9)
    before = limits()
    plans.seed(apps)
    assert limits() == before | limits_of_the_file() | {("free", "edit"): 7}
    assert Plan.objects.get(slug="pro").name == "Studio"


def test_a_new_operation_brings_back_neither_plans_nor_other_limits() -> None:
    plans.seed(apps)
    Plan.objects.filter(slug="pro").delete()
    PlanLimit.objects.filter(operation__in=["edit", "upscale"]).delete()
    before = limits()
    plans.add_limits("upscale").code(apps, None)
    assert limits() == before | {("free", "upscale"): 20, ("enterprise", "upscale"): 1_000_000}


def test_a_misspelled_operation_is_refused() -> None:
    with pytest.raises(ValueError, match="free: 'upscail' is not an operation that is counted"):
        plans.read('[free]\nname = "Free"\n[free.limits]\nupscail = 3\n')
