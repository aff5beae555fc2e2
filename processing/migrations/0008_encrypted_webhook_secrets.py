"""Secrets of webhooks are encrypted; those that stood for their own bytes become base64."""

from __future__ import annotations

import base64
from typing import Any

from django.db import migrations, models

from config import encryption

COLUMNS = ("encrypted_secret", "encrypted_previous_secret")


def encrypt(apps: Any, schema_editor: Any) -> None:
    _change_all(apps, lambda text: encryption.encrypt(_standard(text)))


def decrypt(apps: Any, schema_editor: Any) -> None:
    _change_all(apps, encryption.decrypt)


def _standard(secret: str) -> str:
    """The same key, written as receivers' libraries read it."""
    if not secret or secret.startswith("whsec_"):
        return secret
    return f"whsec_{base64.b64encode(secret.encode()).decode()}"


def _change_all(apps: Any, change: Any) -> None:
    rows = apps.get_model("processing", "WebhookEndpoint").objects
    for row in list(rows.values("pk", *COLUMNS)):
        rows.filter(pk=row["pk"]).update(**{name: change(row[name]) for name in COLUMNS})


class Migration(migrations.Migration):
    dependencies = [("processing", "0007_slow_webhooks")]

    operations = [
        migrations.RenameField("webhookendpoint", "secret", "encrypted_secret"),
        migrations.RenameField("webhookendpoint", "previous_secret", "encrypted_previous_secret"),
        migrations.AlterField("webhookendpoint", "encrypted_secret", models.TextField()),
        migrations.AlterField(
            "webhookendpoint", "encrypted_previous_secret", models.TextField(blank=True, default="")
        ),
        migrations.RunPython(encrypt, decrypt),
    ]
