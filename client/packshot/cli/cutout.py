"""`packshot cutout`: products cut out, on nothing or on a color, on a canvas of any size."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from packshot.cli import common
from packshot.cli.grouping import grouped
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


@dataclass(frozen=True)
class Flags:
    """How products are cut out, and what they stand on."""

    white: bool = False
    color: str | None = None
    size: str | None = None
    padding: str | None = None
    shadow: str | None = None
    crop: bool = False
    mask: bool = False
    model: str | None = None
    edge: str | float | None = None
    ending: str | None = None


flags = grouped(
    "flags",
    Flags,
    click.option("--white", is_flag=True, help="On white."),
    click.option("--color", help="On a color: #rrggbb or a CSS name."),
    click.option("--size", callback=_size, help="The canvas, as 2000x2000. Default: the photo's."),
    click.option("--padding", help='Room around the product, with --size: "10%" or "40px".'),
    click.option(
        "--shadow", type=click.Choice(["soft", "hard", "floating"]), help="Cast a shadow."
    ),
    click.option("--crop", is_flag=True, help="Crop to the product."),
    click.option("--mask", is_flag=True, help="Only the mask: where the product is, in gray."),
    click.option("--model", help="Which model cuts out (see GET /api/v1/models)."),
    click.option("--edge", callback=_edge, help="none, standard, fine, or 0 to 100."),
    click.option("--format", "ending", type=click.Choice(FORMATS), help="png; jpg on a color."),
)


@dataclass(frozen=True)
class Machine:
    """Whether this machine does the work, and by how many cores for each photo."""

    local: bool
    threads: int | None

    def __post_init__(self) -> None:
        if self.threads is not None and not self.local:
            raise click.UsageError("--threads goes with --local.")


machine = grouped(
    "machine",
    Machine,
    click.option("--local", is_flag=True, help="Without a site, by the engine on this machine."),
    click.option(
        "--threads",
        type=click.IntRange(1, 64),
        help="With --local: cores for each photo. A site uses 1 for batches, 2 for single photos.  [1]",
    ),
)


@click.command()
@click.argument("photos", nargs=-1, required=True, type=common.FILE)
@flags
@machine
@common.results
def cutout(
    photos: tuple[Path, ...], flags: Flags, machine: Machine, results: common.Results
) -> int:
    """Cut products out of PHOTOS.

    What is in the folder of results already, made from the same photo in the same way, isn't made again.
    """
    work = work_of(flags)
    if not machine.local:
        return common.on_site(photos, work, results)
    from packshot.cli import local as here  # needs what others need not have

    return here.run(photos, work, results, threads=machine.threads or 1)


def work_of(flags: Flags) -> Work:
    """Choose the tool: plain cutouts are its own, canvases and shadows are edits."""
    if flags.white and flags.color:
        raise click.UsageError("Choose --white or --color.")
    if flags.padding and not flags.size:
        raise click.UsageError("--padding needs --size.")
    canvas = flags.size or flags.shadow
    ground = "white" if flags.white else flags.color
    format = flags.ending or ("jpg" if ground and not flags.mask else "png")
    known = {"model": flags.model, "edge": flags.edge}
    how = {name: value for name, value in known.items() if value is not None}
    if not canvas and format != "avif":
        chosen: dict[str, Any] = how | {"format": format}
        chosen |= {"bg_color": ground} if ground else {}
        chosen |= {"crop": True} if flags.crop else {}
        chosen |= {"output": "mask"} if flags.mask else {}
        return Work("remove-background", chosen, ending=f".{format}")
    if flags.mask or (flags.crop and flags.size):
        raise click.UsageError(
            "--mask goes with neither --size, --shadow nor avif."
            if flags.mask
            else "--size lays the product on its canvas by itself: leave --crop out."
        )
    layout: Layout = {"size": flags.size or ("croppedSubject" if flags.crop else "originalImage")}
    if flags.padding:
        layout["padding"] = flags.padding
    background: Background = {"color": ground} if ground else {}
    plan: EditPlan = {"layout": layout, "background": background}
    plan["export"] = {"format": format}  # type: ignore[typeddict-item]
    if how:
        plan["cutting"] = how  # type: ignore[typeddict-item]
    if flags.shadow:
        plan["shadow"] = {"mode": flags.shadow}  # type: ignore[typeddict-item]
    return Work("edit", plan=plan, ending=f".{format}")
