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
                default="USD", help_text='ISO code of the currency for prices.', max_length=3
            ),
        ),
        plans.add_limits("generate-listing"),
    ]
