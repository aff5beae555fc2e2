"""What leaves: the picture's bytes, or the same in JSON, with headers that tell of the work."""

from __future__ import annotations

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from media_library.files import storage
from media_library.models import Image
from processing.compat.accepting import prefers_json
from processing.compat.removebg.parameters import FULL, PNG_FULL
from processing.engine.canvas.placing import within
from processing.models import Job


def picture(
    request: HttpRequest, job: Job, photo: Image, result: Image, kind: str | None
) -> HttpResponse:
    box = _foreground(job, photo)
    data = storage.read(result.file_key)
    response: HttpResponse
    if prefers_json(request.headers.get("Accept", "")):
        told: dict[str, Any] = {"result_b64": base64.b64encode(data).decode("ascii")}
        told |= {f"foreground_{name}": value for name, value in box.items()}
        response = JsonResponse({"data": told})
    else:
        response = HttpResponse(data, content_type=result.media_type)
    largest = within(
        tuple(job.report["placed"]["canvas"]), PNG_FULL if result.format == "png" else FULL
    )
    headers = {
        # Whole, as clients in use read it so: the account is charged nothing for what it has already.
        "X-Credits-Charged": "0" if job.report.get("foundAgain") else "1",
        "X-Width": result.width,
        "X-Height": result.height,
        "X-Max-Width": largest[0],
        "X-Max-Height": largest[1],
        **{f"X-Foreground-{name.title()}": value for name, value in box.items()},
    }
    if kind is not None:
        headers["X-Type"] = kind
    for name, value in headers.items():
        response[name] = str(value)
    return response


def _foreground(job: Job, photo: Image) -> dict[str, int]:
    """Where the subject stands in the result; in the photo, where that has more pixels than a result may."""
    placed = job.report["placed"]
    is_large = photo.width * photo.height > FULL
    left, top, right, bottom = placed["inPhoto" if is_large else "box"]
    return {"top": top, "left": left, "width": right - left, "height": bottom - top}
