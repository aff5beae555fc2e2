from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ('media_library', '0002_projects_and_backgrounds'),
        ('processing', '0003_batches_and_webhooks'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='job',
            name='job_result_if_and_only_if_completed',
        ),
        migrations.RemoveIndex(
            model_name='job',
            name='job_open',
        ),
        migrations.AlterField(
            model_name='job',
            name='source',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='media_library.image'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'completed'), ('result__isnull', True), _connector='OR'), name='job_result_only_if_completed'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('state', 'processing')), fields=['account'], name='job_running'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['batch', 'queued_at'], name='job_pending'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('batch__isnull', False)), fields=['account', '-started_at'], name='job_of_batch_started'),
        ),
    ]
