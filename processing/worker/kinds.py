"""The kinds of work there are: for each command, all that the rest of the site has to know of it.

Each app registers its own in its AppConfig.ready, in workers as in web processes. Nothing else asks
what type a command has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.limits import operations
from accounts.limits.operations import Operation
from media_library.models import Image
from processing import commands
from processing.commands import Command
from processing.engine.rendered import Rendered
from processing.models import Job


@dataclass(frozen=True, slots=True)
class ReportOnly:
    """The outcome of work that makes no picture: all it has to say is the job's report."""

    report: dict[str, Any]


def _accept(*_: object) -> None:
    """Find nothing wrong, and do nothing."""


def _describe_nothing(_: object) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work.

    - `operations`: for each operation that the command may name, the one that plans, lists of jobs
      and people know it by. Several commands may share one.
    - `work` does what a command says, in a worker. It may raise EngineError and AppError, which
      fail the job for good.
    - `makers` answers the names and versions of all that decides about the outcome beside source
      and command, the code among them; without it no outcome is found again, and equal work is done
      anew.
    - `check` refuses what this site can't do (a model that is not installed), `check_source` what
      can't be done to this picture (one too large). Both raise AppError, before anything is charged.
    - `completing` writes what belongs to the outcome, within the transaction that completes the
      job; it finds the report on the job, and may add to it.
    - `counts_cutouts`: its units are for cutting photos out: what is made of a matte that was kept, or
      that another job is about to keep, costs none.
    - `describe` puts the command's options into words, for people: "High model, on white".
    """

    operations: Mapping[str, Operation]
    work: Callable[[Job, Any], Rendered | ReportOnly]
    makers: Callable[[Any], list[str]] | None = None
    check: Callable[[Any], None] = _accept
    check_source: Callable[[Any, Image], None] = _accept
    completing: Callable[[Job, Any, Image | None], None] = _accept
    describe: Callable[[Any], str] = _describe_nothing
    counts_cutouts: bool = False


_KINDS: dict[type[Command], Kind] = {}


def by_name(*known: Operation) -> dict[str, Operation]:
    """The operations of a command that names them as people and plans know them."""
    return {operation.name: operation for operation in known}


def register(command: type[Command], kind: Kind) -> None:
    """Make a kind of work known, with its command and its operations. Raises ValueError where these
    don't belong together, or where another kind has one of them."""
    if set(kind.operations) != set(command.operations()):
        raise ValueError(f"The operations of {command.__name__} and of its kind differ.")
    commands.register(command)
    for operation in kind.operations.values():
        operations.register(operation)
    _KINDS[command] = kind


def of(command: Command) -> Kind:
    return _KINDS[type(command)]


def operation_of(command: Command) -> Operation:
    """Return what plans, lists of jobs and people know the work by."""
    return of(command).operations[command.operation]
