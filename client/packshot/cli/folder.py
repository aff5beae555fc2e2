"""`packshot batch`: all photos of a folder, in batches that the site works off on its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from packshot.cli import common, signed_in
from packshot.cli.grouping import grouped
from packshot.client import Client
from packshot.options import BatchOperation
from packshot.runs import looks, photos
from packshot.runs.batches import BatchRun, BatchWork
from packshot.runs.journal import Journal

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


@dataclass(frozen=True)
class Wanted:
    """What is made of each photo: looks and packs, by the words people use, or by a tool."""

    looks: tuple[str, ...]
    packs: tuple[str, ...]
    tool: BatchOperation | None
    how: dict[str, Any] | None

    def __post_init__(self) -> None:
        if bool(self.looks or self.packs) == bool(self.tool):
            raise click.UsageError("Name looks by --look, packs by --pack, or a tool by --tool.")
        if self.how is not None and not self.tool:
            raise click.UsageError("--options are a tool's.")

    def found(self, client: Client) -> BatchWork:
        """Find the looks and packs on the site. Raises click.UsageError for what is none."""
        named = looks.looks_of(client, self.looks), looks.packs_of(client, self.packs)
        return BatchWork(self.tool, *named, self.how)


_wanted = grouped(
    "wanted",
    Wanted,
    click.option("--look", "looks", multiple=True, help="Looks by id or name: amazon,ebay."),
    click.option("--pack", "packs", multiple=True, help="Packs of looks: amazon,ebay."),
    click.option("--tool", type=click.Choice(_OPERATIONS), help="A tool instead."),
    click.option("--options", "how", callback=_options, help="The tool's options, as JSON."),
)


@click.command()
@click.argument("folder", type=common.FOLDER)
@_wanted
@click.option(
    "--at-once",
    type=click.IntRange(1, _AT_ONCE),
    default=_AT_ONCE,
    help="Results in one batch; plans may allow fewer than 100.",
)
@common.results
def batch(folder: Path, wanted: Wanted, at_once: int, results: common.Results) -> int:
    """Do the same to all photos in FOLDER, at any depth.

    With several looks each has a folder of its own below --out; what packs make lies in a folder for
    each market. A run that was interrupted goes on with the batches it has begun.
    """
    out = results.out
    found = photos.inside(folder, out)
    common.refuse_overwriting(found, out)
    with signed_in.client() as client:
        work = wanted.found(client)
        if work.results_each > at_once:
            raise click.UsageError(f"{work.results_each} results don't fit in {at_once}.")
        with results.report(len(found) * work.results_each) as report:
            run = BatchRun(client, out, Journal(out), report, work)
            return run.over(found, at_once=at_once, parallel=results.parallel or common.AT_ONCE)
