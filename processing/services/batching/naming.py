"""What the files of a batch's results are called: by a pattern such as ``{sku}-{market}-{n}``."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID

from django.utils.translation import gettext

from accounts.models import Account
from config.errors import invalid
from media_library.files.archives import alike, portable_name

FIELD: Final = "namePattern"
MAX_PATTERN: Final = 100
DEFAULT: Final = "{sku}-{market}-{n}"  # of what packs make
FIELDS: Final = ("sku", "name", "market", "look", "photo", "n")
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_FORBIDDEN: Final = '<>:"|?*'
# Each value's share of a name, and the whole of it, in bytes: archives allow 150 with an ending.
_MOST_OF_VALUE: Final = 60
_MOST: Final = 140

Finder = Callable[[Account, Collection[UUID]], dict[UUID, str]]
_FINDERS: list[Finder] = []


@dataclass(frozen=True, slots=True)
class Subject:
    """What a name is made of: the photo, its place in the batch from 1 on, and what is made of it for which
    market. ``folder`` is where it goes, "" for none."""

    photo_id: UUID | None
    photo_name: str
    number: int
    look: str
    market: str
    folder: str


def register(finder: Finder) -> None:
    """Enter who knows SKUs of photos."""
    if finder not in _FINDERS:
        _FINDERS.append(finder)


def check(pattern: str) -> None:
    """Raises AppError VALIDATION_ERROR for a pattern that makes no name, or one outside of its folder."""
    if not pattern.strip(". "):
        raise invalid(FIELD, gettext("The pattern makes empty names. Use a field such as {sku}."))
    if len(pattern) > MAX_PATTERN:
        raise invalid(FIELD, f"A pattern can have at most {MAX_PATTERN} characters.")
    for name in _PLACE.findall(pattern):
        if name not in FIELDS:
            known = ", ".join(f"{{{one}}}" for one in FIELDS)
            raise invalid(FIELD, f"Unknown field '{name}'. There are {known}.")
    rest = _PLACE.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise invalid(FIELD, "A brace without its partner: write fields as {sku}.")
    if "/" in rest or "\\" in rest:
        message = "A name can't leave its folder: the pattern can't have / or \\."
        raise invalid(FIELD, message)
    if wrong := next((c for c in rest if c in _FORBIDDEN or _is_control(c)), None):
        raise invalid(FIELD, f"File names can't have {wrong!r}.")


def names(account: Account, pattern: str, subjects: Sequence[Subject]) -> list[str]:
    """The paths of the results' files in an archive, without their endings, each once.

    Raises AppError VALIDATION_ERROR for a pattern that is none, and for two results that it gives the same name.
    """
    check(pattern)
    skus = _skus(account, {one.photo_id for one in subjects if one.photo_id is not None})
    counted, taken, made = Counter[tuple[str, str]](), set[str](), list[str]()
    for one in subjects:
        folder = portable_name(one.folder) if one.folder else ""
        stem = _short(PurePosixPath(one.photo_name).stem or one.photo_name)
        sku = _short(skus.get(one.photo_id, "") if one.photo_id else "") or stem
        counted[alike(folder), alike(sku)] += 1
        values = {
            "sku": sku,
            "name": stem,
            "market": _short(one.market),
            "look": _short(one.look),
            "photo": str(one.number),
            "n": str(counted[alike(folder), alike(sku)]),
        }
        path = f"{folder}/" if folder else ""
        path += _filled(pattern, values)
        if alike(path) in taken:
            raise invalid(FIELD, _equal(path))
        taken.add(alike(path))
        made.append(path)
    return made


def _filled(pattern: str, values: dict[str, str]) -> str:
    """The name in its folder. Raises AppError for one that is too long, or nothing."""
    name = _PLACE.sub(lambda found: values[found[1]], pattern).strip(". ")
    if not name:
        raise invalid(FIELD, gettext("The pattern makes empty names. Use a field such as {sku}."))
    if len(name.encode()) > _MOST:
        raise invalid(FIELD, f"The name '{name}' is too long: at most {_MOST} bytes.")
    # With an ending, so that a dot in a SKU is not taken for one.
    return portable_name(f"{name}.jpg").removesuffix(".jpg")


def _equal(path: str) -> str:
    text = gettext("Two results would be called “%(name)s”. Add {n}, {look} or {photo}.")
    return text % {"name": path}


def _skus(account: Account, photos: Collection[UUID]) -> dict[UUID, str]:
    found = dict[UUID, str]()
    for finder in _FINDERS:
        found |= finder(account, photos)
    return found


def _short(value: str) -> str:
    """A value as a part of a name: on no line of its own, in no folder, not too long."""
    clean = "".join("_" if c in f"{_FORBIDDEN}/\\" else c for c in value if not _is_control(c))
    return clean.encode()[:_MOST_OF_VALUE].decode(errors="ignore").strip(". ")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"
