"""How a listing may go from state to state."""

from __future__ import annotations

from typing import Final

from config.errors import AppError
from listings.models import ListingState

DRAFT, READY, LISTED = ListingState.DRAFT, ListingState.READY, ListingState.LISTED
SOLD, ARCHIVED = ListingState.SOLD, ListingState.ARCHIVED

NEXT: Final[dict[ListingState, tuple[ListingState, ...]]] = {
    DRAFT: (READY, ARCHIVED),
    READY: (DRAFT, LISTED, SOLD, ARCHIVED),
    LISTED: (READY, SOLD, ARCHIVED),
    SOLD: (LISTED, ARCHIVED),  # back to listed where the sale came to nothing
    ARCHIVED: (DRAFT,),
}
# In these a listing is whole: it has a title, a picture and a price.
WHOLE: Final = (READY, LISTED, SOLD)


def check(before: str, after: str) -> None:
    """Raises AppError CONFLICT for a step that there is not."""
    if after != before and after not in NEXT[ListingState(before)]:
        ways = " or ".join(state.value for state in NEXT[ListingState(before)])
        raise AppError(
            "CONFLICT", f"A listing that is {before} can become {ways}, not {after}.", status=409
        )
