"""The kinds of work there are: for each command, what a worker does and how its result is found again.

Each app enters its own when it starts (processing.apps), in workers as in web processes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from media_library.models import Image
from processing.commands import Command
from processing.engine.rendered import Rendered
from processing.models import Job


@dataclass(frozen=True, slots=True)
class Told:
    """The outcome of work that makes no picture: all it has to say is the job's report."""

    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """`work` does what a command says, in a worker. It may raise EngineError and AppError, which
    fail the job for good.

    `makers` answers the names and versions of all that decides about the outcome beside source and
    command, the code among them; without it no outcome is found again, and equal work is done anew.
    `completing` writes what belongs to the outcome, within the transaction that completes the job;
    it finds the report on the job, and may add to it.
    """

    work: Callable[[Job, Any], Rendered | Told]
    makers: Callable[[Any], list[str]] | None = None
    completing: Callable[[Job, Image | None], None] | None = None


_KINDS: dict[type[Command], Kind] = {}


def register(command: type[Command], kind: Kind) -> None:
    _KINDS[command] = kind


def of(command: Command) -> Kind:
    return _KINDS[type(command)]
