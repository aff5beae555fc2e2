"""The currency an account sells in, and how many listings its plan may have written a month."""

from django.db import migrations, models

from accounts import plans


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
        plans.add_limits("generate-listing"),
    ]
