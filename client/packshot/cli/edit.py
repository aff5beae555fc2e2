"""`packshot edit`: whole pictures of products, by a look or by a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import click

from packshot.cli import common, signed_in
from packshot.plans import EditPlan
from packshot.runs import looks
from packshot.runs.work import Work


def _plan(context: click.Context, option: click.Parameter, value: str | None) -> EditPlan | None:
    if value is None:
        return None
    text = value if value.lstrip().startswith("{") else _text(Path(value))
    try:
        plan = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"It is no JSON: {error}.") from error
    if not isinstance(plan, dict):
        raise click.BadParameter("It is no JSON object.")
    return cast("EditPlan", plan)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{path} can't be read: {error}.") from error


@click.command()
@click.argument("photos", nargs=-1, required=True, type=common.FILE)
@click.option("--look", help="A ready or saved look, by its id or name: amazon, look_ebay.")
@click.option("--plan", callback=_plan, help="An edit as JSON, or a file with it (docs/api.md).")
@common.results
def edit(
    photos: tuple[Path, ...], look: str | None, plan: EditPlan | None, results: common.Results
) -> int:
    """Make whole pictures of PHOTOS: canvas, background, shadow, light and more.

    With both --look and --plan the plan's parts replace the look's.
    """
    if look is None and plan is None:
        raise click.UsageError("Name a --look, a --plan, or both.")
    preset = None
    if look is not None:
        with signed_in.client() as client:
            found = looks.looks_of(client, [look])
        if len(found) != 1:
            raise click.UsageError("Name one look; `packshot batch` takes several.")
        [preset] = found
    format = (plan or {}).get("export", {}).get("format")
    work = Work("edit", plan=plan, preset_id=preset, ending=f".{format}" if format else None)
    return common.on_site(photos, work, results)
