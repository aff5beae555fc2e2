"""What several pages show of a listing, and how they read ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from accounts.access.pages import signed_in
from config.api.ids import all_decoded, decoded
from listings import selectors
from listings.forms import words
from listings.models import Listing, ListingState, Platform
from listings.services import states
from media_library.files.links import content_url
from media_library.models import Image


@dataclass(frozen=True)
class Card:
    """A listing in a list, of a row with ``covers``."""

    listing: Listing

    @property
    def cover(self) -> str:
        covers: list[Any] = getattr(self.listing, "covers", [])
        return thumbnail(covers[0].image) if covers else ""

    @property
    def price(self) -> str:
        if self.listing.sold_price is not None:
            return words.money(self.listing.sold_price, self.listing.currency)
        return words.money(self.listing.price, self.listing.currency)

    @property
    def state(self) -> Any:
        return words.STATES[self.listing.state]

    @property
    def category(self) -> str:
        return words.category(self.listing.category) if self.listing.category else ""

    @property
    def condition(self) -> Any:
        return words.CONDITIONS.get(self.listing.condition, "")

    @property
    def lacks(self) -> list[Any]:
        """What has to be there before the listing can be ready, and is not."""
        wanted = {
            "title": bool(self.listing.title),
            "price": self.listing.price is not None,
            "image_ids": bool(getattr(self.listing, "covers", [])),
        }
        return [words.FIELDS[name] for name, there in wanted.items() if not there]


@dataclass(frozen=True)
class Move:
    """A state that a listing can go to, and what its button says."""

    state: str
    words: Any


def moves_of(listing: Listing) -> list[Move]:
    here = ListingState(listing.state)
    return [
        Move(to.value, words.MOVES_BACK.get((here, to), words.MOVES[to]))
        for to in states.NEXT[here]
    ]


def thumbnail(image: Image) -> str:
    """Its small copy's address, "" as long as there is none."""
    return content_url(image, "thumbnail") if image.thumbnail_key else ""


def listing_of(request: HttpRequest, listing_id: str) -> Listing:
    """The caller's listing, whole. Raises AppError NOT_FOUND, also for other people's."""
    caller, _ = signed_in(request)
    return selectors.listing_for(caller.account, decoded("lst", listing_id, "Listing"))


def ids_of(request: HttpRequest, name: str, prefix: str, what: str) -> list[UUID]:
    """The ids that a form sends under a name, in order. Raises AppError NOT_FOUND for what is none."""
    return all_decoded(prefix, request.POST.getlist(name), what)


def platform_of(text: str) -> str:
    """A platform by its name, "" for anything else."""
    return text if text in Platform.values else ""
