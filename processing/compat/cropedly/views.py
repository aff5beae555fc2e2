"""The endpoints, each a translation of a request into a command or a service's call."""

from __future__ import annotations

from typing import Any

from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from accounts.models import Account
from accounts.services import account_of
from accounts.signing import lasting_jwt, sign_in
from config.api.ids import decoded
from config.errors import AppError
from media_library.intake.uploads import UploadLimits
from processing.compat.cropedly import answers
from processing.compat.cropedly.access import MayCall, TokenAuthentication, check_may_call
from processing.compat.cropedly.dialect import DIALECT, RATE_GROUP
from processing.compat.fields import Fields, wrong
from processing.compat.jobs import wait_for_all
from processing.compat.views import DialectView
from processing.services import jobs
from processing.services.appearance import default_look
from processing.services.batching import batch_uploads, batches

FIELD = "images"
_LONGEST_PASSWORD = 1024


class CropedlyView(DialectView):
    """What the endpoints share: forms alone come in."""

    dialect = DIALECT
    authentication_classes = [TokenAuthentication]
    permission_classes = [MayCall]
    parser_classes = [MultiPartParser]
    rate_group: str | dict[str, str] = RATE_GROUP
    max_files = 0

    @property
    def account(self) -> Account:
        return caller(self.request).account


class Login(CropedlyView):
    authentication_classes = []
    permission_classes = [AllowAny]
    # Guessing passwords is counted together with the other doors' attempts.
    rate_group = {"POST": "auth"}

    def post(self, request: Request) -> Response:
        fields, page = Fields.from_form(request), request._request
        user = sign_in.check_credentials(
            page,
            email=_needed(fields, "email"),
            password=_needed(fields, "password"),
            code=fields.text("code") or "",
        )
        check_may_call(page, account_of(user))
        return Response({"token": lasting_jwt.sign_in(page, user)})


class Images(CropedlyView):
    """A photo that can't be read fails in its place; what isn't done in time goes on (``OneImage``)."""

    @classmethod
    def upload_limits(cls) -> UploadLimits:
        return batch_uploads.batch_limits(cls.dialect.max_file_bytes)

    def post(self, request: Request) -> Response:
        files, most = Fields.from_form(request).files(FIELD), DIALECT.max_file_bytes
        if not files:
            raise wrong(FIELD, "must have at least one file")
        command = default_look.work(self.account, field=FIELD)
        with batch_uploads.uploaded_members(
            self.account, files, max_bytes=most, field=FIELD
        ) as members:
            batch = batches.submit(caller(request), command, pictures=members)
        wait_for_all(batch)
        rows = batch.items.select_related("job__result").order_by("position")
        return Response([self._shown(row) for row in rows])

    def _shown(self, row: Any) -> dict[str, Any]:
        if row.job is None:
            return answers.failed(None, row.error_code, row.error) | {"name": row.name}
        return answers.enhanced(row.job, base=self.base) | {"name": row.name}


class OneImage(CropedlyView):
    """Not in the vendor's document: how what wasn't done in time is asked for again."""

    def get(self, request: Request, image_id: str) -> Response:
        job = jobs.job_for(self.account, decoded("job", image_id, "Image"))
        return Response(answers.enhanced(job, base=self.base))


def _needed(fields: Fields, name: str) -> str:
    value = fields.text(name, most=_LONGEST_PASSWORD)
    if value is None:
        raise AppError(
            "VALIDATION_ERROR", f"{name} must be given", fields={name: ["This field is required."]}
        )
    return value
