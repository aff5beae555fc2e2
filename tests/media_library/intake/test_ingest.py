"""What comes in, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from PIL import Image as Pillow
from PIL import ImageCms

from accounts.models import Account
from config.errors import AppError
from media_library.files import storage
from media_library.intake import ingest
from media_library.models import Image, ImageKind, Project
from media_library.projects import default_project

Make = Callable[..., bytes]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size, with hardly any pixels behind it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


def exif(orientation: int = 1, *, gps: bool = False) -> bytes:
    tags = Pillow.Exif()
    tags[0x0112] = orientation
    if gps:
        tags[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
    return tags.tobytes()


@pytest.mark.parametrize(
    ("format", "name", "media_type", "extension"),
    [
        ("JPEG", "jpeg", "image/jpeg", "jpg"),
        ("PNG", "png", "image/png", "png"),
        ("WEBP", "webp", "image/webp", "webp"),
        ("HEIF", "heic", "image/heic", "heic"),
        ("AVIF", "avif", "image/avif", "avif"),
        ("TIFF", "tiff", "image/tiff", "tif"),
        ("BMP", "bmp", "image/bmp", "bmp"),
        ("GIF", "gif", "image/gif", "gif"),
    ],
)
def test_every_format_is_told_by_its_content(
    account: Account, picture: Make, format: str, name: str, media_type: str, extension: str
) -> None:
    data = picture(format, size=(40, 30))

    image = ingest.ingest(account, data, name="holiday.txt")

    assert (image.format, image.media_type) == (name, media_type)
    assert (image.width, image.height, image.bytes) == (40, 30, len(data))
    assert image.sha256 == hashlib.sha256(data).hexdigest()
    assert image.file_key == f"{account.id}/{image.id}/original.{extension}"
    assert storage.read(image.file_key) == data
    assert (image.name, image.kind, image.orientation) == ("holiday.txt", ImageKind.ORIGINAL, 1)
    assert image.project == default_project(account)
    assert Image.live.get() == image


def test_orientation_and_profile_are_recorded_and_the_original_kept_with_its_gps(
    account: Account, picture: Make
) -> None:
    data = picture(size=(40, 30), exif=exif(6, gps=True), icc_profile=SRGB)

    image = ingest.ingest(account, data, name="phone.jpg")

    assert (image.width, image.height, image.orientation) == (30, 40, 6)
    assert image.has_profile is True
    assert storage.read(image.file_key) == data
    assert b"GPS" not in image.name.encode()


@pytest.mark.parametrize(
    ("data", "has_alpha"),
    [
        (("JPEG", {"mode": "CMYK"}), False),
        (("PNG", {"mode": "I;16"}), False),
        (("TIFF", {"mode": "I;16"}), False),
        (("PNG", {"mode": "P", "transparency": 0}), True),
        (("PNG", {"mode": "LA"}), True),
        (("JPEG", {"size": (1, 1)}), False),
        (("PNG", {"size": (1, 1), "mode": "RGBA"}), True),
    ],
    ids=["cmyk", "16-bit png", "16-bit tiff", "palette", "grey with alpha", "1x1 jpeg", "1x1 png"],
)
def test_unusual_pictures_are_pictures(
    account: Account, picture: Make, data: tuple[str, dict[str, Any]], has_alpha: bool
) -> None:
    image = ingest.ingest(account, picture(data[0], **data[1]), name="odd")
    assert image.has_alpha is has_alpha


def test_animation_counts_as_its_first_frame(account: Account, picture: Make) -> None:
    second = Pillow.new("L", (40, 30), 200)
    data = picture("GIF", mode="L", save_all=True, append_images=[second])
    image = ingest.ingest(account, data, name="spin.gif")
    assert (image.format, image.width, image.height) == ("gif", 40, 30)


def refused(account: Account, data: bytes) -> AppError:
    with pytest.raises(AppError) as caught:
        ingest.ingest(account, data, name="x.jpg")
    return caught.value


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty."),
        (
            b"just a text that somebody called .jpg",
            (
                "The file is not an image in a supported format: send JPEG, PNG, WebP, HEIC, "
                "AVIF, TIFF, BMP or GIF."
            ),
        ),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (
            png_claiming(20_000, 20_000),
            "The image has 400 megapixels (20000 x 20000). The maximum is 65 megapixels.",
        ),
        (png_claiming(400, 400), "The PNG file is damaged or truncated."),
        (b"\xff\xd8\xff\xe0", "The JPEG file is damaged or truncated."),
    ],
    ids=["empty", "text", "svg", "20000x20000", "pixels missing", "only a beginning"],
)
def test_refused(
    account: Account, stored: Callable[[], list[str]], data: bytes, message: str | None
) -> None:
    error = refused(account, data)
    assert (error.code, error.status) == ("VALIDATION_ERROR", 400)
    assert error.fields == {"file": [error.message]}
    assert message in (None, error.message)
    assert (Image.objects.count(), stored()) == (0, [])


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_cut_short(account: Account, picture: Make, format: str) -> None:
    data = picture(format, size=(200, 200))
    error = refused(account, data[: len(data) * 2 // 3])
    assert error.message == f"The {format} file is damaged or truncated."


def test_decompression_bomb_is_refused_from_its_header(account: Account) -> None:
    bomb = Pillow.new("1", (8125, 8001))
    out = BytesIO()
    bomb.save(out, "PNG")
    assert len(out.getvalue()) < 10_000
    assert refused(account, out.getvalue()).message == (
        "The image has 65.1 megapixels (8125 x 8001). The maximum is 65 megapixels."
    )


@pytest.mark.parametrize("size", [(8160, 6144), (8192, 6144), (16_000, 4_000), (8125, 8000)])
def test_phones_photos_and_panoramas_come_in(account: Account, size: tuple[int, int]) -> None:
    out = BytesIO()
    Pillow.new("L", size, 200).save(out, "JPEG", quality=10)
    image = ingest.ingest(account, out.getvalue(), name="phone.jpg")
    assert (image.width, image.height) == size


def test_one_byte_too_many(account: Account, picture: Make, settings: Any) -> None:
    data = picture()
    settings.MAX_UPLOAD_BYTES = len(data)
    assert ingest.ingest(account, data, name="fits.jpg").bytes == len(data)
    settings.MAX_UPLOAD_BYTES = 30_000_000
    error = refused(account, b"\xff\xd8\xff" + bytes(30_000_000 - 2))
    assert (error.code, error.status, error.fields) == ("PAYLOAD_TOO_LARGE", 413, None)
    assert error.message == "The maximum file size is 30 MB."


def test_one_bad_file_refuses_all(
    account: Account, picture: Make, stored: Callable[[], list[str]]
) -> None:
    files = [picture(), b"", b"text"]
    incoming = [
        ingest.Incoming(f"{n}.jpg", lambda data=data: data, field=f"files[{n}]")
        for n, data in enumerate(files)
    ]
    with pytest.raises(AppError) as caught:
        ingest.ingest_all(account, incoming)
    assert caught.value.fields is not None
    assert list(caught.value.fields) == ["files[1]", "files[2]"]
    assert caught.value.fields["files[1]"] == ["1.jpg: The file is empty."]
    assert (Image.objects.count(), stored()) == (0, [])


def test_files_go_when_the_rows_fail(
    account: Account,
    picture: Make,
    stored: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: Any) -> None:
        assert len(stored()) == 1
        raise RuntimeError("database is gone")

    monkeypatch.setattr(Image.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError, match="database is gone"):
        ingest.ingest(account, picture(), name="x.jpg")
    assert stored() == []


def test_an_account_gets_one_default_project(account: Account, other_account: Account) -> None:
    first = default_project(account)
    assert default_project(account) == first
    assert default_project(other_account) != first
    assert Project.objects.filter(account=account).count() == 1


FACTS = ingest.ResultFacts("png", "image/png", 40, 30, has_alpha=True, uncertainty=0.25)


def test_result_of_a_job(account: Account, picture: Make) -> None:
    parent = ingest.ingest(account, picture(), name="Shoe.v2.jpeg")
    job_id, data = parent.id, picture("PNG", mode="RGBA")

    with ingest.new_result(parent, job_id=job_id, data=data, facts=FACTS) as result:
        ingest.keep(result)

    result.refresh_from_db()
    assert (result.kind, result.parent, result.job_id) == (ImageKind.DERIVED, parent, job_id)
    assert (result.account, result.project) == (account, parent.project)
    assert (result.name, result.format, result.media_type) == (
        "Shoe.v2-cutout.png",
        "png",
        "image/png",
    )
    assert (result.width, result.height, result.bytes) == (40, 30, len(data))
    assert (result.has_alpha, result.uncertainty) == (True, 0.25)
    assert storage.read(result.file_key) == data


def test_a_job_has_one_result_and_a_second_leaves_no_file(
    account: Account, picture: Make, stored: Callable[[], list[str]]
) -> None:
    parent = ingest.ingest(account, picture(), name="shoe.jpg")
    options: dict[str, Any] = {"job_id": parent.id, "data": picture("PNG"), "facts": FACTS}
    with ingest.new_result(parent, **options) as first:
        ingest.keep(first)
    with (
        pytest.raises(IntegrityError),
        ingest.new_result(parent, **options) as second,
        transaction.atomic(),
    ):
        ingest.keep(second)
    assert stored() == sorted([parent.file_key, first.file_key])


def test_a_result_comes_with_its_thumbnail_or_leaves_neither(
    account: Account, picture: Make, stored: Callable[[], list[str]]
) -> None:
    parent = ingest.ingest(account, picture(), name="shoe.jpg")
    options: dict[str, Any] = {"job_id": parent.id, "data": picture("PNG"), "facts": FACTS}
    with pytest.raises(ZeroDivisionError), ingest.new_result(parent, **options, preview=b"small"):
        raise ZeroDivisionError
    assert stored() == [parent.file_key]

    with ingest.new_result(parent, **options, preview=b"small") as result:
        ingest.keep(result)

    result.refresh_from_db()
    assert storage.read(result.thumbnail_key) == b"small"
    assert result.thumbnail_due_at is None
    assert stored() == sorted([parent.file_key, result.file_key, result.thumbnail_key])


def test_corrected_original_is_kept_once(
    account: Account, picture: Make, stored: Callable[[], list[str]]
) -> None:
    image = ingest.ingest(account, picture(exif=exif(6)), name="shoe.jpg")
    upright = picture(size=(30, 40))

    ingest.store_corrected(image, upright, "image/jpeg")
    key = image.corrected_key
    assert storage.read(key) == upright
    ingest.store_corrected(image, picture(), "image/jpeg")

    assert image.corrected_key == key
    assert stored() == sorted([image.file_key, key])


def test_a_queue_that_is_down_loses_no_upload(
    account: Account,
    picture: Make,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def down(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError("no queue")

    monkeypatch.setattr("media_library.files.thumbnails.make_thumbnail.send", down)
    with django_capture_on_commit_callbacks(execute=True) as callbacks, transaction.atomic():
        image = ingest.ingest(account, picture(), name="shoe.jpg")
    assert len(callbacks) == 1
    assert Image.live.get().thumbnail_due_at == image.thumbnail_due_at is not None
