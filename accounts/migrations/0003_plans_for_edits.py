"""What the plans a site starts with allow of everything beyond cutting out."""

from django.db import migrations

from accounts import plans


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_plans")]
    operations = [
        plans.add_limits(
            "edit", "generate-background", "replace-background", "upscale", "remove-text"
        )
    ]
