"""The ``pr-…`` headers of requests, and which of their answers' headers tell what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from processing.engine.plans.cutout import Edge

_HD = "pr-hd-background-removal"
# Their models' versions. Ours are other models: all that can be done with a known one is to take
# it for the wish that it is, and to say of an unknown one that it means nothing.
_KNOWN: dict[str, tuple[str, ...]] = {
    _HD: ("auto", "never"),
    "pr-background-removal-model-version": ("2023-06-01", "2024-09-26"),
    "pr-ai-shadows-model-version": ("2026-04-15",),
    "pr-ai-background-model-version": ("2", "background-studio-beta-2025-03-17"),
}
ASKING = tuple(_KNOWN)
TELLING = (
    *("x-uncertainty-score", "pr-ai-background-seed", "pr-texts-detected"),
    *("pr-unsupported-attributes", "pr-edit-further-url"),
    *("x-background-provider", "x-background-words-not-understood"),
)
_MAX_NAMES, _MAX_LETTERS = 50, 64
_UNSAFE = re.compile(r"[^A-Za-z0-9_.\-\[\]{}]")


def edge_of(headers: Mapping[str, str]) -> Edge | None:
    """The finest edge where their high-definition cutout is asked for."""
    return "fine" if headers.get(_HD) == "auto" else None


def unsupported_headers(headers: Mapping[str, str]) -> list[str]:
    named = {name.lower(): value for name, value in headers.items()}
    return sorted(
        name
        for name, value in named.items()
        if name.startswith("pr-") and value not in _KNOWN.get(name, ())
    )


def unsupported_text(names: Iterable[str]) -> str:
    """What ``pr-unsupported-attributes`` says; names come from callers, so they are made safe."""
    shown = [_UNSAFE.sub("?", name[:_MAX_LETTERS]) for name in names]
    more = ", ..." if len(shown) > _MAX_NAMES else ""
    return f"Unsupported attributes: {', '.join(shown[:_MAX_NAMES])}{more}"
