"""``/listings/generate``: a listing from photos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import scopes
from accounts.api.idempotency import idempotent
from accounts.http import caller
from config.api import bodies
from config.api.docs import endpoint
from config.api.ids import decoded
from config.api.views import ApiView
from config.errors import not_found
from listings.api.generate_examples import GENERATED
from listings.generation import draft
from listings.generation.generate import MAX_VIEWS, GenerateListing
from listings.models import Platform
from listings.pricing.estimate import Basis
from listings.recognition.result import Source
from listings.vocabulary import trade_numbers
from listings.writers import choosing, notes, questions
from listings.writers.base import LANGUAGES, Hints
from processing.api import waiting
from processing.engine.plans.cutout import camel
from processing.models import Job
from processing.services import edit_json


class GenerateListingBody(BaseModel):
    """Takes photos of one item, the platform, and what the seller knows about the item."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=camel, populate_by_name=False
    )

    image_ids: list[str] = Field(
        min_length=1,
        max_length=MAX_VIEWS,
        description="Photos of one item, `img_…`, the best one first.",
    )
    platform: Platform
    hints: Hints = Field(default_factory=Hints)
    provider: str | None = Field(
        None,
        description="`rules`, or `llm` if this site has one. The site's default if omitted.",
    )
    allow_fallback: bool = Field(
        False, description="Whether `rules` may write it if another provider fails."
    )

    @field_validator("image_ids")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise ValueError("Each image can be listed only once.")
        return value


class HintsChange(Hints):
    """Takes the hints that answer questions; `null` takes one back."""


