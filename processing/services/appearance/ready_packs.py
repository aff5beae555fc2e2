"""Packs that nobody has to make: one for each marketplace, say. Other apps enter theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from config.errors import not_found
from processing.services.appearance.ready_looks import ReadyLook

PREFIX: Final = "market_"


@dataclass(frozen=True, slots=True)
class ReadyPack:
    """`key` is also the market that its looks are for. Each look says why it is as it is."""

    key: str
    name: str
    looks: tuple[ReadyLook, ...]

    @property
    def public_id(self) -> str:
        return f"{PREFIX}{self.key}"


Maker = Callable[[], Sequence[ReadyPack]]
_MAKERS: list[Maker] = []


def register(maker: Maker) -> None:
    """Enter what makes some. It is asked each time, as rules of marketplaces change by the day."""
    if maker not in _MAKERS:
        _MAKERS.append(maker)


def ready_packs() -> list[ReadyPack]:
    return [pack for maker in _MAKERS for pack in maker()]


def find(public_id: str) -> ReadyPack:
    """Raises AppError NOT_FOUND."""
    for pack in ready_packs():
        if pack.public_id == public_id:
            return pack
    raise not_found("Pack")
