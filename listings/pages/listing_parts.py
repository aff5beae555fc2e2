"""The parts of a listing's page: tabs, counters, photos, checks, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext

from accounts.models import Account
from listings import marketplaces
from listings.checks import Problem, Report, check
from listings.forms import words
from listings.models import Listing, ListingChange, Platform
from listings.pages import evidence
from listings.pages.evidence import Evidence
from listings.pages.shown import thumbnail
from listings.pictures import Picture, of, replacement
from listings.writers import facts
from processing.engine.plans.cutout import camel
from processing.models import JobState
from processing.pages.words import why_failed
from processing.selectors import viewable_url

HISTORY_LENGTH: Final = 30
_MONEY: Final = ("price", "price_min", "price_max", "purchase_price", "sold_price")
# The API's names of fields, which a history is written in, by the names of words.FIELDS.
_SNAKE: Final = {camel(name): name for name in words.FIELDS}


@dataclass(frozen=True)
class Tab:
    """A marketplace's words, and whether they would be taken there."""

    platform: str
    words: str
    errors: int
    score: int
    is_current: bool


@dataclass(frozen=True)
class Limit:
    """How long a text may be; `advised` is only good to know."""

    name: str
    most: int
    advised: bool


@dataclass(frozen=True)
class Photo:
    """A place in the row of photos, as it is shown and moved."""

    picture: Picture
    number: int
    is_last: bool

    @property
    def id(self) -> str:
        return self.picture.original.public_id

    @property
    def thumbnail(self) -> str:
        return thumbnail(self.picture.image)

    @property
    def url(self) -> str:
        return viewable_url(self.picture.image)

    @property
    def repair(self) -> str:
        """ "" for none, "busy", "done" or "failed"."""
        found = self.picture.repair
        if found is None:
            return ""
        if not found.job.ended:
            return "busy"
        return "done" if replacement(found) is not None else "failed"

    @property
    def repair_error(self) -> str:
        found = self.picture.repair
        return why_failed(found.job) if found and found.job.state == JobState.FAILED else ""


@dataclass(frozen=True)
class Step:
    """One line of a change: a field before and after, in words."""

    field: Any
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    row: ListingChange
    words: Any
    who: str
    steps: list[Step]


def tabs(listing: Listing, platform: str) -> list[Tab]:
    today = timezone.now().date()
    found = []
    for one in Platform:
        told = check(listing, one.value, today)
        errors = sum(problem.level == "error" for problem in told.problems)
        found.append(Tab(one.value, str(one.label), errors, told.score, one.value == platform))
    return found


def limits_of(platform: str) -> dict[str, list[Limit]]:
    """How long title and description may be there, or everywhere by platform."""
    today = timezone.now().date()
    found: dict[str, list[Limit]] = {"title": [], "description": []}
    for one in [platform] if platform else Platform.values:
        rules = marketplaces.rules(one, today)
        for field, limits in found.items():
            for kind in ("max", "advised"):
                rule = rules.get(f"{field}_{kind}")
                if rule is not None:
                    limits.append(Limit(words.PLATFORMS[one], rule.value, kind == "advised"))
    return {field: sorted(limits, key=lambda x: x.most) for field, limits in found.items()}


def photos(listing: Listing, platform: str | None = None) -> list[Photo]:
    rows = of(listing, platform or None)
    return [Photo(one, at, at == len(rows)) for at, one in enumerate(rows, start=1)]


@dataclass(frozen=True)
class Checked:
    """What a platform says to a listing, and its photos as they are there."""

    report: Report
    photos: list[Photo]

    @property
    def errors(self) -> list[Problem]:
        return [one for one in self.report.problems if one.level == "error"]

    @property
    def advice(self) -> list[Problem]:
        return [one for one in self.report.problems if one.level == "advice"]

    @property
    def missed(self) -> list[str]:
        """What costs points without breaking a rule."""
        told = {one.message for one in self.report.problems}
        return [one.message for one in self.report.reasons if one.message not in told]

    @property
    def is_busy(self) -> bool:
        return any(photo.repair == "busy" for photo in self.photos)


def report(listing: Listing, platform: str) -> Checked:
    told = check(listing, platform, timezone.now().date())
    return Checked(told, photos(listing, platform))


@dataclass(frozen=True)
class Grounds:
    """What a generated listing rests on."""

    by_field: Mapping[str, list[Evidence]]
    warnings: Sequence[str]


def evidence_of(account: Account, listing: Listing) -> Grounds:
    """Nothing for a listing that somebody typed."""
    job = evidence.job_of(account, listing.generated_by)
    told = job.report if job else {}
    ids = [picture.original.pk for picture in of(listing)]
    # What a price rests on by now stands beside it; what it rested on then would only mislead.
    past = told.get("price", {}).get("note")
    warnings = [facts.for_people(one) for one in told.get("warnings", []) if one != past]
    return Grounds(evidence.by_field(told, ids), warnings)


def history(rows: Sequence[ListingChange], listing: Listing) -> list[Change]:
    return [_change(row, listing) for row in rows]


def _change(row: ListingChange, listing: Listing) -> Change:
    steps = []
    for name, pair in row.changes.items():
        if name == "generatedBy" or not isinstance(pair, list) or len(pair) != 2:
            continue
        before, after = _pair(name, pair, listing)
        if before or after:
            steps.append(Step(_field(name), before, after))
    who = (row.made_by.name or row.made_by.email) if row.made_by else ""
    return Change(row, words.ACTIONS.get(row.action, row.action), who, steps)


def _pair(name: str, pair: Sequence[Any], listing: Listing) -> tuple[str, str]:
    """What a field was and is; of repairs and of a new order of photos that it happened."""
    before, after = pair
    field = _SNAKE.get(name.rpartition(".")[2], name)
    if field == "repair":
        return "", gettext("done") if after else gettext("undone")
    if field == "image_ids" and before and after and sorted(before) == sorted(after):
        return "", gettext("in another order")
    return _told(name, before, listing), _told(name, after, listing)


def _field(name: str) -> str:
    platform, dot, rest = name.rpartition(".")
    told = str(words.FIELDS.get(_SNAKE.get(rest, rest), rest))
    return f"{words.PLATFORMS.get(platform, platform)}: {told}" if dot else told


def _told(name: str, value: Any, listing: Listing) -> str:
    """A value of a history as people read it."""
    if value in (None, "", [], {}):
        return ""
    field = _SNAKE.get(name.rpartition(".")[2], name)
    if field in _MONEY and isinstance(value, int):
        return words.money(value, listing.currency)
    if field == "image_ids":
        return str(len(value))
    known: dict[str, Mapping[str, Any]] = {
        "state": words.STATES,
        "condition": words.CONDITIONS,
        "sold_on": words.PLATFORMS,
    }
    if field in known:
        return str(known[field].get(str(value), value))
    if field == "category":
        return words.category(str(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {text}" for key, text in value.items())
    return Truncator(str(value)).chars(300)
