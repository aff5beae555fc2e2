from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_editors(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Members did all the work so far, and go on with it."""
    members: Any = apps.get_model("accounts", "Member")
    members.objects.filter(role="member").update(role="editor")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0020_quota_notices")]

    operations = [
        migrations.RemoveConstraint(model_name="member", name="one_owner"),
        migrations.AddField(
            model_name="member",
            name="chosen_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="member",
            name="role",
            field=models.CharField(
                choices=[("owner", "Owner"), ("editor", "Editor"), ("viewer", "Viewer")],
                default="editor",
                max_length=10,
            ),
        ),
        migrations.RunPython(name_editors, migrations.RunPython.noop),
    ]
