"""Ratings of results, which support sees and marks."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models

from accounts import groups


def add(apps: Apps, _: Any) -> None:
    groups.let_support(apps, "processing", "rating", "view", "change")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0021_roles'),
        ('media_library', '0015_tags_and_favorites'),
        ('processing', '0014_support_chooses_default_looks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(blank=True, default='', max_length=40)),
                ('verdict', models.CharField(choices=[('good', 'Good'), ('bad', 'Bad')], max_length=4)),
                ('reason', models.CharField(blank=True, choices=[('edges', 'Edges'), ('missing-part', 'A part is missing'), ('left-over', 'Something is left over'), ('color', 'Color'), ('shadow', 'Shadow'), ('other', 'Something else')], default='', max_length=12)),
                ('note', models.CharField(blank=True, default='', max_length=1000)),
                ('may_show', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='accounts.account')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('image', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rating', to='media_library.image')),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='processing.job')),
                ('looked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-updated_at', '-id'],
                'indexes': [models.Index(fields=['-updated_at', '-id'], name='rating_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'bad'), models.Q(('reason', ''), _negated=True)), models.Q(('reason', ''), ('verdict', 'good')), _connector='OR'), name='rating_bad_has_reason')],
            },
        ),
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
