"""The versions of rooms' looks, as `room_versions.toml` has them: frozen sets of parameters.

They are our own: the numbers of other services' models with such versions are not known.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from processing.engine.errors import InvalidPlan

_DATA: Final[Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text("utf-8")
)
NEWEST: Final[str] = _DATA["newest"]
VERSIONS: Final[tuple[str, ...]] = tuple(_DATA["versions"])
# Every word that `resolve` takes.
WORDS: Final[tuple[str, ...]] = (*_DATA["aliases"], *VERSIONS)


def resolve(word: str) -> str:
    """The version that a word means: `4.x` is the newest minor of 4. Raises InvalidPlan."""
    version: str = _DATA["aliases"].get(word, word)
    if version not in VERSIONS:
        raise InvalidPlan.of("version", f"must be one of {', '.join(WORDS)}.")
    return version


def looks_of(version: str) -> Mapping[str, Mapping[str, float]]:
    """The looks that a version has, each with its amounts, see `room.looks.Amounts`.

    Raises KeyError for what `resolve` didn't answer.
    """
    looks: Mapping[str, Mapping[str, float]] = _DATA["sets"][_DATA["versions"][version]]
    return looks
