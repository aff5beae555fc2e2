"""What leaves: the picture's bytes, with headers that tell of the work."""

from __future__ import annotations

import base64

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from config.web.hosts import prefix_of
from media_library.files import storage
from media_library.models import Image
from processing.compat.accepting import prefers_json
from processing.compat.photoroom.headers import unsupported_text
from processing.engine.plans.edit import EditPlan
from processing.models import Job


def picture(result: Image) -> HttpResponse:
    return HttpResponse(storage.read(result.file_key), content_type=result.media_type)


def picture_or_json(request: HttpRequest, result: Image) -> HttpResponse:
    """The bytes, or the bytes in JSON for who prefers that by ``Accept``."""
    if not prefers_json(request.headers.get("Accept", "")):
        return picture(result)
    content = base64.b64encode(storage.read(result.file_key)).decode("ascii")
    # The second name is an older one, which clients still read.
    return JsonResponse({"base64img": content, "result_b64": content})


def tell_uncertainty(response: HttpResponse, job: Job) -> None:
    """Ours is told of people, too, so it is never their -1."""
    response["x-uncertainty-score"] = f"{job.report['uncertainty']:g}"


def tell_unsupported(response: HttpResponse, names: list[str]) -> None:
    if names:
        response["pr-unsupported-attributes"] = unsupported_text(names)


def tell_of_edit(response: HttpResponse, job: Job, plan: EditPlan) -> None:
    report = job.report
    if plan.cutting is not None:
        tell_uncertainty(response, job)
    if generated := report.get("background"):
        response["pr-ai-background-seed"] = str(generated["seed"])
        response["x-background-provider"] = generated["provider"]
        if words := generated["notUnderstood"]:
            response["x-background-words-not-understood"] = ", ".join(map(ascii_only, words))
    if (texts := report.get("textsRemoved")) is not None:
        response["pr-texts-detected"] = str(texts)


def tell_page(response: HttpResponse, request: HttpRequest, result: Image) -> None:
    """Where a person goes on with the picture."""
    page = reverse("picture", args=[result.public_id])
    at_its_own_host = prefix_of(request.get_host()) is not None
    response["pr-edit-further-url"] = (
        f"{settings.SITE_URL}{page}" if at_its_own_host else request.build_absolute_uri(page)
    )


def ascii_only(word: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in word[:64])
