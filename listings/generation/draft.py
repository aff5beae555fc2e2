"""What a job has written becomes a listing's fields."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.limits.operations import GENERATE_LISTING, REWRITE_LISTING
from accounts.models import Account
from config.errors import AppError, not_found
from listings.generation.generate import GenerateListing
from listings.writers.base import Hints
from processing.commands import words_of
from processing.models import Job, JobState
from processing.services import jobs

# Of a report's attributes, those that a listing has fields of its own for.
_FIELDS = ("brand", "size", "condition", "colors", "materials")


def fields_of(account: Account, job_id: UUID | None) -> tuple[dict[str, Any], list[UUID]]:
    """The fields of a new listing (listings.services.listings.FIELDS) and its pictures, in order. No job, no fields.

    Raises AppError NOT_FOUND for what is no job of the account that writes listings, CONFLICT for one
    that has not completed.
    """
    if job_id is None:
        return {}, []
    job = written_job(account, job_id)
    told = job.report
    attributes = dict(told["attributes"])
    fields = {name: attributes.pop(name) for name in _FIELDS if name in attributes}
    fields |= {
        "title": told["title"],
        "description": told["description"],
        "category": told["category"] or "",
        "tags": told["tags"],
        "attributes": {name: value for name, value in attributes.items() if isinstance(value, str)},
        "currency": told["currency"],
        "price": told["suggestedPrice"],
        "price_min": told["priceRangeMin"],
        "price_max": told["priceRangeMax"],
        "generated_by": {
            "jobId": job.public_id,
            "provider": told["provider"],
            "recognisedBy": told["recognisedBy"],
            "priceBasis": told["price"]["basis"],
        },
    }
    views = command_of(job).view_ids
    return fields, [job.picture.pk, *map(UUID, views)]


def written_job(account: Account, job_id: UUID) -> Job:
    """Raises AppError NOT_FOUND for what is no job of the account that writes listings, CONFLICT for one
    that has not completed."""
    job = jobs.job_for(account, job_id)
    if job.operation not in (GENERATE_LISTING, REWRITE_LISTING):
        raise not_found("Job")
    if job.state != JobState.COMPLETED:
        raise AppError("CONFLICT", f"The job is {job.state} and has no result.", status=409)
    return job


def rewritten(job: Job, change: Hints) -> GenerateListing:
    """The command that writes the same item's listing anew with these hints besides.

    It costs nothing where rules write it; a language model is asked once more, and charged as before.
    """
    command = command_of(job)
    operation = REWRITE_LISTING if command.provider == "rules" else GENERATE_LISTING
    hints = command.hints.changed(change)
    return command.model_copy(update={"operation": operation, "hints": hints})


def command_of(job: Job) -> GenerateListing:
    """What the job was asked for."""
    return GenerateListing.load(words_of(job.command))
