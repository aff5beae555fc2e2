"""What the page of a picture shows: its results, which of them is on the stage, and what there is to choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from accounts.access.pages import signed_in
from accounts.models import Account
from config.api.ids import decoded
from media_library.files.links import content_url
from media_library.models import Background, Image
from media_library.selectors import image_for
from processing import selectors
from processing.commands import Command, MergeHdr
from processing.engine.errors import EngineError
from processing.engine.plans.edit import Upscale
from processing.forms import model_choices
from processing.models import JobState
from processing.pages import words
from processing.pages.library.filters import LibraryView
from processing.pages.reference import extras
from processing.pages.room import facts, mode, panel
from processing.pages.room import form as room_form
from processing.pages.room import looks as room_looks
from processing.pages.room.form import RoomForm
from processing.pages.room.options import FILE, GROUPS
from processing.pages.studio import form as studio_form
from processing.pages.studio import kept as studio_kept
from processing.pages.studio import looks as studio_looks
from processing.pages.studio import sizes as studio_sizes
from processing.pages.studio import values as studio_values
from processing.pages.studio.form import StudioForm
from processing.selectors import Entry
from processing.services import masks, previews
from processing.services.appearance import brand_kit, ready_looks
from processing.services.backgrounds import background_library, builtin_backgrounds
from processing.worker import runtime

TEMPLATE: Final = "processing/picture.html"
# How many of an account's own backgrounds the page shows; the library's page has them all.
_OWN: Final = 24


@dataclass(frozen=True)
class Line:
    """One job in the list of results. ``state`` are the choices that make it, as an address says them; ""
    where the studio has none for it. ``merged`` are the photos of which it was made, where these are several."""

    entry: Entry
    state: str
    is_shown: bool
    merged: Sequence[Image] = ()

    @property
    def sources(self) -> str:
        """The names of several photos of which it was made, and that are still there."""
        return ", ".join(photo.name for photo in self.merged)

    @property
    def before(self) -> str:
        """What it is compared with: the exposure on which the others were laid; "" for the photo itself."""
        command, told = self.entry.command, self.entry.job.report.get("hdr") or {}
        if not isinstance(command, MergeHdr) or "reference" not in told:
            return ""
        names = [str(self.entry.job.source_id), *command.brackets]
        reference = names[told["reference"]]
        return next(
            (selectors.viewable_url(one) for one in self.merged if str(one.pk) == reference), ""
        )

    @property
    def url(self) -> str:
        return content_url(self.entry.result) if self.entry.result else ""

    @property
    def verdict(self) -> str:
        """What the account said of the result; "" where it said nothing."""
        rating = getattr(self.entry.result, "rating", None)
        return rating.verdict if rating else ""

    @property
    def error(self) -> str:
        return words.why_failed(self.entry.job)

    @property
    def remarks(self) -> list[str]:
        """What was asked for and came to nothing, although there is a result."""
        report = self.entry.job.report
        found = [gettext("No hook was found.")] if report.get("hookRemoved") is False else []
        ignored = report.get("background", {}).get("notUnderstood", [])
        found += [words.not_understood(ignored)] if ignored else []
        return [*found, *facts.facts_of(report).missing]

    @property
    def facts(self) -> Sequence[str]:
        """What was found in a photo of a room and done about it."""
        return facts.facts_of(self.entry.job.report).done

    @property
    def options(self) -> str:
        """What was asked for, and done, in words."""
        entry = self.entry
        if entry.command is None or entry.result is None:
            return entry.options
        return facts.options_of(entry.command, entry.job.report)


@dataclass(frozen=True)
class Results:
    """A picture's results, newest first. ``shown`` is the one on the stage, ``line`` its line if it has one.
    ``is_room``: whether the studio has the choices for rooms, which make other results than those for products."""

    lines: Sequence[Line]
    shown: Image | None
    line: Line | None
    is_room: bool

    @property
    def newest(self) -> Line | None:
        return next(iter(self.lines), None)

    @property
    def is_working(self) -> bool:
        return any(line.entry.is_open for line in self.lines)

    @property
    def is_open(self) -> bool:
        """Whether something will still change by itself: work, or a thumbnail on its way."""
        return any(line.entry.is_open or line.entry.preview_is_due for line in self.lines)

    @property
    def has_cutouts(self) -> bool:
        """Whether one was made of a cutout, as the studio makes them: not of a photo that was only cropped."""
        return any(line.state for line in self.lines)

    @property
    def failed(self) -> Line | None:
        """The newest job, where it failed; that a photo of a room shows no product is nothing to tell."""
        newest = self.newest
        if newest is None or (self.is_room and newest.entry.found_nothing):
            return None
        return newest if newest.entry.job.state == JobState.FAILED else None


def image_of(request: HttpRequest, image_id: str) -> Image:
    """Raises AppError NOT_FOUND for other people's pictures as for none."""
    caller, _user = signed_in(request)
    image = image_for(caller.account, decoded("img", image_id, "Image"))
    image.account = caller.account  # so that nothing asks for it again
    return image


