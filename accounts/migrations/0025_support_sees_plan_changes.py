"""The group "Support" of a site that has it already may look at changes of plans and at requests."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations

from accounts import groups


def add(apps: Apps, _: Any) -> None:
    for model in ("planchange", "planrequest"):
        groups.let_support(apps, "accounts", model, "view")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_plan_changes")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
