"""What an answer holds: its status, kind and headers, the sizes of its pictures and where their subjects are."""

from __future__ import annotations

import base64
import binascii
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import httpx

from packshot.errors import PackshotError

MOST_BYTES = 200_000_000
# Text in JSON from this length on may be a picture in base64.
_LONG = 400
_OPAQUE = 128
# How a body came, who served it, and what browsers may do with it, is no part of the answer.
_TRANSPORT = {
    *("age", "alt-svc", "cache-control", "connection", "content-encoding", "content-length"),
    *("content-security-policy", "cross-origin-opener-policy", "date", "etag", "expires"),
    *("keep-alive", "last-modified", "link", "nel", "pragma", "referrer-policy", "report-to"),
    *("server", "server-timing", "set-cookie", "strict-transport-security", "transfer-encoding"),
    *("vary", "via", "x-content-type-options", "x-frame-options", "x-powered-by", "x-request-id"),
    *("x-runtime", "x-xss-protection", "permissions-policy"),
}
_TRANSPORT_OF = ("access-control-", "cf-", "x-amz-", "x-amzn-", "x-cache", "x-envoy-", "x-served-")


class NoPillow(PackshotError):
    """What opens pictures is not installed."""


Size = tuple[int, int]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's size, and the box (left, top, right, bottom) of what isn't transparent; None where all is opaque."""

    size: Size
    box: Box | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is compared of an answer. `pictures` go by where they were, "" for the body itself; `shape` has the
    paths and types of a JSON body's members."""

    status: int
    media_type: str
    headers: dict[str, str]
    seconds: float
    pictures: dict[str, Picture] = field(default_factory=dict)
    shape: frozenset[str] = frozenset()


def answer_of(response: httpx.Response, body: bytes, seconds: float) -> Answer:
    """Look into an answer. Raises NoPillow."""
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in _TRANSPORT and not name.startswith(_TRANSPORT_OF)
    }
    pictures: dict[str, Picture] = {}
    shape: frozenset[str] = frozenset()
    if media_type == "application/json" or media_type.endswith("+json"):
        try:
            content = json.loads(body)
        except ValueError:
            content = None
        members = list(_members(content, ""))
        shape = frozenset(f"{path}: {_type(value)}" for path, value in members)
        found = ((path, _picture(_decoded(value))) for path, value in members)
        pictures = {path: picture for path, picture in found if picture}
    elif media_type == "application/zip":
        pictures = dict(_in_zip(body))
    elif picture := _picture(body):
        pictures = {"": picture}
    return Answer(response.status_code, media_type, headers, seconds, pictures, shape)


def _picture(data: bytes) -> Picture | None:
    if not data:
        return None
    try:
        from PIL import Image
    except ImportError as error:
        raise NoPillow("Pictures can't be compared: pip install 'packshot[compare]'.") from error
    try:
        with Image.open(BytesIO(data)) as opened:
            size = opened.size
            if not opened.has_transparency_data:
                return Picture(size, None)
            alpha = opened.convert("RGBA").getchannel("A")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    if alpha.getextrema()[0] == 255:
        return Picture(size, None)
    return Picture(size, alpha.point([0] * _OPAQUE + [255] * (256 - _OPAQUE)).getbbox())


def _in_zip(data: bytes) -> Iterator[tuple[str, Picture]]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for one in archive.infolist():
                if one.file_size > MOST_BYTES:
                    continue
                if picture := _picture(archive.read(one)):
                    yield one.filename, picture
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
        return


def _members(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Paths and values of all members; of a list, its first."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _members(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for inner in value[:1]:
            yield from _members(inner, f"{path}[]")
    else:
        yield path, value


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "null"


def _decoded(value: Any) -> bytes:
    """A picture's bytes, of a text that is base64."""
    if not isinstance(value, str) or len(value) < _LONG:
        return b""
    text = value.partition(",")[2] if value.startswith("data:") else value
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
