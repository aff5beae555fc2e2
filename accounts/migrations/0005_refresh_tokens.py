import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_batches_and_idempotency")]

    operations = [
        migrations.CreateModel(
            name="RefreshToken",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="refresh_token",
                        serialize=False,
                        to="accounts.session",
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("rotated_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
    ]
