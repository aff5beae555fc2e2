from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def mark(apps: Any, schema_editor: Any) -> None:
    """Say of which cutout 0007 was unsure, so that it is not doubted again once it was looked at."""
    images = apps.get_model("media_library", "Image").objects
    newest = images.filter(parent=OuterRef("pk"), deleted_at=None, kind="derived")
    newest = newest.order_by("-created_at", "-id").values("uncertainty")[:1]
    unmarked = images.filter(needs_look="unsure", doubt_mark="").annotate(doubt=Subquery(newest))
    for pk, doubt in unmarked.exclude(doubt=None).values_list("pk", "doubt"):
        images.filter(pk=pk).update(doubt_mark=f"unsure:{doubt:.4f}")


class Migration(migrations.Migration):

    dependencies = [
        ('media_library', '0013_data_exports'),
    ]

    operations = [
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
