import uuid

from django.db import migrations, models


def number(apps, schema_editor):
    """Give each origin that is named already an id of its own."""
    origins = apps.get_model("accounts", "WebOrigin")
    for row in origins.objects.all():
        row.uid = uuid.uuid4()
        row.save(update_fields=["uid"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0017_support_sees_the_trail'),
    ]

    operations = [
        migrations.AddField('weborigin', 'uid', models.UUIDField(null=True, editable=False)),
        migrations.RunPython(number, migrations.RunPython.noop),
        migrations.AlterField('weborigin', 'uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
        migrations.AddField('weborigin', 'verified_at', models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField('weborigin', 'method', models.CharField(blank=True, choices=[('dns', 'DNS'), ('file', 'File')], default='', editable=False, max_length=4)),
        migrations.AddField('weborigin', 'checked_at', models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField('weborigin', 'check_due_at', models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField('weborigin', 'missing_since', models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddIndex('weborigin', models.Index(condition=models.Q(('check_due_at__isnull', False)), fields=['check_due_at'], name='web_origin_check_due')),
    ]
