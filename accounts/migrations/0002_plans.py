"""The plans a site starts with. Staff change them in the administration; this never runs twice."""

from django.db import migrations

from accounts import plans


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [plans.add_plans(), plans.add_limits("remove-background")]
