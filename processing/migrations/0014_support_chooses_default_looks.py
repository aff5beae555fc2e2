"""The group "Support" of a site that has it already may see and change accounts' default looks."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations

from accounts import groups


def add(apps: Apps, _: Any) -> None:
    groups.let_support(apps, "processing", "brandkit", "view", "change")


class Migration(migrations.Migration):
    dependencies = [("processing", "0013_resources"), ("accounts", "0020_quota_notices")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
