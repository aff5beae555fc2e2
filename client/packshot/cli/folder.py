"""`packshot batch`: all photos of a folder, in batches that the site works off on its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import click

from packshot.cli import common, signed_in
from packshot.options import BatchOperation
from packshot.runs import looks, photos
from packshot.runs.batches import BatchRun, BatchWork
from packshot.runs.journal import Journal
from packshot.runs.report import Report

_OPERATIONS = (
    *("remove-background", "edit", "enhance", "generate-background"),
    *("replace-background", "upscale", "remove-text"),
)
_AT_ONCE = 100


def _options(
    context: click.Context, option: click.Parameter, value: str | None
) -> dict[str, Any] | None:
    if value is None:
        return None
    try:
        found = json.loads(value)
    except ValueError as error:
        raise click.BadParameter(f"It is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise click.BadParameter("It is no JSON object.")
    return found


@click.command()
@click.argument("folder", type=common.FOLDER)
@click.option("--look", "words", multiple=True, help="Looks by id or name: amazon,ebay.")
@click.option("--pack", "packs", multiple=True, help="Packs of looks: amazon,ebay.")
@click.option("--tool", type=click.Choice(_OPERATIONS), help="A tool instead.")
@click.option("--options", "how", callback=_options, help="The tool's options, as JSON.")
@click.option(
    "--at-once",
    type=click.IntRange(1, _AT_ONCE),
    default=_AT_ONCE,
    help="Results in one batch; plans may allow fewer than 100.",
)
@common.results
def batch(
    folder: Path,
    words: tuple[str, ...],
    packs: tuple[str, ...],
    tool: str | None,
    how: dict[str, Any] | None,
    at_once: int,
    out: Path,
    parallel: int | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Do the same to all photos in FOLDER, at any depth.

    With several looks each has a folder of its own below --out; what packs make lies in a folder for
    each market. A run that was interrupted goes on
    with the batches it has begun.
    """
    if bool(words or packs) == bool(tool):
        raise click.UsageError("Name looks by --look, packs by --pack, or a tool by --tool.")
    if how is not None and not tool:
        raise click.UsageError("--options are a tool's.")
    found = photos.inside(folder, out)
    common.refuse_overwriting(found, out)
    with signed_in.client() as client:
        work = BatchWork(
            cast("BatchOperation | None", tool),
            looks.looks_of(client, words),
            looks.packs_of(client, packs),
            how,
        )
        if work.results_each > at_once:
            raise click.UsageError(f"{work.results_each} results don't fit in {at_once}.")
        results = len(found) * work.results_each
        with Report(results, as_json=as_json, quiet=quiet) as report:
            run = BatchRun(client, out, Journal(out), report, work)
            return run.over(found, at_once=at_once, parallel=parallel or common.AT_ONCE)
