"""Options that several commands share, and the run they begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from packshot.cli import signed_in
from packshot.runs import photos
from packshot.runs.exits import Exit
from packshot.runs.journal import Journal
from packshot.runs.report import Report
from packshot.runs.run import Run
from packshot.runs.work import SiteMaker, Work

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
AT_ONCE = 4
ANYWHERE = click.Path(path_type=Path)


def results(command: F) -> F:
    """Where results go, and how it is told."""
    for option in (
        click.option(
            "--json", "as_json", is_flag=True, help="Write a line of JSON for each photo."
        ),
        click.option("--quiet", "-q", is_flag=True, help="Tell only what fails."),
        click.option(
            "--parallel",
            "-j",
            type=click.IntRange(1, 32),
            help="How many photos at once; a site is asked for 4.",
        ),
        click.option(
            "--out",
            "-o",
            type=ANYWHERE,
            default=Path("packshot-out"),
            show_default=True,
            help="The folder of the results, with a journal of what is done.",
        ),
    ):
        command = option(command)
    return command


def on_site(
    files: Sequence[Path],
    work: Work,
    *,
    out: Path,
    parallel: int | None,
    as_json: bool,
    quiet: bool,
) -> Exit:
    """Have a site do some work to files."""
    found = photos.named(files, out)
    refuse_overwriting(found, out)
    with (
        signed_in.client() as client,
        Report(len(found), as_json=as_json, quiet=quiet) as report,
    ):
        journal = Journal(out)
        run = Run(out, journal, SiteMaker(client, journal), report)
        return run.over(found, work, parallel=parallel or AT_ONCE)


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
