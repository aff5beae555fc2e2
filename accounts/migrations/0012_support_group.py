"""The group "Support"; staff may change it afterwards."""

from django.db import migrations

from accounts import groups


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_limit_exceptions"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunPython(lambda apps, _: groups.seed(apps), migrations.RunPython.noop)
    ]
