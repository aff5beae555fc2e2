"""Which pictures a request brings along: the photo in one of three ways, and what may lie behind it in two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from processing.compat.base64_files import content_of
from processing.compat.fields import MAX_URL, Fields
from processing.compat.pictures import PictureParam
from processing.compat.removebg.errors import Refusal

FILE, URL = "image_file", "image_url"
# The second is what a client in use calls it.
BASE64 = ("image_file_b64", "image_base64")
_BEHIND_FILE, _BEHIND_URL, _BEHIND_COLOR = "bg_image_file", "bg_image_url", "bg_color"
# What is said of an address that leads to no picture.
_DOWNLOADS = {URL: "failed_image_download", _BEHIND_URL: "failed_bg_download"}
_SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True)
class Sources:
    photo: PictureParam
    behind: PictureParam | None


def download_code(name: str) -> str:
    """What it is called that a parameter's address leads to no picture."""
    return _DOWNLOADS.get(name, "failed_to_read_image")


def read_sources(fields: Fields) -> Sources:
    return Sources(read_photo(fields), _read_behind(fields))


def read_photo(fields: Fields, *, max_bytes: int | None = None) -> PictureParam:
    """Raises Refusal for none, and for more than one."""
    given = [name for name in (FILE, *BASE64, URL) if fields.has(name)]
    if not given:
        told = f"Please provide the source image in the {FILE}, {BASE64[0]} or {URL} parameter."
        raise Refusal("missing_source", "No image given", told)
    if len(given) > 1:
        raise Refusal("multiple_sources", f"Multiple image sources given: {', '.join(given)}")
    [name] = given
    if name == URL:
        return PictureParam(name, _address(fields, name, "invalid_image_url"), max_bytes)
    content = fields.file(name) if name == FILE else _decoded(fields, name)
    if content is None:
        raise Refusal("missing_source", "No image given")
    return PictureParam(name, content, max_bytes)


def _read_behind(fields: Fields) -> PictureParam | None:
    given = [name for name in (_BEHIND_COLOR, _BEHIND_FILE, _BEHIND_URL) if fields.has(name)]
    if len(given) > 1:
        title = f"Multiple background sources given: {', '.join(given)}"
        raise Refusal("multiple_bg_sources", title)
    if fields.has(_BEHIND_URL):
        return PictureParam(_BEHIND_URL, _address(fields, _BEHIND_URL, "invalid_bg_image_url"))
    file = fields.file(_BEHIND_FILE)
    return None if file is None else PictureParam(_BEHIND_FILE, file)


def _address(fields: Fields, name: str, code: str) -> str:
    text = fields.text(name, most=MAX_URL) or ""
    try:
        parts = urlsplit(text.strip())
        is_address = (
            parts.scheme.lower() in _SCHEMES and bool(parts.hostname) and text.isprintable()
        )
    except ValueError:  # brackets that belong to no IPv6 address
        is_address = False
    if not is_address:
        raise Refusal(code, f"{name} is not an address that begins with http:// or https://")
    return text.strip()


def _decoded(fields: Fields, name: str) -> UploadedFile[Any] | None:
    """A JSON body's, and an encoded form's, was decoded when it was read; another form holds it as text."""
    if fields.has_file(name):
        return fields.file(name)
    text = fields.text(name, most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if text is None:
        return None
    file = SimpleUploadedFile(name, content_of(name, text))
    file.name = None  # so that what is stored is called by its type
    return file
