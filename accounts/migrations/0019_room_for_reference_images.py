from django.db import migrations, models

from accounts import plans


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0018_proven_web_origins'),
    ]

    operations = [
        migrations.AddField(
            model_name='plan',
            name='resources',
            field=models.PositiveIntegerField(default=0, help_text='Maximum number that an account may keep.', verbose_name='reference images'),
        ),
        plans.add_resources(),
    ]
