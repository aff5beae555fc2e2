"""The currency an account sells in, and how many listings its plan may have written a month."""

from django.db import migrations, models

# The amounts that plans start with; staff change them in the administration.
GENERATED = {"free": 50, "pro": 5_000, "enterprise": 1_000_000}


def add_limits(apps, schema_editor):
    plans = apps.get_model("accounts", "Plan").objects
    limits = apps.get_model("accounts", "PlanLimit").objects
    for slug, monthly in GENERATED.items():
        if plan := plans.filter(slug=slug).first():
            limits.get_or_create(
                plan=plan, operation="generate-listing", defaults={"monthly": monthly}
            )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_refresh_tokens")]
    operations = [
        migrations.AddField(
            model_name="account",
            name="currency",
            field=models.CharField(
                default="USD", help_text="What prices are in, by its ISO code.", max_length=3
            ),
        ),
        migrations.RunPython(add_limits, migrations.RunPython.noop),
    ]
