#!/usr/bin/env bash
# Of a pydantic class that a POST and a PATCH name as their body, the second OpenAPI document says something else
# than the first.
#
# drf-spectacular 0.30.0 with pydantic 2.14.4, Django REST framework 3.18.3, Django 5.2.19
#
# Guess: views that don't change are described alike each time; and as pydantic requires the same members
# of a PATCH's body as of a POST's, one component serves both.
# Seen: the PATCH gets a component of its own, "PatchedCrop", which requires all that "Crop" requires. To make it,
# the class itself is marked as partial, and stays so: from the second document of a process on, the POST has
# "PatchedCrop" too, and "Crop" is gone. A client generated from a running site has other types than one generated
# from a file written at build time.
# So: give a PATCH's body a class of its own, if only an empty subclass, or compare two documents of one process.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check django==5.2.19 djangorestframework==3.18.3 drf-spectacular==0.30.0 pydantic==2.14.4
"$tmp/venv/bin/python" - >"$tmp/seen" 2>"$tmp/log" <<'PY' || { cat "$tmp/log"; exit 1; }
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["rest_framework", "drf_spectacular"],
    ROOT_URLCONF=__name__,
    REST_FRAMEWORK={
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
    },
)
import django

django.setup()
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel
from rest_framework.views import APIView


class Crop(BaseModel):
    width: int
    height: int


class Crops(APIView):
    @extend_schema(request=Crop, responses=None)
    def post(self, request):
        """Make one."""

    @extend_schema(request=Crop, responses=None)
    def patch(self, request):
        """Change one."""


urlpatterns = [path("crops", Crops.as_view())]


def bodies():
    document = SchemaGenerator().get_schema(request=None, public=True)
    for method in ("post", "patch"):
        body = document["paths"]["/crops"][method]["requestBody"]
        [content] = {str(one["schema"]["$ref"].split("/")[-1]) for one in body["content"].values()}
        print(method, content, document["components"]["schemas"][content]["required"])


for number in (1, 2):
    print("document", number)
    bodies()
PY
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
document 1
post Crop ['width', 'height']
patch PatchedCrop ['width', 'height']
document 2
post PatchedCrop ['width', 'height']
patch PatchedCrop ['width', 'height']
END
