"""Looks by the words that people use for them: an id, or a name as the site shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from packshot.client import Client

_PAGE = 100


def ids_of(client: Client, words: Iterable[str]) -> dict[str, str]:
    """Find each look's id, by id or name, in commas or one by one; the name that its folder gets.

    Raises click.UsageError for what is no look, or several.
    """
    wanted = [word.strip() for words_ in words for word in words_.split(",") if word.strip()]
    known = _all(client)
    found: dict[str, str] = {}
    for word in wanted:
        exactly = [one for one in known if one[0] in (word, f"look_{word}")]
        named = exactly or [one for one in known if one[1].casefold() == word.casefold()]
        if len(named) != 1:
            some = ", ".join(sorted({name for _, name in named or known}))
            said = "names several looks" if named else "is no look; there are"
            raise click.UsageError(f"{word!r} {said}: {some}.")
        found[named[0][0]] = named[0][1]
    return found


def _all(client: Client) -> Sequence[tuple[str, str]]:
    looks = [(look.id, look.name) for look in client.ready_presets()]
    page = 1
    while True:
        own = client.presets(page=page, page_size=_PAGE)
        looks += [(preset.id, preset.name) for preset in own.items]
        if page * own.page_size >= own.total:
            return looks
        page += 1
