"""The group "Support" of a site that has it already may look at what staff did."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations

from accounts import groups


def add(apps: Apps, _: Any) -> None:
    groups.let_support(apps, "admin", "logentry", "view")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_tryouts")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
