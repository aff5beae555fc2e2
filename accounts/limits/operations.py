"""The operations that jobs do: their names in the API and in plans, and the words that people read.

Each app registers its own when it starts, by way of its kinds of work (processing.worker.kinds).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

REMOVE_BACKGROUND = "remove-background"
EDIT = "edit"
GENERATE_BACKGROUND = "generate-background"
REPLACE_BACKGROUND = "replace-background"
UPSCALE = "upscale"
REMOVE_TEXT = "remove-text"
ENHANCE = "enhance"
GROUP_BRACKETS = "group-brackets"
COPY = "copy"
GENERATE_LISTING = "generate-listing"
REWRITE_LISTING = "rewrite-listing"
TOUCH_UP = "touch-up"
IMPORT_COMPARABLES = "import-comparables"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, for programs and for people.

    - `name`: as the API and the plans spell it.
    - `title`: what it is called ("Cutouts"), on the usage page and in sentences.
    - `running`, `done`: what is said of a job ("Cutting out", "Cut out"); like the title in the
      language of whoever reads.
    - `metered`: whether it counts against a monthly quota.
    - `one`: what a single job of it is called ("Cutout"), where the title is a plural.
    """

    name: str
    title: str | _StrPromise
    running: str | _StrPromise
    done: str | _StrPromise
    metered: bool = True
    one: str | _StrPromise = ""

    @property
    def of_one(self) -> str:
        """What a single job is called."""
        return str(self.one or self.title)

    @property
    def in_sentence(self) -> str:
        """The title within a sentence. German writes its nouns large there, too."""
        title = str(self.title)
        is_german = (get_language() or "").startswith("de")
        return title if is_german else title[:1].lower() + title[1:]


_OPERATIONS: dict[str, Operation] = {}


def register(operation: Operation) -> None:
    """Make an operation known. Raises ValueError where another one has its name."""
    if _OPERATIONS.setdefault(operation.name, operation) != operation:
        raise ValueError(f"There is another operation called {operation.name}.")


def named(name: str) -> Operation:
    """The operation of that name; what nobody registered is called by its name.

    Rows outlive code: a plan's limit or a job of an operation that is gone can still be shown.
    """
    words = name.replace("-", " ").capitalize()
    return _OPERATIONS.get(name) or Operation(name, title=words, running=words, done=words)


def known() -> list[Operation]:
    """All that is registered."""
    return list(_OPERATIONS.values())


def metered() -> tuple[str, ...]:
    """The names of all that plans count."""
    return tuple(one.name for one in _OPERATIONS.values() if one.metered)
