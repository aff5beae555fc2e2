"""`packshot listing` and `packshot export`: texts and prices from photos, and files for marketplaces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast, get_args

import click

from packshot.cli import common, signed_in
from packshot.listing_models import ListingDraft
from packshot.options import ExportFormat, ExportOptions, Hints, ListingState, Platform

_HINTS = tuple(Hints.__annotations__)


def _hints(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> Hints:
    found: dict[str, Any] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or name not in _HINTS:
            raise click.BadParameter(f"Write NAME=VALUE with one of {', '.join(_HINTS)}.")
        found[name] = int(text) if name == "purchasePrice" and text.isdecimal() else text
    return cast("Hints", found)


@click.command()
@click.argument("photos", nargs=-1, required=True, type=common.FILE)
@click.option("--platform", required=True, type=click.Choice(get_args(Platform)))
@click.option("--hint", "hints", multiple=True, callback=_hints, help="What you know: size=M.")
@click.option("--save", is_flag=True, help="Keep it as a draft on the site.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def listing(
    photos: tuple[Path, ...], platform: Platform, hints: Hints, save: bool, as_json: bool
) -> int:
    """Write a listing from PHOTOS of one item. Facts that can't be seen are not made up."""
    with signed_in.client() as client:
        images = [client.upload(photo).id for photo in photos]
        draft = client.draft_listing(images, platform, hints=hints)
        kept = client.create_listing(job_id=draft.job_id) if save else None
    told = draft.model_dump(mode="json", by_alias=True) | {"listingId": kept.id if kept else None}
    click.echo(json.dumps(told) if as_json else _in_words(draft))
    if kept is not None and not as_json:
        click.echo(f"Kept as {kept.id}.", err=True)
    return 0


@click.command()
@click.argument("format", type=click.Choice(get_args(ExportFormat)))
@click.argument("file", type=common.ANYWHERE)
@click.option("--state", type=click.Choice(get_args(ListingState)), help="Only such listings.")
@click.option("--without-pictures", is_flag=True, help="Leave out links to pictures.")
def export(
    format: ExportFormat, file: Path, state: ListingState | None, without_pictures: bool
) -> int:
    """Write the listings into FILE, as a marketplace imports them."""
    how: ExportOptions = {"picture_links": not without_pictures}
    if state is not None:
        how["state"] = state
    with signed_in.client() as client:
        client.export_listings(format, file, **how)
    click.echo(str(file))
    return 0


def _in_words(draft: ListingDraft) -> str:
    lines = [draft.title, "", draft.description, ""]
    if draft.suggested_price is not None:
        lines.append(f"Price: {draft.suggested_price} {draft.currency} (minor units)")
    lines.append(draft.price.note)
    lines += [f"{name}: {_in_one_line(value)}" for name, value in draft.attributes.items()]
    if draft.tags:
        lines.append(f"Tags: {', '.join(draft.tags)}")
    lines += [f"Note: {warning}" for warning in draft.warnings if warning != draft.price.note]
    lines += [f"Problem: {one.message}" for one in draft.problems]
    lines += [f"Asked ({one.hint}): {one.question}" for one in draft.questions]
    return "\n".join(lines)


def _in_one_line(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
