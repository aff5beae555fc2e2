"""What the plans a site starts with allow of everything beyond cutting out."""

from django.db import migrations

LIMITS = {
    "edit": (50, 5_000, 1_000_000),
    "generate-background": (20, 1_000, 1_000_000),
    "replace-background": (100, 5_000, 1_000_000),
    "upscale": (20, 1_000, 1_000_000),
    "remove-text": (20, 1_000, 1_000_000),
}


def add_limits(apps, schema_editor):
    plans = apps.get_model("accounts", "Plan").objects
    limit_model = apps.get_model("accounts", "PlanLimit")
    for operation, monthly in LIMITS.items():
        for slug, amount in zip(("free", "pro", "enterprise"), monthly, strict=True):
            if plan := plans.filter(slug=slug).first():
                limit_model.objects.get_or_create(
                    plan=plan, operation=operation, defaults={"monthly": amount}
                )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_plans")]
    operations = [migrations.RunPython(add_limits, migrations.RunPython.noop)]
