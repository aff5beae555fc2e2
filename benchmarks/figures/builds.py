"""This build and an earlier one, each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.engine.photos import ROOT

_SERVE, _WORKS = (Path(__file__).with_name(name) for name in ("serve.py", "child.py"))


class Build:
    """A checkout of Packshot whose code is run by this Python's packages, in a process of its own that does
    the `works` of a file."""

    def __init__(self, folder: Path = ROOT, works: Path = _WORKS) -> None:
        self._child = subprocess.Popen(
            [sys.executable, str(_SERVE), str(works)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._child.communicate()  # no more orders: it ends

    def ask(self, work: str, **options: object) -> dict[str, Any]:
        """What the work comes to; see its file. Raises RuntimeError where it fails."""
        asks, answers = self._child.stdin, self._child.stdout
        if asks is None or answers is None:
            raise RuntimeError("The child has no pipes.")
        asks.write(json.dumps({"work": work, **options}) + "\n")
        asks.flush()
        line = answers.readline()
        if not line:
            raise RuntimeError(f"{work} failed in {self._child.args!r}; see above.")
        found: dict[str, Any] = json.loads(line)
        return found


def commit(folder: Path) -> str:
    """A checkout's commit, in short."""
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()
