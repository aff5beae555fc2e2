"""What backgrounds and reference images have in common: files that pictures are made with, under names and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from django.db import transaction

from accounts.models import Account
from accounts.services import one_at_a_time
from config.errors import invalid
from media_library.intake.ingest import Incoming, keep_all, stored
from media_library.models import Image

MAX_TAGS: Final = 20
TAG_LENGTH: Final = 32


@contextmanager
def kept(
    account: Account, files: Sequence[Incoming], *, check: Callable[[], None]
) -> Iterator[list[Image]]:
    """Files as material of the account, all of them or none, with what the block writes about them.

    ``check`` raises where there is no room: of two uploads at once the second sees what the first one has
    left. Raises AppError (see media_library.checks.check).
    """
    check()  # before anything is stored
    material = [replace(file, is_material=True) for file in files]
    with stored(account, material) as images, transaction.atomic():
        one_at_a_time(Account.objects.all()).get(pk=account.pk)
        check()
        keep_all(images)
        yield images


def is_called(name: str, tags: Sequence[str], *, tag: str, search: str) -> bool:
    """Whether it has a tag, and its name or one of its tags a part that is searched for; "" is in all.

    Compared here, because databases differ in how they look into JSON and in what they take for the same
    letter.
    """
    searched = search.casefold()
    return (not tag or tag.lower() in tags) and any(
        searched in text.casefold() for text in (name, *tags)
    )


def tidy_tags(tags: Sequence[str]) -> list[str]:
    """In small letters, on one line, each once. Raises AppError VALIDATION_ERROR."""
    tidy = [" ".join(tag.lower().split()) for tag in tags]
    if not all(tag.isprintable() and 1 <= len(tag) <= TAG_LENGTH for tag in tidy):
        raise invalid("tags", f"A tag must have 1 to {TAG_LENGTH} visible characters.")
    tidy = list(dict.fromkeys(tidy))
    if len(tidy) > MAX_TAGS:
        raise invalid("tags", f"At most {MAX_TAGS} tags can be given.")
    return tidy
