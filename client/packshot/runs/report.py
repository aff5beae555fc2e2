"""Telling how far it is: bars on a terminal, lines elsewhere, JSON for programs."""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed

from packshot.errors import ApiError


class Report:
    """What a run tells, on standard error; with ``as_json`` each result is a line on standard output.

    States are `done`, `skipped` (was done already) and `failed`. Threads may share it.
    """

    def __init__(
        self, total: int, *, as_json: bool, quiet: bool = False, bars: bool = True
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._as_json = as_json
        self._quiet = quiet
        self._lock = threading.Lock()
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[shown]}"),
            Elapsed(),
            console=self._console,
            disable=quiet or not bars or not sys.stderr.isatty(),
            transient=True,
        )
        self._all = self._bars.add_task("Photos", total=total, shown=f"0/{total}")
        self._steps: dict[Path, tuple[str, TaskID]] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def say(self, text: str) -> None:
        """Say what all of it is about at the moment, where there are bars."""
        with self._lock:
            self._bars.update(self._all, description=escape(text))

    def note(self, text: str) -> None:
        """Say something that is about no single photo."""
        with self._lock:
            self._console.print(escape(text))

    def step(self, photo: Path, what: str, done: int = 0, total: int | None = None) -> None:
        """Say what is done to a photo, and how much of its bytes."""
        with self._lock:
            before, task = self._steps.get(photo, ("", None))
            if task is None or before != what:  # a bar without a known end can't be made of another
                self._remove(task)
                text = f"{escape(photo.name)}: {what}"
                task = self._bars.add_task(text, total=total, shown="")
                self._steps[photo] = what, task
            shown = f"{done / total:.0%}" if total else ""
            self._bars.update(task, completed=done, shown=shown)

    def done(self, photo: Path, result: Path, *, skipped: bool = False, **more: Any) -> None:
        state = "skipped" if skipped else "done"
        said = f"{photo} -> {result}" + (" (was done already)" if skipped else "")
        self._end(photo, state, said, {"result": str(result), **more})

    def failed(self, photo: Path, error: Exception, **more: Any) -> None:
        code = getattr(error, "code", None) or type(error).__name__
        facts: dict[str, Any] = {"code": code, "message": str(error), **more}
        if isinstance(error, ApiError):
            facts |= {"fields": error.fields, "requestId": error.request_id}
        self._end(photo, "failed", f"{photo}: {error}", facts)

    def _end(self, photo: Path, state: str, said: str, facts: dict[str, Any]) -> None:
        with self._lock:
            self.counts[state] += 1
            self._remove(self._steps.pop(photo, ("", None))[1])
            ended, total = self.counts.total(), self._bars.tasks[0].total
            self._bars.update(self._all, completed=ended, shown=f"{ended}/{total:.0f}")
            if self._as_json:
                click.echo(json.dumps({"photo": str(photo), "state": state, **facts}))
            elif not self._quiet or state == "failed":
                style = "red" if state == "failed" else None
                self._console.print(escape(said), style=style)

    def _remove(self, task: TaskID | None) -> None:
        if task is not None:
            self._bars.remove_task(task)

    def summary(self) -> None:
        counts = {name: self.counts[name] for name in ("done", "skipped", "failed")}
        if self._as_json:
            click.echo(json.dumps({"summary": counts}))
        elif not self._quiet:
            self._console.print(", ".join(f"{n} {name}" for name, n in counts.items() if n))
