"""Copies for strangers: nothing but the picture, made in the worker, waited for at their link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image as Pillow
from PIL import ImageCms
from rest_framework.test import APIClient

from accounts.models import Account
from media_library import services
from media_library.files import links, public_copies, storage
from media_library.intake import ingest
from media_library.lifecycle import trash
from media_library.models import Image

Make = Callable[..., bytes]
Stored = Callable[[], list[str]]
SECRETS = (b"Anna", b"SERIAL", b"secret place")


def telling_exif(turn: int = 1) -> bytes:
    exif = Pillow.Exif()
    exif[0x0112], exif[0x013B] = turn, "Anna"
    exif.get_ifd(0x8769)[0xA431] = "SERIAL 7"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    return exif.tobytes()


def add(account: Account, data: bytes, name: str = "Anna at home.jpg") -> Image:
    return ingest.ingest(account, data, name=name)


def made(image: Image) -> Image:
    public_copies.make_public_copy.fn(str(image.pk))
    image.refresh_from_db()
    return image


def opened(image: Image) -> Any:
    return Pillow.open(BytesIO(storage.read(image.public_key)))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Work on messages the moment they are sent; which were sent."""
    sent = []

    def send(image_id: str) -> None:
        sent.append(image_id)
        public_copies.make_public_copy.fn(image_id)

    monkeypatch.setattr(public_copies.make_public_copy, "send", send)
    return sent


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_copy_is_upright_in_srgb_and_tells_nothing(
    account: Account, picture: Make, format: str
) -> None:
    options = {"exif": telling_exif(6), "xmp": b"<x:xmpmeta>secret place</x:xmpmeta>"}
    if format in ("TIFF", "PNG"):
        del options["xmp"]
    source = picture(format, size=(60, 40), **options)
    assert b"Anna" in source
    image = made(add(account, source))
    copy = storage.read(image.public_key)
    assert not any(secret in copy for secret in SECRETS)
    with opened(image) as shown:
        assert (shown.format, shown.size) == ("JPEG", (40, 60))
        assert (dict(shown.getexif()), set(shown.info) & {"icc_profile", "xmp", "comment"}) == (
            {},
            set(),
        )
    assert storage.read(image.file_key) == source  # its owner still has it as it came


def test_the_copys_colors_are_those_that_the_profile_means(account: Account) -> None:
    """55 of 255 of the light is half way up in sRGB."""
    out = BytesIO()
    Pillow.new("RGB", (32, 32), (55, 55, 55)).save(out, "PNG", icc_profile=_linear_profile())
    with opened(made(add(account, out.getvalue()))) as shown:
        assert abs(int(np.asarray(shown.convert("L")).mean()) - 128) <= 3


def test_a_bare_file_is_its_own_copy(account: Account, picture: Make, stored: Stored) -> None:
    image = made(add(account, picture()))
    assert image.public_key == image.file_key
    assert stored() == [image.file_key]
    services.delete_image(image)


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({"format": "JPEG", "size": (3001, 40)}, (3000, 40)),
        ({"format": "BMP", "size": (60, 40)}, (60, 40)),
        ({"format": "JPEG", "mode": "CMYK", "size": (60, 40)}, (60, 40)),
    ],
)
def test_what_marketplaces_do_not_take_becomes_a_smaller_jpeg(
    account: Account, picture: Make, options: dict[str, Any], size: tuple[int, int]
) -> None:
    with opened(made(add(account, picture(**options)))) as shown:
        assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", size)


def test_what_is_transparent_stays_so_unless_it_is_too_large(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 4), np.uint8)
    Pillow.fromarray(noise).save(out, "WEBP", lossless=True)
    clear, heavy = (add(account, out.getvalue()) for _ in range(2))
    with opened(made(clear)) as shown:
        assert (shown.format, shown.mode) == ("PNG", "RGBA")
    monkeypatch.setattr(public_copies, "MAX_BYTES", 5_000)
    with opened(made(heavy)) as shown:
        assert (shown.format, shown.mode) == ("JPEG", "RGB")


def test_it_is_made_once_and_goes_with_its_picture(
    account: Account, picture: Make, stored: Stored
) -> None:
    image = made(add(account, picture(exif=telling_exif())))
    key = image.public_key
    assert made(image).public_key == key
    assert stored() == sorted([image.file_key, key])
    services.delete_image(image, permanently=True)
    trash.remove_due()
    assert stored() == []


def test_a_picture_deleted_meanwhile_leaves_no_copy(
    account: Account, picture: Make, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, save = add(account, picture(exif=telling_exif())), storage.save

    def delete_then_save(key: str, data: bytes) -> None:
        Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now())
        save(key, data)

    monkeypatch.setattr(storage, "save", delete_then_save)
    assert made(image).public_key == ""
    assert stored() == [image.file_key]


def test_its_link_waits_for_it_and_never_shows_the_original(
    account: Account, picture: Make, client: Client, at_once: list[str]
) -> None:
    image = add(account, picture(exif=telling_exif()))
    response = client.get(links.content_url(image, "public"))
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    image.refresh_from_db()
    assert b"".join(response.streaming_content) == storage.read(image.public_key)
    assert image.public_key != image.file_key
    assert response["Content-Disposition"] == f'inline; filename="{image.public_id}.jpg"'
    client.get(links.content_url(image, "public"))
    assert at_once == [str(image.pk)]


def test_its_link_says_when_to_come_again_while_no_worker_has_made_it(
    account: Account, picture: Make, client: Client
) -> None:
    image = add(account, picture())
    response = client.get(links.content_url(image, "public"))
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response["Cache-Control"] == "no-store"
    assert response.content == b"This image is being prepared. Try again in a few seconds."
    services.delete_image(image)
    assert client.get(links.content_url(image, "public")).status_code == 404


def test_its_owner_may_share_it_and_nobody_else(
    account: Account, picture: Make, api: APIClient, strangers_api: APIClient, at_once: list[str]
) -> None:
    image = add(account, picture(exif=telling_exif()))
    address = f"/api/v1/images/{image.public_id}/content?variant=public"
    answer = api.get(address)
    assert answer.status_code == 302
    assert api.get(answer["Location"]).status_code == 200
    assert strangers_api.get(address).status_code == 404


def _linear_profile() -> bytes:
    """sRGB's primaries with straight tone curves, under another name."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = bytearray(srgb.replace("sRGB".encode("utf-16-be"), "line".encode("utf-16-be")))
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        at = profile.index(name)
        offset = int.from_bytes(profile[at + 4 : at + 8])
        profile[offset : offset + 16] = b"para" + bytes(8) + (0x10000).to_bytes(4)
    return bytes(profile)
