"""The account, its pictures and its looks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Unpack

from packshot import endpoints, models, options
from packshot.errors import UnexpectedAnswer
from packshot.steps import (
    File,
    Progress,
    Request,
    Retries,
    Steps,
    asked,
    camel,
    request,
    sent,
)


def me(retries: Retries) -> Steps[models.Me]:
    """Tell whose key it is, and what the account may use."""
    return asked(retries, endpoints.ME, request(endpoints.ME))


def usage(retries: Retries) -> Steps[models.Usage]:
    """Tell this month's quotas."""
    return asked(retries, endpoints.USAGE, request(endpoints.USAGE))


def upload(
    retries: Retries,
    file: File,
    *,
    name: str | None = None,
    progress: Progress | None = None,
    idempotency_key: str | None = None,
    **fields: Unpack[options.UploadFields],
) -> Steps[models.Image]:
    """Store a photo, from a path or from bytes, which need a ``name``."""
    if name is None:
        if isinstance(file, bytes):
            raise TypeError("Bytes need a name.")
        name = Path(os.fspath(file)).name
    step = request(
        endpoints.UPLOAD,
        key=idempotency_key,
        form=camel(fields),
        upload=(name, file),
        progress=progress,
    )
    return asked(retries, endpoints.UPLOAD, step)


def fetch(
    retries: Retries,
    url: str,
    *,
    idempotency_key: str | None = None,
    **fields: Unpack[options.UploadFields],
) -> Steps[models.Image]:
    """Have the site store a photo from an address on the public internet."""
    body: options.AddressBody = {"url": url, **fields}
    return asked(retries, endpoints.FETCH, request(endpoints.FETCH, body=body, key=idempotency_key))


def images(retries: Retries, **filters: Unpack[options.ImageFilter]) -> Steps[models.ImagePage]:
    """List the library's pictures."""
    return asked(retries, endpoints.IMAGES, request(endpoints.IMAGES, query=filters))


def image(retries: Retries, image_id: str) -> Steps[models.Image]:
    """Tell about one picture."""
    return asked(retries, endpoints.IMAGE, request(endpoints.IMAGE, image_id))


def delete_image(retries: Retries, image_id: str) -> Steps[None]:
    """Lay a picture into the trash."""
    return asked(retries, endpoints.DELETE_IMAGE, request(endpoints.DELETE_IMAGE, image_id))


def download(
    retries: Retries, image_id: str, to: str | os.PathLike[str], *, progress: Progress | None = None
) -> Steps[Path]:
    """Write a picture's file to a path, whole or not at all."""
    response = yield from sent(retries, request(endpoints.CONTENT, image_id))
    address = response.headers.get("location")
    if address is None:
        raise UnexpectedAnswer("The site named no address for the picture's file.")
    step = Request(
        "GET",
        str(response.request.url.join(address)),
        save_to=Path(to),
        progress=progress,
        signed=True,
        repeatable=True,
    )
    yield from sent(retries, step)
    return Path(to)


def presets(retries: Retries, **pages: Unpack[options.PageOptions]) -> Steps[models.PresetPage]:
    """List the account's saved looks."""
    return asked(retries, endpoints.PRESETS, request(endpoints.PRESETS, query=pages))


def ready_presets(retries: Retries) -> Steps[list[models.ReadyPreset]]:
    """List the looks that are there from the start, such as those of marketplaces."""
    return asked(retries, endpoints.READY_PRESETS, request(endpoints.READY_PRESETS))


def packs(retries: Retries, **pages: Unpack[options.PageOptions]) -> Steps[models.PackPage]:
    """List the account's own packs of looks."""
    return asked(retries, endpoints.PACKS, request(endpoints.PACKS, query=pages))


def ready_packs(retries: Retries) -> Steps[list[models.ReadyPack]]:
    """List the packs that are there from the start, one for each marketplace."""
    return asked(retries, endpoints.READY_PACKS, request(endpoints.READY_PACKS))
