"""Making results on this machine, by the engine in this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, cast

import click

from packshot.cli.common import Results, refuse_overwriting
from packshot.engine import Engine
from packshot.files import write
from packshot.runs import photos
from packshot.runs.exits import Exit
from packshot.runs.journal import Journal
from packshot.runs.run import Run
from packshot.runs.work import Told, Work
from packshot.steps import camel

_MOST = 4


class LocalMaker:
    """Has results made by the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, path: Path, photo: str, work: Work, target: Path, told: Told) -> Path:
        told("working", 0, None)
        source = path.read_bytes()
        if work.tool == "edit":
            made = self._engine.edit(source, cast("dict[str, Any]", work.plan))
        else:
            made = self._engine.cut_out(source, camel(work.options))
        to = target.with_name(f"{target.name}{work.ending}")
        write(to, made)
        return to


def run(files: Sequence[Path], work: Work, results: Results, *, threads: int) -> Exit:
    """Do some work to files, without a site; by default on all cores, but not with more than four
    networks, as each takes memory."""
    out = results.out
    found = photos.named(files, out)
    refuse_overwriting(found, out)
    maker = LocalMaker(engine(threads))
    at_once = results.parallel or max(1, min(_MOST, cores() // threads))
    with own_output(), results.report(len(found)) as report:
        return Run(out, Journal(out), maker, report).over(found, work, parallel=at_once)


def engine(threads: int) -> Engine:
    """Make the engine, which tells what it fetches. Raises NoEngine."""
    return Engine(threads=threads, report=lambda line: click.echo(line, err=True))


@contextmanager
def own_output() -> Iterator[None]:
    """Let what this command writes go where standard output leads now. While a network is loaded, standard
    output is pointed elsewhere for a moment, because of a line that its runtime prints."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):  # no file, as in tests
        yield
        return
    encoding = sys.stdout.encoding
    with (
        os.fdopen(os.dup(number), "w", buffering=1, encoding=encoding) as own,
        redirect_stdout(own),
    ):
        yield


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
