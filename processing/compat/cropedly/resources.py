"""Reference images: the same rows as the native API's, on plans that have room for them."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Account
from config.api.ids import decoded
from config.errors import AppError
from media_library.intake.uploads import UploadLimits, incoming, site_limits
from processing.compat.cropedly import answers
from processing.compat.cropedly.dialect import DIALECT
from processing.compat.cropedly.views import FIELD, CropedlyView
from processing.compat.fields import Fields, wrong
from processing.models import Resource
from processing.services.backgrounds import resources
from processing.services.backgrounds.resources import ResourceDetails


class ResourceView(CropedlyView):
    http_method_names = ["get", "post", "delete"]

    @property
    def account(self) -> Account:
        account = super().account
        resources.check_plan(account, reading=self.request.method == "GET")
        return account

    def shown(self, row: Resource) -> dict[str, Any]:
        picture = answers.picture(row.image, base=self.base, id=row.public_id)
        return {**picture, "name": row.name, "role": row.role, "tags": row.tags}


class Upload(ResourceView):
    @classmethod
    def upload_limits(cls) -> UploadLimits:
        return site_limits()

    def post(self, request: Request) -> Response:
        account, files = self.account, Fields.from_form(request).files(FIELD)
        if not files:
            raise wrong(FIELD, "must have at least one file")
        most = DIALECT.max_file_bytes
        sent = [incoming(file, FIELD, max_bytes=most) for file in files]
        resources.upload(account, sent, ResourceDetails())
        return Response(status=204)


class Resources(ResourceView):
    def get(self, request: Request) -> Response:
        return Response([self.shown(row) for row in resources.own(self.account)])

    def delete(self, request: Request) -> Response:
        account = self.account
        given = ",".join(request.query_params.getlist("ids")).split(",")
        ids = [one.strip() for one in given if one.strip()]
        if not ids:
            message = "ids must name at least one image"
            raise AppError("VALIDATION_ERROR", message, fields={"ids": ["Required."]})
        resources.remove(account, [decoded("res", one, "Resource") for one in ids])
        return Response(status=204)


class OneResource(ResourceView):
    def get(self, request: Request, resource_id: str) -> Response:
        pk = decoded("res", resource_id, "Resource")
        return Response(self.shown(resources.resource_for(self.account, pk)))
