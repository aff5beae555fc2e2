"""Packs as people choose them: an account's own, and the ready ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Account
from config import public_ids
from config.api.ids import decoded
from config.errors import invalid, not_found
from media_library.projects import visible_name
from processing.models import Pack, Preset
from processing.services.appearance import looks, named, ready_looks, ready_packs
from processing.services.appearance.ready_looks import ReadyLook
from processing.services.appearance.ready_packs import ReadyPack
from processing.services.batching.batches import Look

MAX_PACKS: Final = 100
MAX_LOOKS: Final = 20
NAME_LENGTH: Final = 100
MARKET_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """A look that a pack shall have; ``market`` is "" where that is left to the look or the pack."""

    look: str
    market: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A look of a pack, and the market it is for. ``look`` is None where it was deleted since."""

    look_id: str
    look: Preset | ReadyLook | None
    market: str

    @property
    def name(self) -> str | None:
        return self.look.name if self.look is not None else None


def pack_for(account: Account, pack_id: UUID) -> Pack:
    """The account's pack. Raises AppError NOT_FOUND, also for somebody else's."""
    pack = Pack.objects.filter(account=account, pk=pack_id).first()
    if pack is None:
        raise not_found("Pack")
    return pack


def find(account: Account, public_id: str) -> Pack | ReadyPack:
    """A ready pack or one of the account's own. Raises AppError NOT_FOUND, also for other people's."""
    if public_id.startswith(ready_packs.PREFIX):
        return ready_packs.find(public_id)
    return pack_for(account, decoded("pack", public_id, "Pack"))


def entries_of(
    packs: Sequence[Pack], presets: Sequence[Preset] | None = None
) -> dict[UUID, list[Entry]]:
    """The looks of packs of one account, by the packs' ids, with one query at most; ``presets`` are all of the
    account's where they were read already."""
    wanted = {one["look"] for pack in packs for one in pack.looks}
    own = {public_ids.decode("preset", one) for one in wanted if not _is_ready(one)}
    if presets is None:
        accounts = {pack.account_id for pack in packs}
        presets = list(Preset.objects.filter(account__in=accounts, pk__in=own)) if own else []
    there: dict[str, Preset | ReadyLook] = {row.public_id: row for row in presets}
    markets = dict[str, str]()
    if any(_is_ready(one) for one in wanted):
        there |= {look.public_id: look for look in ready_looks.every_look()}
        for ready in ready_packs.ready_packs():
            markets |= {look.public_id: ready.key for look in ready.looks}
    return {
        pack.pk: [
            Entry(
                one["look"],
                there.get(one["look"]),
                one["market"] or markets.get(one["look"]) or pack.name,
            )
            for one in pack.looks
        ]
        for pack in packs
    }


def entries(pack: Pack | ReadyPack) -> list[Entry]:
    """Its looks, in its order, each with its market."""
    if isinstance(pack, ReadyPack):
        return [Entry(look.public_id, look, pack.key) for look in pack.looks]
    return entries_of([pack])[pack.pk]


def usable_entries(
    account: Account, pack_ids: Sequence[str], *, field: str
) -> list[tuple[Preset | ReadyLook, str]]:
    """The looks of several packs with their markets: a look that two packs have for one market is made once.
    Raises AppError NOT_FOUND, and VALIDATION_ERROR for a pack of which a look was deleted."""
    found = dict[tuple[str, str], Preset | ReadyLook]()
    for pack in [find(account, one) for one in dict.fromkeys(pack_ids)]:
        for entry in entries(pack):
            if entry.look is None:
                text = gettext(
                    "A look of the pack “%(name)s” was deleted. Take it out of the pack."
                ) % {"name": pack.name}
                raise invalid(field, text)
            found.setdefault((entry.look_id, entry.market), entry.look)
    return [(look, market) for (_, market), look in found.items()]


def chosen(account: Account, pack_ids: Sequence[str], *, field: str) -> list[Look]:
    """What a batch makes of each picture for these packs. Raises AppError as `usable_entries` does, and for a look
    that this site or account can't make."""
    return [
        Look(
            look.name,
            looks.usable(account, look.name, looks.command_of(look), field=field),
            market=market,
        )
        for look, market in usable_entries(account, pack_ids, field=field)
    ]


def create(
    account: Account, *, name: str, wanted: Sequence[Wanted], pack_id: UUID | None = None
) -> Pack:
    """Raises AppError CONFLICT where the name is taken or the account has too many, VALIDATION_ERROR for a name
    that is none, for no looks, too many and those of rooms, NOT_FOUND for what is not the account's."""
    message = f"An account can have at most {MAX_PACKS} packs."
    text = gettext("You can have at most %(most)s packs.") % {"most": MAX_PACKS}
    named.refuse_more(Pack, account, MAX_PACKS, (message, text))
    pack = Pack(
        id=pack_id or uuid4(),
        account=account,
        name=visible_name(name, most=NAME_LENGTH),
        looks=_stored(account, wanted),
    )
    return _saved(pack, new=True)


def change(pack: Pack, *, name: str | None, wanted: Sequence[Wanted] | None) -> Pack:
    """Raises AppError CONFLICT, VALIDATION_ERROR and NOT_FOUND as `create` does."""
    if name is not None:
        pack.name = visible_name(name, most=NAME_LENGTH)
    if wanted is not None:
        pack.looks = _stored(pack.account, wanted)
    pack.updated_at = timezone.now()
    return _saved(pack, new=False)


def _is_ready(look_id: str) -> bool:
    return look_id.startswith(ready_looks.PREFIX)


def _stored(account: Account, wanted: Sequence[Wanted]) -> list[dict[str, str]]:
    if not 1 <= len(wanted) <= MAX_LOOKS:
        raise invalid("looks", f"A pack can have 1 to {MAX_LOOKS} looks, not {len(wanted)}.")
    stored = [{"look": one.look, "market": _tidy_market(one.market)} for one in wanted]
    if len({(one["look"], one["market"]) for one in stored}) < len(stored):
        raise invalid("looks", "Each look can be listed only once for a market.")
    for one in dict.fromkeys(one.look for one in wanted):
        found = looks.find(account, one)
        if found.is_of_rooms:
            raise invalid("looks", f"The look '{found.name}' is for photos of rooms.")
    return stored


def _tidy_market(raw: str) -> str:
    """On one line; "" for nothing that can be seen. Raises AppError VALIDATION_ERROR."""
    shown = " ".join("".join(c for c in raw if c.isprintable() or c.isspace()).split())
    if len(shown) > MARKET_LENGTH:
        raise invalid("looks", f"The name of a market can have at most {MARKET_LENGTH} characters.")
    return shown


def _saved(pack: Pack, *, new: bool) -> Pack:
    message = f"A pack named '{pack.name}' already exists."
    text = gettext("You have a pack called “%(name)s” already.") % {"name": pack.name}
    return named.saved(pack, (message, text), new=new)
