"""Secrets of authenticator apps and recovery codes, which stood in the table as they are."""

from django.db import migrations

from accounts.signing import second_factor
from config import encryption


def encrypt(apps, _):
    second_factor.convert(apps.get_model("mfa", "Authenticator"), encryption.encrypt)


def decrypt(apps, _):
    second_factor.convert(apps.get_model("mfa", "Authenticator"), encryption.decrypt)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_deleting_accounts"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [migrations.RunPython(encrypt, decrypt)]
