"""What the page of a picture shows: its results, which of them is on the stage, and what there is to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.access.pages import signed_in
from accounts.models import Account
from config.api.ids import decoded
from media_library.files.links import content_url
from media_library.models import Background, Image
from media_library.selectors import image_for
from processing import selectors
from processing.engine.errors import EngineError
from processing.engine.plans.edit import Upscale
from processing.forms import model_choices
from processing.models import JobState
from processing.pages import studio_form, studio_looks, studio_sizes, studio_values, words
from processing.pages.library_view import LibraryView
from processing.pages.reference import extras
from processing.pages.studio_form import StudioForm
from processing.selectors import Entry
from processing.services import masks, previews
from processing.services.appearance import brand_kit, ready_looks
from processing.services.backgrounds import background_library, builtin_backgrounds, resources
from processing.worker import runtime

TEMPLATE: Final = "processing/picture.html"
# How many of an account's own backgrounds the page shows; the library's page has them all.
_OWN: Final = 24


@dataclass(frozen=True)
class Line:
    """One job in the list of results. ``state`` are the choices that make it, as an address says them; ""
    where the studio has none for it."""

    entry: Entry
    state: str
    is_shown: bool

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
        return [*found, words.not_understood(ignored)] if ignored else found


@dataclass(frozen=True)
class Results:
    """A picture's results, newest first. ``shown`` is the one on the stage, ``line`` its line if it has one."""

    lines: Sequence[Line]
    shown: Image | None
    line: Line | None

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
        """The newest job, where it failed."""
        newest = self.newest
        return newest if newest and newest.entry.job.state == JobState.FAILED else None


def image_of(request: HttpRequest, image_id: str) -> Image:
    """Raises AppError NOT_FOUND for other people's pictures as for none."""
    caller, _user = signed_in(request)
    image = image_for(caller.account, decoded("img", image_id, "Image"))
    image.account = caller.account  # so that nothing asks for it again
    return image


def results_of(image: Image, *, wanted: str = "") -> Results:
    """``wanted`` is the public id of the result to show; the newest where it names none."""
    entries = _each_result_once(selectors.history(image))
    found = list(selectors.results_of(image)[: selectors.HISTORY_LENGTH])
    named = next((one for one in found if one.public_id == wanted), None)
    shown = named or next(iter(found), None)
    commands = [one.command for one in entries if one.command]
    reader = studio_values.Reader.of(image.account, commands)
    lines = [Line(one, _state(one, reader), _is(one, shown)) for one in entries]
    return Results(lines, shown, next((line for line in lines if line.is_shown), None))


def results_context(image: Image, results: Results) -> dict[str, Any]:
    """What the list of results and the note on the stage need."""
    return {
        "image": image,
        "results": results,
        "is_cut_out": results.has_cutouts or previews.is_cut_out(image),
    }


def looked_at(image: Image, *, wanted: str, view: LibraryView) -> dict[str, Any]:
    """The page without what there is to choose, for somebody who may choose nothing."""
    return _seen(image, results_of(image, wanted=wanted), view)


def context_of(
    image: Image,
    *,
    wanted: str = "",
    form: StudioForm | None = None,
    given: Mapping[str, str] | None = None,
    view: LibraryView | None = None,
) -> dict[str, Any]:
    """The whole page, in the list of which it is a part (``view``). ``given`` are choices, of an address or a form, instead of those of the result."""
    results = results_of(image, wanted=wanted)
    mask = masks.chosen(image)
    touched_up = mask.public_id if mask else ""
    choices, kit = _choices(image.account), brand_kit.of(image.account)
    chosen = given or _chosen(results, touched_up)
    states = [one.state for one in (*choices["looks"], *results.lines)]
    rows = background_library.own(image.account)[:_OWN]
    return _seen(image, results, view or LibraryView()) | {
        "form": form,
        "chosen": chosen,
        "extras": extras.offered(image.account, brand_kit.logo_of(kit), states, chosen),
        "references": resources.room(image.account),
        "touched_up": touched_up,
        "has_own_choices": given is not None,
        "builtins": _builtins(),
        "own": [(row, _thumbnail(row)) for row in rows],
        "brand": " ".join(kit.colors),
        "can_enlarge": _can_enlarge(image),
        "words_are_drawn_here": previews.draws_words(),
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
        "original_download_url": content_url(image, "original", download=True),
        "result_url": content_url(results.shown) if results.shown else "",
        "download_url": content_url(results.shown, download=True) if results.shown else "",
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


def _chosen(results: Results, touched_up: str) -> dict[str, Any]:
    """The choices that made what is shown; else those of the start, with the mask it was cut out by."""
    if results.line is not None and results.line.state:
        return StudioForm.initial_values(dict(parse_qsl(results.line.state)))
    return StudioForm.initial_values({"mask": touched_up})


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


def _state(entry: Entry, reader: studio_values.Reader) -> str:
    if entry.command is None or entry.result is None:
        return ""
    values = reader.values(entry.command)
    return "" if values is None else studio_values.query_of(values)


def _is(entry: Entry, shown: Image | None) -> bool:
    return shown is not None and entry.result is not None and entry.result.pk == shown.pk


def _builtins() -> dict[str, list[builtin_backgrounds.Builtin]]:
    found: dict[str, list[builtin_backgrounds.Builtin]] = {}
    for one in builtin_backgrounds.builtins().values():
        found.setdefault(one.category, []).append(one)
    return found


def _thumbnail(row: Background) -> str:
    return content_url(row.image, "thumbnail") if row.image.thumbnail_key else ""
