from django.db import migrations

from accounts.plans import add_limits


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0022_support_sees_google_accounts"),
    ]

    operations = [
        add_limits("enhance"),
    ]
