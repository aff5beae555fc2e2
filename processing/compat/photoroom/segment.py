"""The parameters of ``/v1/segment`` as a RemoveBackground."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from config.errors import AppError
from processing.commands import RemoveBackground
from processing.compat.base64_files import content_of
from processing.compat.fields import Fields, wrong
from processing.compat.pictures import PictureParam
from processing.engine.plans.color_names import parse_rgba
from processing.engine.plans.cutout import SIZE_LIMITS, CutoutPlan, Edge, Output, OutputFormat, Size

FILE, FILE_BASE64 = "image_file", "image_file_b64"
_FORMATS: dict[str, OutputFormat] = {"png": "png", "jpg": "jpg", "webp": "webp"}
_CHANNELS: dict[str, Output] = {"rgba": "cutout", "alpha": "mask"}
_SIZES: dict[str, Size] = {name: name for name in SIZE_LIMITS}
# Options of ours that the dialect has no parameter for.
LEFT_OUT = frozenset({"clean_up", "keep_existing_alpha", "box", "point", "mask"})


def read_image(fields: Fields) -> PictureParam:
    """``image_file``, or the same in base64. Raises AppError MISSING_IMAGE, VALIDATION_ERROR."""
    file, encoded = fields.file(FILE), _encoded(fields)
    if file is not None and encoded is not None:
        raise wrong(FILE_BASE64, f"can't be provided if {FILE} is provided")
    if file is not None:
        return PictureParam(FILE, file)
    if encoded is None:
        raise AppError("MISSING_IMAGE", "Please provide an image.")
    return PictureParam(FILE_BASE64, encoded)


def _encoded(fields: Fields) -> UploadedFile[Any] | None:
    """A JSON body's was decoded when it was read, and a form may hold it as text."""
    if fields.has_file(FILE_BASE64):
        return fields.file(FILE_BASE64)
    text = fields.text(FILE_BASE64, most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if text is None:
        return None
    file = SimpleUploadedFile(FILE_BASE64, content_of(FILE_BASE64, text))
    file.name = None  # so that what is stored is called by its type
    return file


def read_segment(fields: Fields, *, edge: Edge | None, watermark: bool) -> RemoveBackground:
    """Raises AppError VALIDATION_ERROR naming the parameter."""
    output = fields.choice("channels", _CHANNELS) or "cutout"
    color = _color(fields)
    if output == "mask" and color is not None:
        raise wrong("bg_color", "can't be provided if channels is set to alpha")
    plan = CutoutPlan(
        model=settings.DEFAULT_MODEL,
        edge=edge or "standard",
        output=output,
        format=fields.choice("format", _FORMATS) or "png",
        bg_color=color,
        crop=fields.flag("crop") or False,
        size=fields.choice("size", _SIZES) or "full",
        despill=fields.flag("despill") or False,
    )
    return RemoveBackground(plan=plan, watermark=watermark)


def _color(fields: Fields) -> str | None:
    color = fields.color("bg_color")
    if color is None:
        return None
    alpha = parse_rgba(color)[3]
    if 0 < alpha < 255:
        raise wrong("bg_color", "must be opaque or transparent")
    return color if alpha else None
