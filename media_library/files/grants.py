"""Who may end links before their time: other apps enter here what a link's ``grant`` stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_holding: Final[list[Callable[[str], bool]]] = []


def register(holds: Callable[[str], bool]) -> None:
    """Enter a question: whether links of this grant hold still. It says no to what it doesn't know."""
    _holding.append(holds)


def holds(grant: str) -> bool:
    """Ask whether somebody vouches for links of this grant; those without one hold by themselves."""
    return not grant or any(ask(grant) for ask in _holding)
