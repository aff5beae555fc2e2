"""The endpoints, each a translation of a request into a command and of a job into an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, QueryDict
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.scopes import ACCOUNT_READ, JOBS_WRITE
from accounts.http import caller
from accounts.limits import quotas
from accounts.limits.operations import EDIT, REMOVE_BACKGROUND
from accounts.limits.throttles import RateThrottle
from config.errors import AppError
from processing.commands import Command, Edit
from processing.compat.base64_files import FilesJSONParser, max_json
from processing.compat.fields import MAX_URL, Fields, ParameterError
from processing.compat.jobs import result_of, submit
from processing.compat.photoroom import answers, errors
from processing.compat.photoroom.access import (
    KeyAuthentication,
    KeyOrQueryAuthentication,
    SandboxThrottle,
    check_may_edit,
    may_edit,
    sandbox,
)
from processing.compat.photoroom.dialect import DIALECT, RATE_GROUP
from processing.compat.photoroom.edit import EditRequest, bare_plan, read_edit
from processing.compat.photoroom.headers import edge_of, unsupported_headers
from processing.compat.photoroom.pictures import main_picture, missing
from processing.compat.photoroom.segment import FILE_BASE64, read_image, read_segment
from processing.compat.pictures import PictureParam, uploaded_images
from processing.compat.views import DialectView
from processing.engine.plans.edit import EditPlan
from processing.models import Job
from processing.services import jobs
from processing.services.appearance import presets


class PhotoroomView(DialectView):
    """What the endpoints share."""

    dialect = DIALECT
    authentication_classes = [KeyAuthentication]
    throttle_classes = [RateThrottle, SandboxThrottle]
    parser_classes = [MultiPartParser, FormParser]
    rate_group = RATE_GROUP
    scope = JOBS_WRITE

    def fields(self) -> Fields:
        """Of a POST the form or the JSON, of a GET the query."""
        if self.request.method != "POST":
            return Fields.of_query(self.request)
        if isinstance(self.request.data, QueryDict):
            return Fields.from_form(self.request)
        return Fields.from_json(self.request)

    def done(self, command_for: Callable[[list[str]], Command], sent: list[PictureParam]) -> Job:
        """The job on the first picture sent, the others being named by their ids in its command.

        It may still be open when the time to wait is over.
        """
        who = caller(self.request)
        with uploaded_images(who.account, sent) as images:
            source, *others = images
            command = command_for([str(image.pk) for image in others])
            _check(command)
            return submit(
                who,
                command,
                source,
                uploaded=images,
                counts_anyway=self.dialect.sells_calls,
            )


def _check(command: Command) -> None:
    """What this site lacks is nothing that a caller of this door could have asked otherwise."""
    try:
        jobs.check(command)
    except AppError as error:
        raise AppError("NOT_AVAILABLE", error.message, status=500) from error


class Segment(PhotoroomView):
    error_format = errors.FLAT
    parser_classes = [MultiPartParser, FormParser, FilesJSONParser]
    base64_files = (FILE_BASE64,)

    @classmethod
    def max_body(cls, content_type: str) -> int:
        largest = super().max_body(content_type)
        if content_type != FilesJSONParser.media_type:
            return largest
        return max(largest, max_json(cls.dialect.max_file_bytes, len(cls.base64_files)))

    def post(self, request: Request) -> HttpResponse:
        fields = self.fields()
        image = read_image(fields)
        command = read_segment(fields, edge=edge_of(request.headers), watermark=sandbox(request))
        job = self.done(lambda _: command, [image])
        response = answers.picture_or_json(request._request, result_of(job))
        answers.tell_uncertainty(response, job)
        answers.tell_unsupported(
            response, fields.unsupported + unsupported_headers(request.headers)
        )
        return response


class AccountView(PhotoroomView):
    scope = ACCOUNT_READ

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> Any:
        if request.authenticators and not request.successful_authenticator:
            raise ParameterError("apiKey", "apiKey: Required")
        return super().permission_denied(request, message=message, code=code)

    def standing(self, operation: str) -> dict[str, int]:
        """What is left of the month's quota, and all of it."""
        who = caller(self.request)
        lines = {line.operation: line for line in quotas.overview(who.account)}
        if operation not in lines or (operation == EDIT and not may_edit(who)):
            return {"available": 0, "subscription": 0}
        line = lines[operation]
        return {"available": line.remaining, "subscription": line.limit}


class AccountV1(AccountView):
    def get(self, request: Request) -> Response:
        return Response({"credits": self.standing(REMOVE_BACKGROUND)})


class AccountV2(AccountView):
    def get(self, request: Request) -> Response:
        plan = caller(request).account.plan_id
        return Response({"images": self.standing(EDIT), "plan": plan})


class EditingView(PhotoroomView):
    """What ``/v2/edit`` and its ancestor share."""

    def template(self, fields: Fields) -> EditPlan | None:
        """The preset that ``templateId`` names."""
        preset_id = fields.uuid("templateId")
        if preset_id is None:
            return None
        try:
            return presets.plan_of(presets.preset_for(caller(self.request).account, preset_id))
        except AppError as error:
            raise ParameterError("templateId", f"templateId: {error.message}") from error

    def edited(self, main: PictureParam, asked: EditRequest, fields: Fields) -> HttpResponse:
        check_may_edit(caller(self.request))

        def command_for(ids: list[str]) -> Edit:
            return asked.command(ids, watermark=sandbox(self.request))

        job = self.done(command_for, [main, *asked.others])
        result = result_of(job)
        response = answers.picture(result)
        answers.tell_of_edit(response, job, asked.plan)
        answers.tell_unsupported(
            response, fields.unsupported + unsupported_headers(self.request.headers)
        )
        if self.request.method == "GET":
            answers.tell_page(response, self.request._request, result)
        return response


class EditView(EditingView):
    def get(self, request: Request) -> HttpResponse:
        fields = self.fields()
        main = main_picture(fields)
        base = self.template(fields) or bare_plan()
        asked = read_edit(fields, base, edge=edge_of(request.headers))
        return self.edited(main, asked, fields)

    post = get


class RenderView(EditingView):
    """The first version: a template, and a picture to put into it."""

    authentication_classes = [KeyOrQueryAuthentication]

    def get(self, request: Request) -> HttpResponse:
        fields = self.fields()
        fields.text("apiKey")
        return self.work(
            fields, self.address(fields, "imageUrl") or self.address(fields, "conceptUrl")
        )

    def post(self, request: Request) -> HttpResponse:
        fields = self.fields()
        file = fields.file("imageFile")
        given = PictureParam("imageFile", file) if file else self.address(fields, "imageUrl")
        return self.work(fields, given)

    def address(self, fields: Fields, name: str) -> PictureParam | None:
        url = fields.text(name, most=MAX_URL)
        return None if url is None else PictureParam(name, url)

    def work(self, fields: Fields, main: PictureParam | None) -> HttpResponse:
        plan = self.template(fields)
        if plan is None:
            raise ParameterError("templateId", "templateId: must be provided")
        if main is None:
            raise missing("imageFile" if self.request.method == "POST" else "imageUrl")
        return self.edited(main, EditRequest(plan), fields)
