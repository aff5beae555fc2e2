from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, OuterRef


def tell_apart(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Logos are material from now on, unless somebody has worked on them as on a picture."""
    Image = apps.get_model("media_library", "Image")
    logo = apps.get_model("processing", "BrandKit").objects.filter(logo=OuterRef("pk"))
    worked_on = apps.get_model("processing", "Job").objects.filter(source=OuterRef("pk"))
    images = Image.objects.filter(Exists(logo), ~Exists(worked_on), kind="original")
    images.update(kind="material")


class Migration(migrations.Migration):
    dependencies = [
        ("media_library", "0012_backgrounds_are_material"),
        ("processing", "0011_project_looks"),
    ]

    # The way back is that of media_library, which makes pictures of all material.
    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop)]
