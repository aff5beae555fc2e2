from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("media_library", "0010_masks")]

    operations = [
        migrations.AlterField(
            model_name="image",
            name="kind",
            field=models.CharField(
                choices=[
                    ("original", "Original"),
                    ("derived", "Derived"),
                    ("mask", "Mask"),
                    ("material", "Material"),
                ],
                default="original",
                max_length=8,
            ),
        ),
        migrations.RemoveConstraint(model_name="image", name="image_one_result_per_job"),
        migrations.AddConstraint(
            model_name="image",
            constraint=models.UniqueConstraint(
                condition=Q(kind__in=("derived", "material")),
                fields=("job_id",),
                name="image_one_result_per_job",
            ),
        ),
    ]
