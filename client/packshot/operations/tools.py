"""Tools: from one picture to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from packshot import endpoints, models, options, plans
from packshot.operations.jobs import OnJob, worked
from packshot.steps import (
    Retries,
    Steps,
    request,
)


def remove_background(
    retries: Retries,
    image_id: str,
    *,
    on_job: OnJob | None = None,
    idempotency_key: str | None = None,
    **how: Unpack[options.CutoutOptions],
) -> Steps[models.Made]:
    """Cut a product out of its photo."""
    body: options.CutoutBody = {"image_id": image_id, "display": "url", **how}
    step = request(endpoints.REMOVE_BACKGROUND, body=body, key=idempotency_key)
    return worked(retries, endpoints.REMOVE_BACKGROUND, step, on_job)


def edit(
    retries: Retries,
    image_id: str,
    plan: plans.EditPlan | None = None,
    *,
    preset_id: str | None = None,
    on_job: OnJob | None = None,
    idempotency_key: str | None = None,
) -> Steps[models.Edited]:
    """Make a whole picture of a photo: by a plan, a preset, or a preset with changes."""
    body: options.EditBody = {"image_id": image_id, "display": "url"}
    if plan is not None:
        body["edit"] = plan
    if preset_id is not None:
        body["preset_id"] = preset_id
    step = request(endpoints.EDIT, body=body, key=idempotency_key)
    return worked(retries, endpoints.EDIT, step, on_job)


def replace_background(
    retries: Retries,
    image_id: str,
    *,
    on_job: OnJob | None = None,
    idempotency_key: str | None = None,
    **how: Unpack[options.ReplaceOptions],
) -> Steps[models.Edited]:
    """Lay a product onto a color, a picture or a background of the library."""
    body: options.ReplaceBody = {"image_id": image_id, "display": "url", **how}
    step = request(endpoints.REPLACE_BACKGROUND, body=body, key=idempotency_key)
    return worked(retries, endpoints.REPLACE_BACKGROUND, step, on_job)


def generate_background(
    retries: Retries,
    image_id: str,
    prompt: str,
    *,
    on_job: OnJob | None = None,
    idempotency_key: str | None = None,
    **how: Unpack[options.SceneOptions],
) -> Steps[models.Scene]:
    """Put a product into a scene from words."""
    body: options.SceneBody = {"image_id": image_id, "prompt": prompt, "display": "url", **how}
    step = request(endpoints.GENERATE_BACKGROUND, body=body, key=idempotency_key)
    return worked(retries, endpoints.GENERATE_BACKGROUND, step, on_job)


def upscale(
    retries: Retries,
    image_id: str,
    *,
    on_job: OnJob | None = None,
    idempotency_key: str | None = None,
    **how: Unpack[options.UpscaleOptions],
) -> Steps[models.Edited]:
    """Enlarge a picture four times."""
    body: options.UpscaleBody = {"image_id": image_id, "display": "url", **how}
    step = request(endpoints.UPSCALE, body=body, key=idempotency_key)
    return worked(retries, endpoints.UPSCALE, step, on_job)


def remove_text(
    retries: Retries,
    image_id: str,
    *,
    on_job: OnJob | None = None,
    idempotency_key: str | None = None,
    **how: Unpack[options.TextOptions],
) -> Steps[models.Edited]:
    """Remove text from a photo."""
    body: options.TextBody = {"image_id": image_id, "display": "url", **how}
    step = request(endpoints.REMOVE_TEXT, body=body, key=idempotency_key)
    return worked(retries, endpoints.REMOVE_TEXT, step, on_job)


def enhance(
    retries: Retries,
    image_id: str,
    *,
    on_job: OnJob | None = None,
    idempotency_key: str | None = None,
    **how: Unpack[options.RoomOptions],
) -> Steps[models.Edited]:
    """Enhance a photo of a room or a house."""
    body: options.EnhanceBody = {"image_id": image_id, "display": "url", **how}
    step = request(endpoints.ENHANCE, body=body, key=idempotency_key)
    return worked(retries, endpoints.ENHANCE, step, on_job)


def merge_hdr(
    retries: Retries,
    image_ids: Sequence[str],
    *,
    on_job: OnJob | None = None,
    idempotency_key: str | None = None,
    **how: Unpack[options.RoomOptions],
) -> Steps[models.Edited]:
    """Merge several exposures of one room, and enhance the picture they come to."""
    body: options.MergeBody = {"image_ids": list(image_ids), "display": "url", **how}
    step = request(endpoints.MERGE_HDR, body=body, key=idempotency_key)
    return worked(retries, endpoints.MERGE_HDR, step, on_job)