def results_of(image: Image, *, wanted: str = "", is_room: bool | None = None) -> Results:
    """``wanted`` is the public id of the result to show; the newest of its kind where it names none. ``is_room``
    says which choices there are, where that is known."""
    entries = _each_result_once(selectors.history(image))
    is_room = mode.is_room(image, entries) if is_room is None else is_room
    found = list(selectors.results_of(image)[: selectors.HISTORY_LENGTH])
    states = _room_states(entries) if is_room else _product_states(image, entries)
    shown = next((one for one in found if one.public_id == wanted), None)
    if shown is None:
        shown = _newest_of_its_kind(entries, found, is_room=is_room)
    merged = _merged(image, entries)
    lines = [
        Line(one, states.get(one.job.pk, ""), _is(one, shown), merged.get(one.job.pk, ()))
        for one in entries
    ]
    return Results(lines, shown, next((line for line in lines if line.is_shown), None), is_room)


def results_context(image: Image, results: Results) -> dict[str, Any]:
    """What the list of results and the note on the stage need."""
    return {
        "image": image,
        "results": results,
        "is_cut_out": results.is_room or results.has_cutouts or previews.is_cut_out(image),
    }


def looked_at(image: Image, *, wanted: str, view: LibraryView) -> dict[str, Any]:
    """The page without what there is to choose, for somebody who may choose nothing."""
    return _seen(image, results_of(image, wanted=wanted, is_room=False), view)


def context_of(
    image: Image,
    *,
    wanted: str = "",
    form: StudioForm | RoomForm | None = None,
    given: Mapping[str, str] | None = None,
    view: LibraryView | None = None,
    is_room: bool = False,
) -> dict[str, Any]:
    """The whole page, in the list of which it is a part (``view``). ``given`` are choices, of an address or a form, instead of those of the result; ``is_room`` says whether they are a room's."""
    of_room = None if given is None else is_room or isinstance(form, RoomForm)
    results = results_of(image, wanted=wanted, is_room=of_room)
    choices = (
        _of_a_room(image, results, given)
        if results.is_room
        else _of_a_product(image, results, given)
    )
    return _seen(image, results, view or LibraryView()) | {
        "form": form,
        "has_own_choices": given is not None,
        "apply_url": reverse(
            "enhance-others" if results.is_room else "apply-to-others", args=[image.public_id]
        ),
        **choices,
    }


def _seen(image: Image, results: Results, view: LibraryView) -> dict[str, Any]:
    newer, older = view.neighbors(image)
    return results_context(image, results) | {
        "section": "library",
        "view": view,
        "newer": newer,
        "older": older,
        "original_url": selectors.viewable_url(image),
        "before_url": results.line.before if results.line else "",
        "original_download_url": content_url(image, "original", download=True),
        "result_url": content_url(results.shown) if results.shown else "",
        "download_url": content_url(results.shown, download=True) if results.shown else "",
    }


def _of_a_room(image: Image, results: Results, given: Mapping[str, str] | None) -> dict[str, Any]:
    """What there is to choose for a room."""
    merges = _merges(results)
    awaited = next((values for line, values in merges if line.entry.is_open), {})
    # Nothing to see yet: what is being merged is what is chosen.
    chosen = given or _chosen_of(results) or (not results.line and awaited)
    chosen = chosen or room_form.start_values()
    # What is too large to be enlarged isn't offered it.
    is_large = not (chosen.get("upscale") or _can_enlarge(image))
    groups = panel.without({"upscale"} if is_large else (), (*GROUPS, FILE))
    return {
        "chosen": chosen,
        "merged": chosen.get("brackets") or next((one["brackets"] for _, one in merges), ""),
        "room": panel.shown(chosen, groups=groups),
        "looks": room_looks.own(image.account, most=room_looks.MOST),
    }


def _merges(results: Results) -> list[tuple[Line, dict[str, str]]]:
    """The merges that are done or under way, newest first, with the room's choices that make them."""
    found = []
    for line in results.lines:
        command = line.entry.command
        if isinstance(command, MergeHdr) and (line.state or line.entry.is_open):
            values = room_form.values_of(command)
            found += [(line, values)] if values else []
    return found


