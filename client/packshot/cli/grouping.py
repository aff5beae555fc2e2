"""Options of a command that it gets as one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
Option = Callable[[F], F]


def grouped(name: str, kind: type[Any], *options: Option[Any]) -> Option[Any]:
    """Add options to a command, which gets their values by one name: as a ``kind``, whose fields they are."""

    def decorate(command: F) -> Any:
        @wraps(command)
        def with_one(**given: Any) -> Any:
            values = {field.name: given.pop(field.name) for field in fields(kind)}
            return command(**given, **{name: kind(**values)})

        decorated: Any = with_one
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
