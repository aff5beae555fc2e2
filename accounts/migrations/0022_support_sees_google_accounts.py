"""The group "Support" of a site that has it already may look at who signs in with Google."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations

from accounts import groups


def add(apps: Apps, _: Any) -> None:
    groups.let_support(apps, "socialaccount", "socialaccount", "view")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0021_roles")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
