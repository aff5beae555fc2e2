"""The endpoints, each a translation of a request into a command and of a job into an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpResponse, QueryDict
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.scopes import ACCOUNT_READ, JOBS_WRITE
from accounts.http import caller
from accounts.limits import quotas
from accounts.limits.operations import REMOVE_BACKGROUND
from config.errors import AppError
from media_library.intake import ingest
from media_library.models import Image
from processing.commands import PlaceCutout
from processing.compat.base64_files import FilesFormParser, FilesJSONParser, max_form, max_json
from processing.compat.fields import Fields
from processing.compat.jobs import result_of, submit
from processing.compat.pictures import PictureParam, uploaded_images
from processing.compat.removebg import answers
from processing.compat.removebg.access import (
    KeyAuthentication,
    count_pixels,
    count_report,
    tell_limit,
)
from processing.compat.removebg.dialect import DIALECT, RATE_GROUP
from processing.compat.removebg.errors import Refusal, naming_picture
from processing.compat.removebg.parameters import MEGAPIXEL, read_asked
from processing.compat.removebg.sources import BASE64, download_code, read_photo
from processing.compat.views import DialectView
from processing.models import RatingReason, Verdict
from processing.models.ratings import NOTE_LENGTH
from processing.services import jobs, ratings
from processing.services.ratings import Said

MOST_PIXELS = 50 * MEGAPIXEL
MOST_REPORTED_BYTES = 12_000_000
# What languages without a word for "not given" write into a form.
_NOT_GIVEN = ("undefined", "null", "None")


class RemoveBgView(DialectView):
    """What the endpoints share."""

    dialect = DIALECT
    authentication_classes = [KeyAuthentication]
    parser_classes = [MultiPartParser, FilesFormParser, FilesJSONParser]
    base64_files = BASE64
    rate_group = RATE_GROUP
    scope = JOBS_WRITE

    @classmethod
    def max_body(cls, content_type: str) -> int:
        largest = super().max_body(content_type)
        most = {FilesJSONParser.media_type: max_json, FilesFormParser.media_type: max_form}
        if content_type not in most:
            return largest
        return max(largest, most[content_type](cls.dialect.max_file_bytes, 1))

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        if request.authenticators and not request.successful_authenticator:
            raise Refusal("auth_failed", "Missing API Key", status=403)
        raise Refusal("auth_failed", "This API key may not do that.", status=403)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        tell_limit(request._request)
        return super().finalize_response(request, response, *args, **kwargs)

    def fields(self) -> Fields:
        """Of a form or of JSON, without what languages write for an option that was left out."""
        try:
            is_form = isinstance(self.request.data, QueryDict)
        except RequestDataTooBig as error:
            title = "The form is too large. Send the image as a file, or base64 as JSON."
            raise Refusal("file_too_large", title) from error
        found = Fields.from_form(self.request) if is_form else Fields.from_json(self.request)
        for name in found.names:
            for word in _NOT_GIVEN:
                found.leave_out(name, word)
        return found


class RemoveBackground(RemoveBgView):
    def post(self, request: Request) -> HttpResponse:
        asked, who = read_asked(self.fields()), caller(request)
        with self._pictures([asked.sources.photo, asked.sources.behind]) as (photo, *behind):
            command = asked.command(
                (photo.width, photo.height),
                behind=str(behind[0].pk) if behind else None,
                is_opaque=not any(one.has_alpha for one in behind),
            )
            _check(command)
            count_pixels(request._request, photo.width * photo.height)
            job = submit(
                who,
                command,
                photo,
                uploaded=[photo, *behind],
                counts_anyway=self.dialect.sells_calls,
            )
        return answers.picture(request._request, job, photo, result_of(job), asked.type)

    @contextmanager
    def _pictures(self, sent: list[PictureParam | None]) -> Iterator[list[Image]]:
        """The photo, and what lies behind it, for the block to submit."""
        account = caller(self.request).account
        with ExitStack() as stack:
            images: list[Image] = []
            for one in sent:
                if one is None:
                    continue
                with naming_picture(one, download_code(one.name)):
                    stored = uploaded_images(account, [one], is_material=bool(images))
                    images += stack.enter_context(stored)
                _check_pixels(images[-1])
            yield images


class Account(RemoveBgView):
    scope = ACCOUNT_READ
    http_method_names = ["get"]

    def get(self, request: Request) -> Response:
        lines = {line.operation: line for line in quotas.overview(caller(request).account)}
        left = lines[REMOVE_BACKGROUND].remaining if REMOVE_BACKGROUND in lines else 0
        credits = {"total": left, "subscription": left, "payg": 0, "enterprise": 0}
        # All calls are taken from the plan's units: none is free beside them.
        api = {"free_calls": 0, "sizes": "all"}
        return Response({"data": {"attributes": {"credits": credits, "api": api}}})


class Improve(RemoveBgView):
    """Keeps a photo that was cut out badly for this site's staff: it stays on this machine."""

    def post(self, request: Request) -> Response:
        fields, who = self.fields(), caller(request)
        photo = read_photo(fields, max_bytes=MOST_REPORTED_BYTES)
        words = [fields.text("image_filename"), fields.text("tag")]
        note = ": ".join(filter(None, reversed(words)))[:NOTE_LENGTH]
        with ExitStack() as stack:
            with naming_picture(photo, download_code(photo.name)):
                [image] = stack.enter_context(
                    uploaded_images(who.account, [photo], is_material=True)
                )
            count_report(request._request)
            with transaction.atomic():
                ingest.keep_all([image])
                said = Said(Verdict.BAD, reason=RatingReason.OTHER, note=note, may_show=True)
                rating = ratings.note(who, image, said)
        return Response({"id": str(rating.pk)})


def _check(command: PlaceCutout) -> None:
    """What this site lacks is nothing that a caller of this door could have asked otherwise."""
    try:
        jobs.check(command)
    except AppError as error:
        raise AppError("NOT_AVAILABLE", error.message, status=500) from error


def _check_pixels(image: Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        told = f"It has {image.width}x{image.height} pixels, and may have {MOST_PIXELS // MEGAPIXEL} megapixels."
        raise Refusal("resolution_too_high", "The image has too many pixels", told)
