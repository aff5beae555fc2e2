"""Options that several commands share, and the run they begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from packshot.cli import signed_in
from packshot.cli.grouping import grouped
from packshot.runs import photos
from packshot.runs.exits import Exit
from packshot.runs.journal import Journal
from packshot.runs.report import Report
from packshot.runs.run import Run
from packshot.runs.work import SiteMaker, Work

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
AT_ONCE = 4
ANYWHERE = click.Path(path_type=Path)


@dataclass(frozen=True)
class Results:
    """Where results go, how many are made at once, and how it is told."""

    out: Path
    parallel: int | None
    as_json: bool
    quiet: bool

    def report(self, total: int) -> Report:
        """Begin telling of so many results."""
        return Report(total, as_json=self.as_json, quiet=self.quiet)


results = grouped(
    "results",
    Results,
    click.option(
        "--out",
        "-o",
        type=ANYWHERE,
        default=Path("packshot-out"),
        show_default=True,
        help="The folder of the results, with a journal of what is done.",
    ),
    click.option(
        "--parallel",
        "-j",
        type=click.IntRange(1, 32),
        help="How many photos at once; a site is asked for 4.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="Tell only what fails."),
    click.option("--json", "as_json", is_flag=True, help="Write a line of JSON for each photo."),
)


def on_site(files: Sequence[Path], work: Work, results: Results) -> Exit:
    """Have a site do some work to files."""
    out = results.out
    found = photos.named(files, out)
    refuse_overwriting(found, out)
    with signed_in.client() as client, results.report(len(found)) as report:
        journal = Journal(out)
        run = Run(out, journal, SiteMaker(client, journal), report)
        return run.over(found, work, parallel=results.parallel or AT_ONCE)


def refuse_overwriting(found: Sequence[photos.Photo], out: Path) -> None:
    """Raise click.UsageError where results would lie beside their photos, and so might replace them."""
    for photo in found:
        if (
            photo.path.absolute().parent.resolve()
            == photo.target(out, "").absolute().parent.resolve()
        ):
            raise click.UsageError(
                f"The results would lie beside the photos in {photo.path.parent}: name another --out."
            )
