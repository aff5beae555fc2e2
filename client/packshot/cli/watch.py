"""`packshot watch`: a hot folder."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from packshot.cli import common, cutout, signed_in
from packshot.errors import NotAllowed
from packshot.runs import looks
from packshot.runs.exits import Exit
from packshot.runs.hot_folder import DONE, FAILED, HotFolder, Times
from packshot.runs.journal import Journal
from packshot.runs.report import Report
from packshot.runs.run import Run
from packshot.runs.work import Maker, SiteMaker, Work


@click.command()
@click.argument("folder", type=common.FOLDER)
@click.option("--look", help="A look, by id or name, instead of a cutout.")
@cutout.flags
@cutout.engine
@click.option("--out", "-o", type=common.ANYWHERE, help="The results.  [FOLDER/results]")
@click.option("--parallel", "-j", type=click.IntRange(1, 32), help="How many photos at once.")
@click.option("--every", type=click.FloatRange(0.1), default=2.0, help="Seconds between looks.")
@click.option(
    "--settle",
    type=click.FloatRange(0.0),
    default=4.0,
    help="Seconds without a change after which a file counts as complete.",
)
@click.option("--once", is_flag=True, help="Do what is there, and end.")
@click.option("--json", "as_json", is_flag=True, help="Write a line of JSON for each photo.")
def watch(
    folder: Path,
    look: str | None,
    local: bool,
    threads: int | None,
    out: Path | None,
    parallel: int | None,
    every: float,
    settle: float,
    once: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Work on photos that are laid into FOLDER, until interrupted.

    Photos that are done go to FOLDER/done, those that fail to FOLDER/failed with the reason beside
    them. A photo that comes again under its name is another version: its result replaces the first.
    """
    folder = folder.absolute()
    results = (out or folder / "results").absolute()
    if results in (folder, folder / DONE, folder / FAILED):
        raise click.UsageError("The results need a folder of their own.")
    times = Times(every=every, settle=settle)
    journal = Journal(results)
    with (
        Report(0, as_json=as_json, bars=False) as report,
        _maker(journal, local=local, threads=threads) as maker,
        ThreadPoolExecutor(parallel or (1 if local else common.AT_ONCE)) as pool,
    ):
        work = _work(maker, look, flags)
        hot = HotFolder(folder, Run(results, journal, maker, report), work, times=times)
        report.note(f"Watching {folder}. Results: {results}.")
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            while (hot.turn(pool) and not (once and hot.is_pausing)) or not once:
                time.sleep(every)
        except KeyboardInterrupt:
            report.note("Finishing what has begun.")
            pool.shutdown(cancel_futures=True)
        finally:
            signal.signal(signal.SIGTERM, before)
        if hot.is_pausing and once:
            return Exit.UNAVAILABLE
        return Exit.SOME_FAILED if report.counts["failed"] else Exit.DONE


@contextmanager
def _maker(journal: Journal, *, local: bool, threads: int | None) -> Iterator[Maker]:
    if local:
        from packshot.cli import local as here

        maker = here.LocalMaker(here.engine(threads or 1))
        with here.own_output():
            yield maker
        return
    if threads is not None:
        raise click.UsageError("--threads goes with --local.")
    with signed_in.client() as client:
        with suppress(NotAllowed):  # a key that may not read the account may do this all the same
            client.me()  # a wrong one is told before anything comes
        yield SiteMaker(client, journal)


def _work(maker: Maker, look: str | None, flags: dict[str, Any]) -> Work:
    if look is None:
        return cutout.work_of(**flags)
    if any(flags.values()) or not isinstance(maker, SiteMaker):
        raise click.UsageError("--look goes with none of the options of cutouts, nor --local.")
    with signed_in.client() as client:
        found = looks.looks_of(client, [look])
    if len(found) != 1:
        raise click.UsageError("Name one look.")
    return Work("edit", preset_id=next(iter(found)))
