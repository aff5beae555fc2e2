"""`packshot watch`: a hot folder."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from packshot.cli import common, cutout, signed_in
from packshot.cli.cutout import Flags, Machine
from packshot.cli.grouping import grouped
from packshot.errors import NotAllowed
from packshot.runs import looks
from packshot.runs.exits import Exit
from packshot.runs.hot_folder import DONE, FAILED, HotFolder, Times
from packshot.runs.journal import Journal
from packshot.runs.report import Report
from packshot.runs.run import Run
from packshot.runs.watching import alone
from packshot.runs.work import Maker, SiteMaker, Work


@dataclass(frozen=True)
class Watching:
    """How often a folder is looked through, when its files count as complete, and until when."""

    every: float
    settle: float
    once: bool


_watching = grouped(
    "watching",
    Watching,
    click.option("--every", type=click.FloatRange(0.1), default=2.0, help="Seconds between looks."),
    click.option(
        "--settle",
        type=click.FloatRange(0.0),
        default=4.0,
        help="Seconds without a change after which a file counts as complete.",
    ),
    click.option("--once", is_flag=True, help="Do what is there, and end."),
)


@dataclass(frozen=True)
class Told:
    """Where results go, how many are made at once, and how it is told."""

    out: Path | None
    parallel: int | None
    as_json: bool


_told = grouped(
    "told",
    Told,
    click.option("--out", "-o", type=common.ANYWHERE, help="The results.  [FOLDER/results]"),
    click.option("--parallel", "-j", type=click.IntRange(1, 32), help="How many photos at once."),
    click.option("--json", "as_json", is_flag=True, help="Write a line of JSON for each photo."),
)


@click.command()
@click.argument("folder", type=common.FOLDER)
@click.option("--look", help="A look, by id or name, instead of a cutout.")
@cutout.flags
@cutout.machine
@_told
@_watching
def watch(
    folder: Path, look: str | None, flags: Flags, machine: Machine, told: Told, watching: Watching
) -> int:
    """Work on photos that are laid into FOLDER, until interrupted.

    Photos that are done go to FOLDER/done, those that fail to FOLDER/failed with the reason beside
    them. A photo that comes again under its name is another version: its result replaces the first.
    """
    folder = folder.resolve()
    results = (told.out or folder / "results").resolve()
    if results in (folder, folder / DONE, folder / FAILED):
        raise click.UsageError("The results need a folder of their own.")
    journal = Journal(results)
    at_once = told.parallel or (1 if machine.local else common.AT_ONCE)
    with (
        Report(0, as_json=told.as_json, bars=False) as report,
        _maker(journal, machine) as maker,
        alone(folder),
        ThreadPoolExecutor(at_once) as pool,
    ):
        times = Times(every=watching.every, settle=watching.settle)
        run = Run(results, journal, maker, report)
        hot = HotFolder(folder, run, _work(maker, look, flags), times=times)
        report.note(f"Watching {folder}. Results: {results}.")
        _turn(hot, pool, report, watching)
        if hot.is_pausing and watching.once:
            return hot.stopped
        return Exit.SOME_FAILED if report.counts["failed"] else Exit.DONE


def _turn(hot: HotFolder, pool: ThreadPoolExecutor, report: Report, watching: Watching) -> None:
    """Look again and again, until there is nothing left or somebody interrupts."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while (hot.turn(pool) and not (watching.once and hot.is_pausing)) or not watching.once:
            time.sleep(watching.every)
    except KeyboardInterrupt:
        report.note("Finishing what has begun.")
        pool.shutdown(cancel_futures=True)
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _maker(journal: Journal, machine: Machine) -> Iterator[Maker]:
    if machine.local:
        from packshot.cli import local as here

        maker = here.LocalMaker(here.engine(machine.threads or 1))
        with here.own_output():
            yield maker
        return
    with signed_in.client() as client:
        with suppress(NotAllowed):  # a key that may not read the account may do this all the same
            client.me()  # a wrong one is told before anything comes
        yield SiteMaker(client, journal)


def _work(maker: Maker, look: str | None, flags: Flags) -> Work:
    if look is None:
        return cutout.work_of(flags)
    if flags != Flags() or not isinstance(maker, SiteMaker):
        raise click.UsageError("--look goes with none of the options of cutouts, nor --local.")
    with signed_in.client() as client:
        found = looks.looks_of(client, [look])
    if len(found) != 1:
        raise click.UsageError("Name one look.")
    return Work("edit", preset_id=next(iter(found)))
