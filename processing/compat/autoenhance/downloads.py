"""The endpoints that send pictures: previews for nothing, the whole result for a unit of the quota."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.access.scopes import JOBS_WRITE
from config.errors import not_found
from media_library.files import storage
from media_library.models import Image
from processing.commands import Copy
from processing.compat.autoenhance.access import count_trial, is_trial
from processing.compat.autoenhance.errors import in_query, wrong_query
from processing.compat.autoenhance.views import AutoenhanceView
from processing.compat.fields import Fields
from processing.compat.jobs import result_of, submit
from processing.engine.errors import InvalidPlan
from processing.engine.plans.copy import CopyPlan
from processing.engine.plans.edit import EditFormat, Export
from processing.models import RoomPhoto
from processing.services.room_orders import photos

_FORMATS: dict[str, EditFormat] = {"png": "png", "jpeg": "jpg", "jpg": "jpg", "webp": "webp"}
_WIDEST = 100_000
# How wide the previews are that older clients ask for by a word; none is wider than the preview itself.
_SIZES = {"small": 480, "large": 1280, "big": 1280}


@dataclass(frozen=True)
class Wanted:
    """How a picture is to be sent. Without a plan it goes as it is."""

    is_preview: bool | None
    watermark: bool | None
    plan: CopyPlan | None


class Enhanced(AutoenhanceView):
    """It makes what isn't there yet, and that is counted: no key that only reads may do that."""

    http_method_names = ["get"]
    scope = {"GET": JOBS_WRITE}

    def get(self, request: Request, room_photo_id: str) -> HttpResponse:
        photo, wanted = self.photo(room_photo_id), _wanted(request)
        if wanted.is_preview is False:
            return self.sent(self._in_full(photo, wanted), wanted.plan)
        preview = self._preview(photo, wanted)
        return self.sent(preview, _small(preview, wanted.plan))

    def sent(self, picture: Image, plan: CopyPlan | None, *, marked: bool = False) -> HttpResponse:
        if plan is not None or marked:
            command = Copy(plan=plan or CopyPlan(), watermark=marked)
            picture = result_of(submit(self.caller, command, picture))
        return HttpResponse(storage.read(picture.file_key), content_type=picture.media_type)

    def _preview(self, photo: RoomPhoto, wanted: Wanted) -> Image:
        preview = photos.preview_of(photo)
        if wanted.watermark is not False:
            return preview
        paid = photos.paid_result(photo)
        if paid is None:
            problem = "must be true for the preview of an image that was not downloaded in full yet"
            raise wrong_query("watermark", problem)
        small = CopyPlan(max_width=min(preview.width, _SIZES["large"]))
        return result_of(submit(self.caller, Copy(plan=small), paid))

    def _in_full(self, photo: RoomPhoto, wanted: Wanted) -> Image:
        trial = wanted.watermark is True or is_trial(self.request)
        photos.preview_of(photo)  # it is ready, and its photo is there
        paid = None if trial else photos.paid_result(photo)
        if paid is not None:
            return paid
        if photo.image is None:
            raise not_found("Image")
        if trial:
            count_trial(self.request)
        job = submit(self.caller, photos.in_full(photo, is_trial=trial), photo.image)
        result = result_of(job)
        if not trial:
            photos.note_paid(photo, job)
        return result


class Preview(Enhanced):
    """What older clients ask for: always for nothing."""

    def get(self, request: Request, room_photo_id: str) -> HttpResponse:
        photo = self.photo(room_photo_id)
        with in_query():
            width = Fields.of_query(request).choice("size", _SIZES)
        plan = None if width is None else CopyPlan(max_width=width)
        preview = photos.preview_of(photo)
        return self.sent(preview, _small(preview, plan))


class Original(Enhanced):
    """The photo as it came; a preview of it, or another format, where that is asked for."""

    def get(self, request: Request, room_photo_id: str) -> HttpResponse:
        photo, wanted = self.photo(room_photo_id), _wanted(request)
        # What was merged has no file of its own.
        if photo.image is None or photo.image.deleted_at is not None or photo.merges:
            raise not_found("Image")
        plan = wanted.plan
        if wanted.is_preview:
            plan = plan or CopyPlan()
            width = min(plan.max_width or _WIDEST, _SIZES["large"])
            plan = replace(plan, max_width=width)
        return self.sent(photo.image, plan, marked=wanted.watermark is True)


def _small(preview: Image, plan: CopyPlan | None) -> CopyPlan | None:
    """No wider than previews are: one of merged brackets is made as large as they are."""
    if preview.width <= _SIZES["large"]:
        return plan
    plan = plan or CopyPlan()
    width = min(plan.max_width or _WIDEST, _SIZES["large"], round(plan.scale * preview.width) or 1)
    return replace(plan, scale=1.0, max_width=width)


def _wanted(request: Request) -> Wanted:
    """Raises AppError VALIDATION_ERROR naming the parameter."""
    fields = Fields.of_query(request)
    with in_query():
        quality = fields.whole("quality", 1, 90)
        format_ = fields.choice("format", _FORMATS)
        max_width = fields.whole("max_width", 1, _WIDEST)
        scale = fields.number("scale", 0, 1)
        preview, watermark = fields.flag("preview"), fields.flag("watermark")
    plan = None
    if any(one is not None for one in (quality, format_, max_width, scale)):
        plan = _plan(format_ or "jpg", quality, max_width, scale)
    return Wanted(preview, watermark, plan)


def _plan(
    format_: EditFormat, quality: int | None, max_width: int | None, scale: float | None
) -> CopyPlan:
    if format_ == "png" and quality is not None:
        raise wrong_query("quality", "can't be given for a png, which has none")
    try:
        standard = None if format_ == "png" else 90
        export = Export(format=format_, quality=quality or standard)
        return CopyPlan(1.0 if scale is None else scale, max_width, export)
    except InvalidPlan as error:
        name = error.field or "format"
        raise wrong_query(name, error.told_of("").strip(" :.")) from error
