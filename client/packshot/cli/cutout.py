"""`packshot cutout`: products cut out, on nothing or on a color, on a canvas of any size."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from packshot.cli import common
from packshot.plans import Background, EditPlan, Layout
from packshot.runs.work import Work

_SIZE = re.compile(r"\d{1,5}x\d{1,5}")
FORMATS = ("png", "jpg", "webp", "avif")


def _size(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not _SIZE.fullmatch(value):
        raise click.BadParameter("write it as 2000x2000.")
    return value


def _edge(context: click.Context, option: click.Parameter, value: str | None) -> str | float | None:
    if value is None or value in ("none", "standard", "fine"):
        return value
    try:
        return float(value)
    except ValueError:
        raise click.BadParameter("none, standard, fine, or a number from 0 to 100.") from None


F = TypeVar("F", bound=Callable[..., Any])


def flags(command: F) -> F:
    """Options that say how products are cut out, as `work_of` takes them."""
    for option in reversed(
        (
            click.option("--white", is_flag=True, help="On white."),
            click.option("--color", help="On a color: #rrggbb or a CSS name."),
            click.option(
                "--size", callback=_size, help="The canvas, as 2000x2000. Default: the photo's."
            ),
            click.option(
                "--padding", help='Room around the product, with --size: "10%" or "40px".'
            ),
            click.option(
                "--shadow", type=click.Choice(["soft", "hard", "floating"]), help="Cast a shadow."
            ),
            click.option("--crop", is_flag=True, help="Crop to the product."),
            click.option(
                "--mask", is_flag=True, help="Only the mask: where the product is, in gray."
            ),
            click.option("--model", help="Which model cuts out (see GET /api/v1/models)."),
            click.option("--edge", callback=_edge, help="none, standard, fine, or 0 to 100."),
            click.option(
                "--format", "ending", type=click.Choice(FORMATS), help="png; jpg on a color."
            ),
        )
    ):
        command = option(command)
    return command


def engine(command: F) -> F:
    """Whether a site or this machine does it."""
    for option in (
        click.option(
            "--threads",
            type=click.IntRange(1, 64),
            help="With --local: cores for each photo. A site uses 1 for batches, 2 for single photos.  [1]",
        ),
        click.option(
            "--local", is_flag=True, help="Without a site, by the engine on this machine."
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("photos", nargs=-1, required=True, type=common.FILE)
@flags
@engine
@common.results
def cutout(photos: tuple[Path, ...], local: bool, threads: int | None, **options: Any) -> int:
    """Cut products out of PHOTOS.

    What is in the folder of results already, made from the same photo in the same way, isn't made again.
    """
    shared = {name: options.pop(name) for name in ("out", "parallel", "as_json", "quiet")}
    work = work_of(**options)
    if not local:
        if threads is not None:
            raise click.UsageError("--threads goes with --local.")
        return common.on_site(photos, work, **shared)
    from packshot.cli import local as here  # needs what others need not have

    return here.run(photos, work, threads=threads or 1, **shared)


def work_of(
    *,
    white: bool,
    color: str | None,
    size: str | None,
    padding: str | None,
    shadow: str | None,
    crop: bool,
    mask: bool,
    model: str | None,
    edge: str | float | None,
    ending: str | None,
) -> Work:
    """Choose the tool: plain cutouts are its own, canvases and shadows are edits."""
    if white and color:
        raise click.UsageError("Choose --white or --color.")
    if padding and not size:
        raise click.UsageError("--padding needs --size.")
    canvas = size or shadow
    ground = "white" if white else color
    format = ending or ("jpg" if ground and not mask else "png")
    how = {name: value for name, value in (("model", model), ("edge", edge)) if value is not None}
    if not canvas and format != "avif":
        chosen: dict[str, Any] = how | {"format": format}
        chosen |= {"bg_color": ground} if ground else {}
        chosen |= {"crop": True} if crop else {}
        chosen |= {"output": "mask"} if mask else {}
        return Work("remove-background", chosen, ending=f".{format}")
    if mask or (crop and size):
        raise click.UsageError(
            "--mask goes with neither --size, --shadow nor avif."
            if mask
            else "--size lays the product on its canvas by itself: leave --crop out."
        )
    layout: Layout = {"size": size or ("croppedSubject" if crop else "originalImage")}
    if padding:
        layout["padding"] = padding
    background: Background = {"color": ground} if ground else {}
    plan: EditPlan = {"layout": layout, "background": background}
    plan["export"] = {"format": format}  # type: ignore[typeddict-item]
    if how:
        plan["cutting"] = how  # type: ignore[typeddict-item]
    if shadow:
        plan["shadow"] = {"mode": shadow}  # type: ignore[typeddict-item]
    return Work("edit", plan=plan, ending=f".{format}")
