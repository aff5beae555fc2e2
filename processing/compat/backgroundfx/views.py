"""The endpoints, each a translation of a request into a command or a service's call."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from accounts.models import Account
from config.api.bodies import read
from config.api.parsers import JSONParser
from config.errors import AppError
from media_library.intake.uploads import UploadLimits
from media_library.models import BackgroundCategory
from processing.commands import Edit
from processing.compat.backgroundfx import answers, bodies, library, masks, removing
from processing.compat.backgroundfx.access import JwtAuthentication
from processing.compat.backgroundfx.dialect import DIALECT, RATE_GROUP
from processing.compat.fields import Fields
from processing.compat.jobs import result_of, submit
from processing.compat.pictures import PictureParam, uploaded_images
from processing.compat.views import DialectView
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import Background, EditPlan, Layout
from processing.services import jobs, webhooks
from processing.services.batching import batch_uploads, batches
from processing.services.batching.batch_uploads import FIELD
from processing.worker import runtime

_CATEGORIES = {name: name for name in BackgroundCategory.values}
_MAX_PAGE, _MAX_LIMIT = 1_000_000, 100


class BackgroundfxView(DialectView):
    """What the endpoints share."""

    dialect = DIALECT
    authentication_classes = [JwtAuthentication]
    parser_classes = [JSONParser]
    rate_group: str | dict[str, str] = RATE_GROUP

    @property
    def account(self) -> Account:
        return caller(self.request).account

    def window(self, fields: Fields) -> library.Window:
        return library.Window(
            fields.whole("page", 1, _MAX_PAGE) or 1, fields.whole("limit", 1, _MAX_LIMIT) or 20
        )


class FormView(BackgroundfxView):
    """Takes files."""

    parser_classes = [MultiPartParser]
    max_files = 1


class RemoveBackground(FormView):
    def post(self, request: Request) -> Response:
        fields = Fields.from_form(request)
        file = fields.file("file")
        if file is None:
            raise AppError("MISSING_FILE", "file: must be provided", fields={"file": ["Required."]})
        options = removing.from_form(fields)
        command, who = options.command(), caller(request)
        sent = PictureParam("file", file, max_bytes=DIALECT.max_file_bytes)
        with uploaded_images(who.account, [sent]) as images:
            job = submit(who, command, images[0], uploaded=images)
        shown = answers.processing_result(
            job, result_of(job), base=self.base, mask=options.return_mask
        )
        if options.replaced_model is not None:
            served_by = shown["metadata"]["model"]
            shown["metadata"] |= answers.replacement(options.replaced_model, served_by)
        return Response(shown)


class ReplaceBackground(BackgroundfxView):
    def post(self, request: Request) -> Response:
        body = read(bodies.ReplaceBackground, request.data)
        source = library.picture(self.account, body.image_id)
        behind = library.background_plan(self.account, body.background_id, body.blend_mode)
        command = _replacement(behind)
        jobs.check(command)
        job = submit(caller(request), command, source)
        shown = answers.processing_result(job, result_of(job), base=self.base, mask=False)
        return Response(shown)


def _replacement(behind: Background) -> Edit:
    """The subject stays where it is. Results are cut out already; uploads still have to be."""
    plan = EditPlan(
        cutting=Cutting(settings.DEFAULT_MODEL, keep_existing_alpha=True),
        layout=Layout(size="originalImage", reference_box="originalImage"),
        background=behind,
    )
    return Edit(operation="replace-background", plan=plan)


class StartBatch(FormView):
    @classmethod
    def upload_limits(cls) -> UploadLimits:
        return batch_uploads.batch_limits(cls.dialect.max_file_bytes)

    def post(self, request: Request) -> Response:
        fields = Fields.from_form(request)
        options = removing.of_json(fields.text("options", most=10_000))
        command = options.command()
        files, most = fields.files(FIELD), DIALECT.max_file_bytes
        with batch_uploads.uploaded_members(self.account, files, max_bytes=most) as members:
            batch = batches.submit(caller(request), command, pictures=members)
        shown = answers.batch_job(batch, base=self.base)
        if options.replaced_model is not None:
            served_by = runtime.own_name(command.plan.model)
            shown |= answers.replacement(options.replaced_model, served_by)
        return Response(shown, status=202)


class BatchJob(BackgroundfxView):
    def get(self, request: Request, job_id: str) -> Response:
        batch = batches.batch_for(self.account, library.row_id(job_id, "Job"))
        return Response(answers.batch_job(batch, base=self.base))


class Backgrounds(BackgroundfxView):
    def get(self, request: Request) -> Response:
        fields = Fields.of_query(request)
        category = fields.choice("category", _CATEGORIES)
        window = self.window(fields)
        return Response(library.list_backgrounds(self.account, category, window, self.base))


class GenerateBackground(BackgroundfxView):
    def post(self, request: Request) -> Response:
        body = read(bodies.GenerateBackground, request.data)
        row = library.generate(caller(request), body)
        return Response(library.shown(row, self.base), status=201)


class Projects(BackgroundfxView):
    def get(self, request: Request) -> Response:
        fields = Fields.of_query(request)
        search = fields.text("search") or ""
        return Response(library.projects(self.account, search, self.window(fields)))

    def post(self, request: Request) -> Response:
        body = read(bodies.NewProject, request.data)
        return Response(library.create_project(self.account, body), status=201)


class Webhooks(BackgroundfxView):
    def post(self, request: Request) -> Response:
        body = read(bodies.NewWebhook, request.data)
        wanted = webhooks.Subscription(
            body.url, body.events, secret=body.secret, dialect=DIALECT.name
        )
        endpoint = webhooks.register(self.account, wanted)
        shown = answers.webhook(endpoint)
        if not body.secret:
            shown["secret"] = endpoint.secret  # made by us, and told this once
        return Response(shown, status=201)


class Mask(BackgroundfxView):
    """The link is all the permission it needs, as those to pictures are."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []

    def get(self, request: Request, token: str) -> HttpResponse:
        data = masks.mask_of(masks.image_of(token))
        headers = {"Cache-Control": "private, max-age=3600"}
        return HttpResponse(data, content_type="image/png", headers=headers)
