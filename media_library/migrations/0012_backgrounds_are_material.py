from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, OuterRef


def tell_apart(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Backgrounds are material from now on, unless somebody has worked on them as on a picture."""
    Image = apps.get_model("media_library", "Image")
    Background = apps.get_model("media_library", "Background")
    images = Image.objects.filter(Exists(Background.objects.filter(image=OuterRef("pk"))))
    worked_on = Image.objects.filter(parent=OuterRef("pk"))
    images.filter(~Exists(worked_on), kind__in=("original", "derived")).update(kind="material")


def tell_no_more(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Image = apps.get_model("media_library", "Image")
    Image.objects.filter(kind="material", job_id=None).update(kind="original")
    Image.objects.filter(kind="material").update(kind="derived")


class Migration(migrations.Migration):
    dependencies = [("media_library", "0011_material")]

    operations = [migrations.RunPython(tell_apart, tell_no_more)]
