"""What may come in: size, type, pixels and content of a file, and a name fit to be shown."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain, count
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext

from config.errors import AppError, invalid
from media_library import admission
from media_library.admission import Probe
from media_library.models import NAME_LENGTH
from processing.engine.errors import EngineError

_ENDINGS = frozenset(
    ["jpg", "jpeg", "jfif", "png", "webp", "heic", "heif", "avif", "tif", "tiff", "bmp", "gif"]
)
# What the names of results end in (processing.commands.Command.label): what was done, on what, in which size, and
# the number of one among several.
_LABEL = re.compile(
    r"-(?P<label>(?:cutout|edit|enhanced|mask)"
    r"(?:-(?:white|black|[0-9a-f]{6}|background|blurred|gradient|scene))?(?:-\d+x\d+)?)"
    r"(?P<number>-\d+)?\.[a-z0-9]+"
)
# Invisible, but part of how emoji and several scripts are written (zero width joiners).
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept, and what was found out about it on the way."""

    name: str
    size: int
    sha256: str
    probe: Probe


def check(
    data: bytes,
    *,
    account_id: UUID,
    name: str,
    field: str = "file",
    max_bytes: int | None = None,
) -> CheckedFile:
    """Refuse what is empty, too large, no picture, too many pixels, too costly or broken.

    The type is read from the content; the name is only shown. ``field`` is where in the request
    the file was, ``max_bytes`` its limit where that is not everybody's. Raises AppError:
    PAYLOAD_TOO_LARGE (413), BUSY (503), else VALIDATION_ERROR (400).
    """
    if not data:
        raise invalid(field, gettext("The file is empty."))
    most = max_bytes or settings.MAX_UPLOAD_BYTES
    if len(data) > most:
        raise too_large(most)
    try:
        probe = admission.probe(data, account_id)
    except EngineError as error:
        raise invalid(field, error.message) from error
    return CheckedFile(
        name=display_name(name) or f"photo.{probe.extension}",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        probe=probe,
    )


def too_large(max_bytes: int) -> AppError:
    limit = f"{max_bytes / 1_000_000:g} MB"
    message = gettext("The maximum file size is %(limit)s.") % {"limit": limit}
    return AppError("PAYLOAD_TOO_LARGE", message, status=413)


def display_name(raw: str) -> str:
    """Name a file that came in: the last part of its path, fit to be shown as ``free_name`` makes it."""
    return free_name(raw.replace("\\", "/").rpartition("/")[2])


def free_name(raw: str) -> str:
    """Put a name that people type on one line, without what can't be seen or would turn the text.

    Empty if nothing is left. A name that is too long loses its middle, not its ending.
    """
    normal = unicodedata.normalize("NFC", raw)
    visible = "".join(c for c in " ".join(normal.split()) if _is_visible(c))
    name = " ".join(visible.split()).strip(". ")
    if len(name) <= NAME_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}"


def _is_visible(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character)[0] != "C"


def renamed_with(name: str, *, before: str, after: str) -> str:
    """What a result is called once its picture is called ``after`` instead of ``before``: as it is where it was
    given a name of its own."""
    found, extension = _label(name), name.rpartition(".")[2]
    if found is not None:
        label = found["label"] + (found["number"] or "")
        if name == with_ending(before, label=label, extension=extension):
            return with_ending(after, label=label, extension=extension)
    return name


def label_of(name: str) -> str:
    """What a result's name says of how it was made, without its number; "" for a name that was given."""
    found = _label(name)
    return "" if found is None else found["label"]


def _label(name: str) -> re.Match[str] | None:
    matches = _LABEL.finditer(name)
    return next((match for match in matches if match.end() == len(name)), None)


def one_of_several(source: str, *, label: str, extension: str, taken: Collection[str]) -> str:
    """What a result of the picture ``source`` is called beside those that are there: numbered from 2 on
    where one of them is called so."""
    numbered = chain([label], (f"{label}-{number}" for number in count(2)))
    names = (with_ending(source, label=one, extension=extension) for one in numbered)
    return next(name for name in names if name not in taken)


def with_ending(name: str, *, label: str = "", extension: str) -> str:
    """``shoe.heic`` as png is ``shoe.png``; labelled "cutout" it is ``shoe-cutout.png``."""
    stem, dot, last = name.rpartition(".")
    if not dot or last.lower() not in _ENDINGS:
        stem = name  # "Lamp 2.5 m" has no ending
    if not stem:
        return f"{label or 'photo'}.{extension}"
    ending = f"-{label}.{extension}" if label else f".{extension}"
    return f"{stem[: NAME_LENGTH - len(ending)]}{ending}"
