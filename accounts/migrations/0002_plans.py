"""The plans a site starts with. Staff change them in the administration; this never runs twice."""

from django.db import migrations

PLANS = [("free", "Free", 100), ("pro", "Pro", 5_000), ("enterprise", "Enterprise", 1_000_000)]


def add_plans(apps, schema_editor):
    plan_model = apps.get_model("accounts", "Plan")
    limit_model = apps.get_model("accounts", "PlanLimit")
    for position, (slug, name, monthly) in enumerate(PLANS):
        plan, _ = plan_model.objects.get_or_create(
            slug=slug, defaults={"name": name, "position": position}
        )
        limit_model.objects.get_or_create(
            plan=plan, operation="remove-background", defaults={"monthly": monthly}
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(add_plans, migrations.RunPython.noop)]
