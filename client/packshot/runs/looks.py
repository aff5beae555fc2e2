"""Looks and packs by the words that people use for them: an id, or a name as the site shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import click

from packshot.client import Client
from packshot.models import Pack, ReadyPack

_PAGE = 100


@dataclass(frozen=True)
class Place:
    """A result of each photo: by which look, and for which market, which is "" outside of packs."""

    look: str
    market: str = ""


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


class _Page(Protocol[N]):
    @property
    def items(self) -> list[N]: ...
    @property
    def total(self) -> int: ...


def looks_of(client: Client, words: Iterable[str]) -> dict[str, list[Place]]:
    """Find each look's id, by id or name, in commas or one by one, with its place.

    Raises click.UsageError for what is no look, or several.
    """
    if not (wanted := _split(words)):
        return {}
    own = _all(lambda page: client.presets(page=page, page_size=_PAGE))
    known: list[_Named] = [*client.ready_presets(), *own]
    return {one.id: [Place(one.name)] for one in _found(wanted, known, "look")}


def packs_of(client: Client, words: Iterable[str]) -> dict[str, list[Place]]:
    """Find each pack's id in the same way, with the places of its looks."""
    if not (wanted := _split(words)):
        return {}
    own = _all(lambda page: client.packs(page=page, page_size=_PAGE))
    known: list[Pack | ReadyPack] = [*client.ready_packs(), *own]
    return {one.id: _places(one) for one in _found(wanted, known, "pack")}


def _places(pack: Pack | ReadyPack) -> list[Place]:
    if isinstance(pack, ReadyPack):
        return [Place(look.name, pack.market) for look in pack.looks]
    return [Place(look.name, look.market) for look in pack.looks if look.name is not None]


def _split(words: Iterable[str]) -> list[str]:
    return [word.strip() for several in words for word in several.split(",") if word.strip()]


def _found(wanted: Sequence[str], known: Sequence[N], kind: str) -> list[N]:
    found: dict[str, N] = {}
    for word in wanted:
        ids = (word, f"look_{word}", f"market_{word}")
        exactly = [one for one in known if one.id in ids]
        named = exactly or [one for one in known if one.name.casefold() == word.casefold()]
        if len(named) != 1:
            some = ", ".join(sorted({one.name for one in named or known}, key=str.casefold))
            said = f"names several {kind}s" if named else f"is no {kind}; there are"
            raise click.UsageError(f"{word!r} {said}: {some}.")
        found[named[0].id] = named[0]
    return list(found.values())


def _all(read: Callable[[int], _Page[N]]) -> list[N]:
    found: list[N] = []
    while True:
        page = read(len(found) // _PAGE + 1)
        found += page.items
        if len(found) >= page.total or not page.items:
            return found
