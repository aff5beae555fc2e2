"""The writers of this site, by name, as the settings make them."""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

from django.conf import settings

from config.errors import AppError, invalid
from listings.writers.base import Writer
from listings.writers.llm import LlmWriter
from listings.writers.rules import RulesWriter

Name = Literal["rules", "llm"]


@cache
def writers() -> dict[Name, Writer]:
    found: dict[Name, Writer] = {"rules": RulesWriter()}
    if settings.LISTING_LLM_URL:
        found["llm"] = LlmWriter(
            settings.LISTING_LLM_URL,
            settings.LISTING_LLM_MODEL,
            key=settings.LISTING_LLM_KEY,
            timeout=settings.PROVIDER_SECONDS,
            max_pixels=settings.MAX_PIXELS,
        )
    return found


def named(name: str | None) -> Name:
    """That writer's name, or the site's own choice. Raises AppError for one that is not here."""
    wanted = name or settings.LISTING_PROVIDER
    for here in get_args(Name):
        if here == wanted and here in writers():
            return here  # type: ignore[no-any-return]
    known = ", ".join(writers())
    if name is None:
        raise AppError(
            "PROVIDER_FAILED",
            f"The settings of this site name the writer '{wanted[:40]}', but it has only {known}.",
            status=502,
        )
    raise invalid("provider", f"This site has no writer '{wanted[:40]}'. Available: {known}.")
