"""The figures of docs/benchmarks.md, side by side in one run: `python -m benchmarks figures`.

Measures every row, or the groups that are named: cutouts, edit, high, rest, batch, pack. `--against
FOLDER` is a checkout of an earlier build with its weights in var/models; without it the rows that
compare with one are left out. `--write` puts the table, with machine, versions and date, into
docs/benchmarks.md in place of the last.
"""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.engine.photos import ROOT, models_dir
from benchmarks.figures.builds import commit
from benchmarks.figures.rows import FAST, HIGH, OF_BUILDS, ROWS, Row
from processing.engine.libraries import version_of
from processing.engine.networks.registry import Registry

DOCUMENT = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- written by python -m benchmarks figures -->", "<!-- end of what is written -->"
_PACKAGES = ("rembg", "onnxruntime", "MNN", "opencv-python-headless", "pillow", "numpy", "isal")


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    names = arguments.groups or list(ROWS)
    if arguments.against is None and (left_out := OF_BUILDS.intersection(names)):
        print(f"left out without --against: {', '.join(sorted(left_out))}")
        names = [name for name in names if name not in OF_BUILDS]
    rows = []
    for name in names:
        for row in ROWS[name](arguments):
            print(_line(row), flush=True)
            rows.append(row)
    if arguments.write:
        DOCUMENT.write_text(inserted(DOCUMENT.read_text(), written(rows, _facts(arguments))))
        print(f"written to {DOCUMENT.relative_to(ROOT)}")


def written(rows: Sequence[Row], facts: Sequence[str]) -> str:
    """The table and what it was measured with, as Markdown."""
    lines = [
        "| work | against | theirs | Packshot | ratio | at least | aim |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        goals = [f"{'at most ' if row.is_limit else ''}{goal:g}" for goal in (row.least, row.aim)]
        values = [_value(row.theirs, row.unit), _value(row.ours, row.unit)]
        cells = [row.work, row.against, *values, f"**{row.ratio:.2f}**", *goals]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", *(f"- {fact}" for fact in facts)])


def inserted(document: str, text: str) -> str:
    """The document with the text in place of the last. Raises ValueError without its two marks."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{DOCUMENT.name} lacks its marks: {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def _line(row: Row) -> str:
    values = f"{_value(row.theirs, row.unit)} against {_value(row.ours, row.unit)}"
    return f"{row.work} ({row.against}): {values}, {row.ratio:.2f}: {row.verdict}"


def _value(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}"


def _facts(arguments: argparse.Namespace) -> list[str]:
    models = Registry(arguments.models_dir)
    runs = ", ".join(f"{name} by {models.provider(name)}" for name in (FAST, HIGH))
    facts = [
        f"Measured on {datetime.now(UTC):%d %B %Y} with commit {commit(ROOT)}, the median of "
        f"{arguments.runs} runs in turn; load of the machine at the end: {os.getloadavg()[0]:.1f}.",
        f"Machine: {_processor()}, {len(os.sched_getaffinity(0))} cores; {platform.system()}, "
        f"Python {platform.python_version()}.",
        f"Networks: {runs}.",
        "Packages: " + ", ".join(_installed()) + ".",
    ]
    if arguments.against is not None:
        facts.append(f"The earlier build is commit {commit(arguments.against)}.")
    return facts


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text() if cpuinfo.exists() else ""
    _, found, rest = text.partition("model name")
    return rest.partition(":")[2].partition("\n")[0].strip() if found else platform.processor()


def _installed() -> list[str]:
    versions = ((package, version_of(package)) for package in _PACKAGES)
    return [f"{package} {found}" if found else f"no {package}" for package, found in versions]


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--against", type=Path, help="the folder of an earlier build")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--photos", type=int, default=100, help="of the batch")
    parser.add_argument("--large-photos", type=int, default=20, help="of the worker at rest")
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    parser.add_argument("--write", action="store_true", help="put the table into the document")
    arguments = parser.parse_args(given)
    if unknown := set(arguments.groups) - ROWS.keys():
        sys.exit(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}.")
    return arguments
