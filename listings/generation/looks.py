"""What photos showed, kept for a day: whoever answers a question needs no second look at them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from typing import Final

from django.core.cache import cache

from listings.recognition.result import Recognition

_KEPT_SECONDS: Final = 24 * 60 * 60


def remember(pictures: Sequence[bytes], seen: Recognition) -> None:
    cache.set(_key(pictures), seen, _KEPT_SECONDS)


def remembered(pictures: Sequence[bytes]) -> Recognition | None:
    """None where nobody has looked lately, or another release has."""
    found = cache.get(_key(pictures))
    return found if isinstance(found, Recognition) else None


def _key(pictures: Sequence[bytes]) -> str:
    digest = hashlib.sha256(repr([one.name for one in fields(Recognition)]).encode())
    for picture in pictures:
        digest.update(hashlib.sha256(picture).digest())
    return f"packshot:seen:{digest.hexdigest()}"
