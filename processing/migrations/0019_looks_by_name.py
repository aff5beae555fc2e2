from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0018_rating_scores_and_authorization'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='preset',
            options={'ordering': ['name', 'id'], 'verbose_name': 'look'},
        ),
    ]