def _of_a_product(
    image: Image, results: Results, given: Mapping[str, str] | None
) -> dict[str, Any]:
    """What there is to choose for a product."""
    mask = masks.chosen(image)
    touched_up = mask.public_id if mask else ""
    choices, kit = _choices(image.account), brand_kit.of(image.account)
    chosen = given or StudioForm.initial_values(_chosen_of(results) or {"mask": touched_up})
    states = [one.state for one in (*choices["looks"], *results.lines)]
    rows = background_library.own(image.account)[:_OWN]
    return {
        "chosen": chosen,
        "extras": extras.offered(image.account, brand_kit.logo_of(kit), states, chosen),
        "has_references": image.account.plan.resources > 0,
        "plan_name": image.account.plan.name,
        "touched_up": touched_up,
        "kept_words": studio_kept.words_by_name(),
        "kept_now": studio_kept.words_of(str(chosen.get("kept") or "")),
        "builtins": _builtins(),
        "own": [(row, _thumbnail(row)) for row in rows],
        "brand": " ".join(kit.colors),
        "can_enlarge": _can_enlarge(image),
        "words_are_drawn_here": previews.draws_words(),
        **choices,
    }


def _can_enlarge(image: Image) -> bool:
    """Whether it is small enough, and the network for it is there."""
    try:
        runtime.upscaler().check(image.width, image.height, Upscale())
    except EngineError:
        return False
    return True


def _choices(account: Account) -> dict[str, Any]:
    ready = ready_looks.ready_looks()
    return {
        "looks": studio_looks.offered(account, ready),
        "models": model_choices(),
        "edges": studio_form.EDGES,
        "picks": studio_form.PICKS,
        "plain_sizes": studio_sizes.PLAIN,
        "ratios": studio_sizes.RATIOS,
        "overlay_places": studio_sizes.PLACES,
        "standings": [studio_sizes.BY_ITSELF, *studio_sizes.PLACES],
        "marketplaces": studio_sizes.marketplaces(ready),
        "shadows": studio_form.SHADOWS,
        "formats": studio_form.FORMATS,
        "texts": studio_form.TEXTS,
    }


def _chosen_of(results: Results) -> dict[str, str]:
    """The choices that made what is shown; {} where they are not the form's."""
    return dict(parse_qsl(results.line.state)) if results.line is not None else {}


def _each_result_once(entries: Sequence[Entry]) -> list[Entry]:
    """Without older jobs for the same work: what they made was found again."""
    seen: set[UUID] = set()
    found = []
    for entry in entries:
        if entry.result is None or entry.result.pk not in seen:
            found.append(entry)
        if entry.result is not None:
            seen.add(entry.result.pk)
    return found


def _product_states(image: Image, entries: Sequence[Entry]) -> dict[UUID, str]:
    """By job the choices of the product's form, for those that it can say."""
    commands = [one.command for one in entries if one.command]
    reader = studio_values.Reader.of(image.account, commands)
    known = _known(entries, reader.values)
    return {job: studio_values.query_of(values) for job, values in known.items()}


def _room_states(entries: Sequence[Entry]) -> dict[UUID, str]:
    """The same of the room's form."""
    known = _known(entries, room_form.values_of)
    return {job: room_form.query_of(values) for job, values in known.items()}


def _known(
    entries: Sequence[Entry], read: Callable[[Command], dict[str, str] | None]
) -> dict[UUID, dict[str, str]]:
    found = {}
    for entry in entries:
        if entry.command is not None and entry.result is not None:
            values = read(entry.command)
            if values is not None:
                found[entry.job.pk] = values
    return found


def _merged(image: Image, entries: Sequence[Entry]) -> dict[UUID, list[Image]]:
    """By job the photos that it merged, and that are still there."""
    merged = {
        entry.job.pk: [str(image.pk), *entry.command.brackets]
        for entry in entries
        if isinstance(entry.command, MergeHdr)
    }
    wanted = {name for names in merged.values() for name in names}
    rows = Image.live.filter(account=image.account, pk__in=wanted) if wanted else ()
    known = {str(row.pk): row for row in rows}
    return {job: [known[name] for name in names if name in known] for job, names in merged.items()}


def _newest_of_its_kind(
    entries: Sequence[Entry], results: Sequence[Image], *, is_room: bool
) -> Image | None:
    """The newest result that is one of a room, or none; beside the choices for products any other will do."""
    rooms = {
        entry.result.pk
        for entry in entries
        if entry.result is not None and mode.is_of_room(entry.command)
    }
    alike = [one for one in results if (one.pk in rooms) is is_room]
    return next(iter(alike if is_room else alike or results), None)


def _is(entry: Entry, shown: Image | None) -> bool:
    return shown is not None and entry.result is not None and entry.result.pk == shown.pk


def _builtins() -> dict[str, list[builtin_backgrounds.Builtin]]:
    found: dict[str, list[builtin_backgrounds.Builtin]] = {}
    for one in builtin_backgrounds.builtins().values():
        found.setdefault(one.category, []).append(one)
    return found


def _thumbnail(row: Background) -> str:
    return content_url(row.image, "thumbnail") if row.image.thumbnail_key else ""