class RewriteListingBody(BaseModel):
    """Takes what the seller says besides. Hints that are not sent stay as they were."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=camel, populate_by_name=False
    )

    hints: HintsChange

    @field_validator("hints")
    @classmethod
    def _something(cls, value: HintsChange) -> HintsChange:
        if not value.model_fields_set:
            raise ValueError("Send at least one hint.")
        return value


class NearestSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    price = serializers.IntegerField()
    soldOn = serializers.DateField()
    condition = serializers.CharField(allow_null=True)
    yourListing = serializers.BooleanField(help_text="Whether it was sold as one of your listings.")


class PriceSerializer(serializers.Serializer[Any]):
    basis = serializers.ChoiceField(choices=list(Basis.__args__))  # type: ignore[attr-defined]
    n = serializers.IntegerField(help_text="The number of sold items that the price is based on.")
    isEstimate = serializers.BooleanField(
        help_text="`true` for an estimate from Packshot's built-in table: not market data."
    )
    note = serializers.CharField(
        help_text="The basis of the price in words, to be shown beside it."
    )
    nearest = NearestSerializer(many=True)


class EvidenceSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    value = serializers.CharField()
    source = serializers.ChoiceField(choices=list(Source.__args__))  # type: ignore[attr-defined,assignment]
    imageId = serializers.CharField(allow_null=True, help_text="The photo that shows it.")
    confidence = serializers.FloatField()


class QuestionSerializer(serializers.Serializer[Any]):
    hint = serializers.CharField(
        help_text="The hint that answers it, such as `size` or `measurements.chest`."
    )
    question = serializers.CharField()
    answer = serializers.ChoiceField(
        choices=list(questions.ANSWERS),
        help_text="What answers it: a text, one of `choices`, true or false, a number with its unit.",
    )
    choices = serializers.ListField(child=serializers.CharField(), allow_null=True)
    example = serializers.CharField(allow_null=True)
    isRequired = serializers.BooleanField(help_text="Whether the platform demands it.")


class NoteProblemSerializer(serializers.Serializer[Any]):
    hint = serializers.ChoiceField(choices=["notes", "flaws"])
    code = serializers.ChoiceField(choices=list(notes.CODES))
    message = serializers.CharField()
    found = serializers.CharField(help_text="The words in question.")


class FallbackSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    word = serializers.CharField(help_text="A word that stands there in the language it came in.")


class LanguageSerializer(serializers.Serializer[Any]):
    asked = serializers.ChoiceField(choices=list(LANGUAGES))
    given = serializers.ChoiceField(choices=list(LANGUAGES))
    fallbacks = FallbackSerializer(many=True)


class TradeNumberSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    kind = serializers.ChoiceField(
        choices=list(trade_numbers.NAMES), allow_null=True, help_text="`null` if it was refused."
    )
    source = serializers.ChoiceField(
        choices=["barcode", "ocr"], help_text="Whether bars or print were read."
    )  # type: ignore[assignment]
    imageId = serializers.CharField(help_text="The photo that shows it.")
    refused = serializers.CharField(
        allow_null=True, help_text="Why it was not used, such as a wrong check digit."
    )


class CandidateSerializer(serializers.Serializer[Any]):
    category = serializers.CharField(help_text="A key, to be sent as `hints.category`.")
    name = serializers.CharField()
    group = serializers.CharField()
    confidence = serializers.FloatField()


class GeneratedListing(serializers.Serializer[Any]):
    """Holds the generated listing. Amounts are in minor units; they are null without a basis."""

    title = serializers.CharField()
    description = serializers.CharField()
    suggestedPrice = serializers.IntegerField(allow_null=True)
    priceRangeMin = serializers.IntegerField(allow_null=True)
    priceRangeMax = serializers.IntegerField(allow_null=True)
    platform = serializers.ChoiceField(choices=Platform.choices)
    currency = serializers.CharField()
    price = PriceSerializer()
    category = serializers.CharField(
        allow_null=True, help_text="Null where the photos leave it open: see `candidates`."
    )
    group = serializers.CharField(
        allow_null=True,
        help_text=(
            "The group of the category, or where that is null the group that the candidates share, "
            "such as `electronics`; null where they share none."
        ),
    )
    candidates = CandidateSerializer(
        many=True,
        help_text="The five likeliest categories by the photos. Empty where they show no item.",
    )
    attributes = serializers.DictField()
    tags = serializers.ListField(child=serializers.CharField())
    confidence = serializers.FloatField(
        help_text="The confidence of the category; where that is null, of the group."
    )
    evidence = EvidenceSerializer(many=True)
    suggestedFacts = EvidenceSerializer(
        many=True,
        help_text=(
            "What the photos seem to show, but is wrong too often to be written: the seller's to take "
            "over, as hints. `title` is what stands largest on a cover."
        ),
    )
    tradeNumbers = TradeNumberSerializer(
        many=True,
        help_text=(
            "Every ISBN, EAN and UPC that was read off the photos. That of the item also is one of the "
            "`attributes`, `isbn`, `ean` or `upc`, which exports take it from; of several none is."
        ),
    )
    provider = serializers.CharField(help_text="Who wrote it: `rules`, or `llm/` and the model.")
    recognisedBy = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())
    questions = QuestionSerializer(
        many=True, help_text="What buyers want to know and nobody has said yet."
    )
    problems = NoteProblemSerializer(
        many=True,
        help_text="What in your own words is against the hints or a platform's rules. They stay.",
    )
    language = LanguageSerializer()
    jobId = serializers.CharField()


class PendingListing(serializers.Serializer[Any]):
    jobId = serializers.CharField()


class GenerateView(ApiView):
    rate_group = "listing-generate"
    scope = scopes.LISTINGS_WRITE

    def again(self, request: Request, object_id: UUID) -> Response:
        return _answer(waiting.repeated_job(request, object_id))

    @endpoint(
        "Generate a listing",
        description=(
            "Writes a title, a description, tags and a price from photos of one item. Facts that "
            "were neither seen nor given are never made up, and no price is suggested without "
            "its basis (`price.basis`): `comparables` is based on items you sold, `prior` is an "
            "estimate from a built-in table. The request waits for its job up to a limit (20 s "
            "by default): 200, or 202 with a `jobId` to poll at `/jobs/{id}`, whose `report` "
            "then is this answer. With `Prefer: respond-async` it doesn't wait at all. Where the photos "
            "leave open what the item is, `category` is null, the listing is about a thing of "
            "its `group`, and `candidates` says what it may be: send the right one as "
            "`hints.category`. 422 NOT_RECOGNISED if the photos show no item, and no hint says "
            "what it is; 502 "
            "PROVIDER_FAILED if the language model fails. Neither is charged. No listing is "
            "saved: use `POST /listings` for that."
        ),
        request=GenerateListingBody,
        responses={200: GeneratedListing, 202: PendingListing},
        example=GENERATED,
        body_example={
            "imageIds": ["img_2VfUX5sCNEcTGeZ8vKoGj1"],
            "platform": "ebay",
            "hints": {"condition": "good", "notes": "Small mark on the left knee."},
        },
        operation_id="listings_generate",
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        body = bodies.read(GenerateListingBody, request.data)
        first, *others = [
            edit_json.image_id(text, f"imageIds.{place}")
            for place, text in enumerate(body.image_ids)
        ]
        command = GenerateListing(
            platform=body.platform,
            view_ids=tuple(others),
            hints=body.hints,
            provider=choosing.named(body.provider),
            allow_fallback=body.allow_fallback,
        )
        return _answer(waiting.run(request, command, image_id=UUID(first)))


class GeneratedView(ApiView):
    rate_group = "listing-generate"
    scope = scopes.LISTINGS_WRITE

    @endpoint(
        "Answer questions about a generated listing",
        description=(
            "Writes it anew with hints besides those that it was generated with, such as answers to "
            "its `questions` or another `language`. The photos are not looked at again. It is free "
            "where `rules` wrote it, and costs as before where a language model did. The answer is "
            "a job of its own, waited for as in `/listings/generate`; the job before stays as it is."
        ),
        request=RewriteListingBody,
        responses={200: GeneratedListing, 202: PendingListing},
        example=GENERATED,
        body_example={"hints": {"department": "men", "measurements": {"waist": "41 cm"}}},
        operation_id="listings_rewrite",
    )
    def patch(self, request: Request, job_id: str) -> Response:
        body = bodies.read(RewriteListingBody, request.data)
        account = caller(request).account
        job = draft.written_job(account, decoded("job", job_id, "Job"))
        if job.source is None:
            raise not_found("Image")
        command = draft.rewritten(job, body.hints)
        return _answer(waiting.run(request, command, image_id=job.source.pk))


def _answer(job: Job) -> Response:
    """Raises AppError for a job that failed or was cancelled."""
    waiting.raise_for_failure(job)
    if not job.ended:
        return Response({"jobId": job.public_id}, status=202)
    return Response({**job.report, "jobId": job.public_id})
