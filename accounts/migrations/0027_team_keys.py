from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0026_invitations'),
    ]

    operations = [
        migrations.AddField(
            model_name='teamevent',
            name='keys',
            field=models.PositiveIntegerField(null=True, verbose_name='API keys'),
        ),
        migrations.AlterField(
            model_name='teamevent',
            name='act',
            field=models.CharField(choices=[('invited', 'invited'), ('resent', 'invited again'), ('revoked', 'took the invitation back'), ('joined', 'joined'), ('role', 'changed the role'), ('removed', 'removed'), ('left', 'left'), ('keys_ended', 'ended API keys'), ('keys_fewer', 'left API keys only reading'), ('keys_kept', 'took over API keys')], max_length=10),
        ),
    ]
