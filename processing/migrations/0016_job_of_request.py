"""An index by which support finds the job of a request."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0021_roles'),
        ('media_library', '0015_tags_and_favorites'),
        ('processing', '0015_ratings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['request_id'], name='job_of_request'),
        ),
    ]
