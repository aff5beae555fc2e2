"""Looks that nobody has to make: one for each marketplace, say. Other apps enter theirs.

They are data with their reasons, the same for everybody: using one needs no row, and keeping one
makes it a preset like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from config.errors import not_found
from processing.engine.plans.edit import EditPlan

PREFIX: Final = "look_"
Group = Literal["marketplace", "set", "style"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a look is as it is: what somebody asks for, and who says so.

    ``certainty`` is "documented", "secondary" or "uncertain" for what a source tells, and "ours" for what is
    nobody's rule but our choice, which has no source.
    """

    text: str
    certainty: str
    source: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ReadyLook:
    key: str
    name: str
    group: Group
    plan: EditPlan
    reasons: tuple[Reason, ...]

    @property
    def public_id(self) -> str:
        return f"{PREFIX}{self.key}"

    @property
    def is_of_rooms(self) -> bool:
        """Whether it is for photos of rooms, as a saved one may be."""
        return False


Maker = Callable[[], Sequence[ReadyLook]]
_MAKERS: list[Maker] = []
_UNLISTED: list[Maker] = []


def register(maker: Maker) -> None:
    """Enter what makes some. It is asked each time, as rules of marketplaces change by the day."""
    if maker not in _MAKERS:
        _MAKERS.append(maker)


def register_unlisted(maker: Maker) -> None:
    """Enter what makes some that stand in no list of looks, but in packs."""
    if maker not in _UNLISTED:
        _UNLISTED.append(maker)


def ready_looks() -> list[ReadyLook]:
    return [look for maker in _MAKERS for look in maker()]


def every_look() -> list[ReadyLook]:
    """All of them, with those that packs alone list."""
    return ready_looks() + [look for maker in _UNLISTED for look in maker()]


def find(public_id: str) -> ReadyLook:
    """Raises AppError NOT_FOUND."""
    for look in every_look():
        if look.public_id == public_id:
            return look
    raise not_found("Look")


def shown_reasons(look: ReadyLook) -> list[dict[str, Any]]:
    """Why it is so, as the API tells it."""
    return [
        {
            "text": one.text,
            "certainty": one.certainty,
            "source": one.source or None,
            "url": one.url,
        }
        for one in look.reasons
    ]
