"""Photos of one item become a listing: recognised, written about, and given a price, in a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final, Literal
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.limits.operations import GENERATE_LISTING, REWRITE_LISTING, Operation
from config import public_ids
from config.errors import AppError
from listings.generation import looks
from listings.models import Platform
from listings.pricing import estimate, similar
from listings.pricing.estimate import Estimate
from listings.recognition.result import Evidence, Recognition, SeenNumber
from listings.vocabulary import trade_numbers, tree
from listings.writers import base, choosing, facts, notes, questions, wording
from listings.writers.base import Brief, Draft, Facts, Hints, Limits
from listings.writers.rules import RulesWriter
from processing.commands import Command
from processing.engine.errors import ProviderFailed
from processing.engine.plans.cutout import camel
from processing.models import Job
from processing.worker import runner
from processing.worker.kinds import Kind, ReportOnly, by_name

MAX_VIEWS = 12

# What photos show that show no item, in words.
_NO_ITEM: Final = {
    "nothing": "There is no item on the photos.",
    "person": "The photos show a person, and no item.",
}
_ADVICE: Final = " Set hints.category or hints.notes."

log = structlog.get_logger(__name__)


class GenerateListing(Command):
    """Write a listing about the item on the job's picture, and on the others that are named; to rewrite
    it is to do so once more of photos that were looked at already."""

    operation: Literal["generate-listing", "rewrite-listing"] = "generate-listing"
    platform: Platform
    view_ids: tuple[str, ...] = ()
    hints: Hints = Hints()
    provider: choosing.Name = "rules"
    allow_fallback: bool = False

    def image_ids(self) -> tuple[str, ...]:
        return self.view_ids


def work(job: Job, command: GenerateListing) -> ReportOnly:
    """Runs in a worker. Raises AppError and EngineError, which fail the job."""
    images = (str(job.picture.pk), *command.view_ids)
    pictures = tuple(runner.picture(job, image_id) for image_id in images)
    seen = _seen(command, pictures)
    currency, today = job.account.currency, timezone.now().date()
    brief = Brief(
        facts=facts.merge(seen, command.hints),
        platform=command.platform,
        limits=Limits.of(command.platform, today),
        tone=command.hints.tone,
        language=command.hints.language,
        english=base.english_for(currency),
        today=today,
        pictures=pictures,
    )
    try:
        draft = _written(brief, command)
    except AppError as error:
        if error.code != "NOT_RECOGNISED" or seen.subject not in _NO_ITEM:
            raise
        raise AppError(error.code, f"{_NO_ITEM[seen.subject]}{_ADVICE}", status=422) from error
    wanted = similar.item(
        (draft.facts.category and draft.facts.category.key) or None,
        draft.facts.brand,
        draft.facts.condition,
        _texts(draft, seen, brief),
    )
    price = estimate.estimate(job.account, wanted, currency=currency, today=today)
    told = replace(brief, facts=draft.facts)
    return ReportOnly(_report(command, images, seen, draft, price) | _asked(told, draft))


def _seen(command: GenerateListing, pictures: Sequence[bytes]) -> Recognition:
    found = looks.remembered(pictures) if command.operation == REWRITE_LISTING else None
    if found is None:
        found = _recognised(pictures)
        looks.remember(pictures, found)
    return found


def _recognised(pictures: Sequence[bytes]) -> Recognition:
    from listings.recognition.recognise import recognise, tools  # networks: not for web processes

    return recognise(pictures, tools())


def _written(brief: Brief, command: GenerateListing) -> Draft:
    """By the writer that is wanted; where that fails, and only if it may, by the rules."""
    try:
        return choosing.writers()[choosing.named(command.provider)].write(brief)
    except ProviderFailed as error:
        if not command.allow_fallback:
            raise
        log.warning("listing.fell_back", provider=command.provider, error=error.message)
        draft = RulesWriter().write(brief)
        said = f"{error.message} The built-in writer wrote this instead."
        return replace(draft, warnings=(said, *draft.warnings))


def _texts(draft: Draft, seen: Recognition, brief: Brief) -> list[str]:
    """All words that may stand in the title of a sold item like this one."""
    found = draft.facts
    said = [wording.described(found, "us"), wording.described(found, "uk"), draft.title]
    return [*said, found.brand or "", found.size or "", found.notes, *seen.texts, *found.materials]


def _report(
    command: GenerateListing,
    images: tuple[str, ...],
    seen: Recognition,
    draft: Draft,
    price: Estimate,
) -> dict[str, Any]:
    """The answer, in the shape that the endpoint gives it."""
    found = draft.facts
    shown = [*facts.evidence(seen, command.hints), *draft.evidence]
    below = estimate.below_purchase(price, command.hints.purchase_price)
    return {
        "title": draft.title,
        "description": draft.description,
        "suggestedPrice": price.suggested,
        "priceRangeMin": price.low,
        "priceRangeMax": price.high,
        "platform": command.platform.value,
        "currency": price.currency,
        "price": price.as_json(),
        "category": (found.category and found.category.key) or None,
        "group": _group(draft, seen),
        "candidates": [
            {
                "category": key,
                "name": tree.categories()[key].name,
                "group": tree.categories()[key].group,
                "confidence": chance,
            }
            for key, chance in seen.candidates
        ],
        "attributes": _attributes(draft, seen),
        "tags": list(draft.tags),
        "confidence": found.confidence,
        "evidence": [_shown(one, images) for one in shown],
        "suggestedFacts": [
            _shown(one, images) for one in seen.suggested if one.field not in _given(found)
        ],
        "tradeNumbers": [_number(one, images) for one in seen.numbers],
        "provider": draft.provider,
        "recognisedBy": seen.provider,
        "warnings": [
            *draft.warnings,
            *facts.doubts(seen, command.hints, found),
            *facts.of_market(command.platform.value, command.hints.language),
            *seen.doubts,
            *([price.note] if price.basis != "comparables" else []),
            *([below] if below else []),
        ],
    }


def _asked(brief: Brief, draft: Draft) -> dict[str, Any]:
    """What the seller can do for the text: questions, what is wrong with the notes, words that lacked."""
    return {
        "questions": [
            {camel(name): value for name, value in asdict(one).items()}
            for one in questions.questions_of(brief.facts, brief.limits)
        ],
        "problems": [asdict(one) for one in notes.problems_of(brief)],
        "language": {
            "asked": brief.language,
            "given": brief.language,
            "fallbacks": [asdict(one) for one in draft.fallbacks],
        },
    }


def _group(draft: Draft, seen: Recognition) -> str | None:
    """The group of the category, or the one that the candidates share."""
    known = draft.facts.category
    return known.group if known and known.group else seen.group


def _attributes(draft: Draft, seen: Recognition) -> dict[str, Any]:
    """What is known of the item, by the names that listings have for it."""
    numbers: dict[str, Any] = {
        one.field: one.value for one in seen.evidence if one.field in trade_numbers.NAMES
    }
    found = draft.facts
    known = {
        "brand": found.brand,
        "model": found.model,
        "department": found.department,
        "size": found.size,
        "condition": found.condition,
        "colors": list(found.colors),
        "materials": list(found.materials),
        "pattern": found.pattern,
    }
    measured = {name: f"{one.text} {one.unit}" for name, one in found.measurements}
    said = {name: value for name, value in known.items() if value}
    return {**draft.extra, **numbers, **said, **measured}


def _shown(one: Evidence, images: tuple[str, ...]) -> dict[str, Any]:
    at = None if one.image is None else public_ids.encode("img", UUID(images[one.image]))
    return {
        "field": one.field,
        "value": one.value,
        "source": one.source,
        "imageId": at,
        "confidence": round(one.confidence, 3),
    }


def _given(found: Facts) -> set[str]:
    """What the seller said, by evidence's names."""
    return {"colour" if name == "color" else name for name in found.given}


def _number(one: SeenNumber, images: tuple[str, ...]) -> dict[str, Any]:
    return {
        "number": one.digits,
        "kind": one.kind,
        "source": one.source,
        "imageId": public_ids.encode("img", UUID(images[one.image])),
        "refused": one.fault,
    }


def describe(command: GenerateListing) -> str:
    return gettext("For %(platform)s") % {"platform": Platform(command.platform).label}


KIND = Kind(
    operations=by_name(
        Operation(
            GENERATE_LISTING,
            title=_("Listing generation"),
            running=_("Writing a listing"),
            done=_("Listing written"),
        ),
        Operation(
            REWRITE_LISTING,
            title=_("Listings written anew"),
            running=_("Writing a listing anew"),
            done=_("Listing written anew"),
            metered=False,
            one=_("Listing written anew"),
        ),
    ),
    work=work,
    describe=describe,
)
