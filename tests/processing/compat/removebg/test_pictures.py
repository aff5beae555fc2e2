"""POST /removebg, called by a client that knows the vendor's document only."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image as Pillow

from media_library.intake.ingest import ingest
from media_library.models import Image, Matte
from processing.commands import RemoveBackground
from processing.models import Job
from processing.services import jobs
from tests.processing.compat.removebg.client import Picture, encoded
from tests.processing.compat.removebg.conftest import Shop, photo
from tests.stand_ins import browser

pytestmark = pytest.mark.usefixtures("working")
PHOTO = photo()


def covered(picture: Picture) -> tuple[int, int, int, int] | None:
    """The box of what covers more than half."""
    found = picture.image.convert("RGBA").getchannel("A").point(lambda a: 255 * (a > 127))
    return found.getbbox()


def test_by_all_three_kinds_of_body_it_is_the_same(shop: Shop, internet: dict[str, bytes]) -> None:
    internet["https://shop.example/shoe.jpg"] = PHOTO
    answers = [
        shop.client.multipart(PHOTO, size="full", crop="true"),
        shop.client.form(image_file_b64=encoded(PHOTO), size="full", crop="true"),
        shop.client.form(image_url="https://shop.example/shoe.jpg", size="full", crop="true"),
        shop.client.json(image_file_b64=encoded(PHOTO), size="full", crop=True),
        shop.client.json(image_url="https://shop.example/shoe.jpg", size="full", crop=True),
        # As clients in use send it: another name, and the head of a data address.
        shop.client.form(image_base64=encoded(PHOTO), size="full", crop="true"),
        shop.client.json(
            image_file_b64=f"data:image/jpeg;base64,{encoded(PHOTO)}", size="4k", crop="1"
        ),
    ]
    assert {answer.data for answer in answers} == {answers[0].data}
    # The same again costs nothing.
    assert [answer.headers["X-Credits-Charged"] for answer in answers] == ["1", *"000000"]
    assert shop.used == 1


def test_headers(shop: Shop) -> None:
    answer = shop.client.multipart(photo((1200, 900)))
    assert answer.media_type == "image/png"
    assert answer.image.size == answer.size == (577, 433)
    assert answer.largest == (1200, 900)
    left, top, width, height = answer.foreground
    assert covered(answer) == pytest.approx((left, top, left + width, top + height), abs=12)
    assert answer.headers["X-Credits-Charged"] == "1"
    assert answer.headers["X-Type"] == "other"
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize(
    ("size", "most"),
    [
        *((name, 250_000) for name in ("preview", "small", "regular", "")),
        ("medium", 1_500_000),
        ("hd", 4_000_000),
        *((name, 10_000_000) for name in ("full", "4k", "auto", "50MP")),
    ],
)
def test_sizes(shop: Shop, size: str, most: int) -> None:
    shop.client.multipart(photo(), size=size)
    assert Job.objects.get().command["plan"]["mostPixels"] == most


@pytest.mark.parametrize(
    ("fields", "most"),
    [
        ({"format": "jpg"}, 25_000_000),
        ({"format": "zip"}, 25_000_000),
        ({"format": "webp"}, 25_000_000),
        ({"format": "png"}, 10_000_000),
        ({"bg_color": "white"}, 25_000_000),
        ({"bg_color": "ffffff80"}, 10_000_000),
        ({"bg_color": "white", "channels": "alpha"}, 10_000_000),
        ({"size": "50MP", "format": "zip"}, 50_000_000),
    ],
)
def test_only_a_png_has_no_more_than_ten_megapixels(
    shop: Shop, fields: dict[str, str], most: int
) -> None:
    shop.client.multipart(photo(), **{"size": "full"} | fields)
    assert Job.objects.get().command["plan"]["mostPixels"] == most


@pytest.mark.parametrize(
    ("fields", "format_", "mode", "corner"),
    [
        ({}, "PNG", "RGBA", (0, 0, 0, 0)),
        ({"format": "jpg"}, "JPEG", "RGB", (255, 255, 255)),
        ({"format": "webp"}, "WEBP", "RGBA", None),
        ({"bg_color": "#81d4fa"}, "JPEG", "RGB", None),
        ({"bg_color": "0f0", "format": "png"}, "PNG", "RGB", (0, 255, 0)),
        ({"bg_color": "0f08"}, "PNG", "RGBA", (0, 255, 0, 136)),
        ({"bg_color": "81d4faff", "format": "png"}, "PNG", "RGB", (129, 212, 250)),
        ({"bg_color": "81d4fa80"}, "PNG", "RGBA", (129, 212, 250, 128)),
        ({"bg_color": "green", "format": "png"}, "PNG", "RGB", (0, 128, 0)),
        ({"channels": "alpha"}, "PNG", "L", 0),
        ({"channels": "alpha", "bg_color": "red", "add_shadow": "true"}, "PNG", "L", 0),
        ({"channels": "rgba", "format": "auto"}, "PNG", "RGBA", (0, 0, 0, 0)),
    ],
)
def test_formats_and_colors(
    shop: Shop, fields: dict[str, str], format_: str, mode: str, corner: Any
) -> None:
    answer = shop.client.multipart(PHOTO, **fields)
    assert (answer.image.format, answer.image.mode) == (format_, mode)
    assert answer.media_type == Pillow.MIME[format_]
    if corner is not None:
        assert answer.image.getpixel((0, 0)) == corner


def test_zip(shop: Shop) -> None:
    answer = shop.client.multipart(PHOTO, format="zip", crop="true", crop_margin="10%")
    assert answer.media_type == "application/zip"
    with ZipFile(BytesIO(answer.data)) as packed:
        assert packed.namelist() == ["color.jpg", "alpha.png"]
        color, alpha = (Pillow.open(BytesIO(packed.read(name))) for name in packed.namelist())
    assert (color.mode, alpha.mode, color.size, alpha.size) == ("RGB", "L", *[answer.size] * 2)
    # No picture of the library is a ZIP.
    assert Image.objects.get(format="zip").kind == "material"
    assert (
        shop.client.multipart(PHOTO, format="zip", crop="true", crop_margin="10%").data
        == answer.data
    )


def test_json(shop: Shop) -> None:
    told = shop.client.as_json(PHOTO, format="png")
    picture = shop.client.multipart(PHOTO, format="png")
    assert base64.b64decode(told.pop("result_b64"), validate=True) == picture.data
    left, top, width, height = picture.foreground
    assert told == {
        "foreground_left": left,
        "foreground_top": top,
        "foreground_width": width,
        "foreground_height": height,
    }


def test_who_names_pictures_first_gets_one(shop: Shop) -> None:
    files = {"image_file": ("photo.jpg", PHOTO)}
    for accept in ("application/json, text/plain, */*", "image/png, application/json;q=0.5"):
        answer = shop.client.post("removebg", files=files, headers={"Accept": accept})
        assert answer.headers["content-type"] == "image/png"


def test_what_was_left_out_may_be_said_so(shop: Shop) -> None:
    words = ("undefined", "null", "None", "")
    names = (
        *("scale", "position", "crop", "crop_margin", "roi", "bg_color", "bg_image_url", "format"),
        *("channels", "add_shadow", "shadow_type", "shadow_opacity", "type", "type_level"),
        *("semitransparency", "image_url", "image_file_b64"),
    )
    plain = shop.client.multipart(PHOTO)
    for word in words:
        fields: dict[str, Any] = dict.fromkeys(names, word)
        assert shop.client.multipart(PHOTO, **fields).data == plain.data
    del fields["image_file_b64"]
    fields = dict.fromkeys(fields, None) | {"image_file_b64": encoded(PHOTO)}
    assert shop.client.json(**fields).data == plain.data
    assert shop.used == 1


class TestPlaces:
    """Of a photo of 800 by 600 whose middle half is its subject, in full: 200, 150, 600, 450."""

    @pytest.mark.parametrize(
        ("fields", "size", "box"),
        [
            ({}, (800, 600), (200, 150, 600, 450)),
            ({"crop": "true"}, (400, 300), (0, 0, 400, 300)),
            ({"crop": "True", "crop_margin": "10%"}, (480, 360), (40, 30, 440, 330)),
            ({"crop": "true", "crop_margin": "30px"}, (460, 360), (30, 30, 430, 330)),
            ({"crop": "true", "crop_margin": "30px 10%"}, (480, 360), (40, 30, 440, 330)),
            (
                {"crop": "true", "crop_margin": "30px 0 10% 50%"},
                (600, 360),
                (200, 30, 600, 330),
            ),
            # No more than half of the subject, or 500 pixels.
            ({"crop": "true", "crop_margin": "80% 600px"}, (1400, 600), (500, 150, 900, 450)),
            ({"crop": "false", "crop_margin": "80%"}, (800, 600), (200, 150, 600, 450)),
            ({"scale": "100%"}, (800, 600), (0, 0, 800, 600)),
            ({"scale": "25%"}, (800, 600), (300, 225, 500, 375)),
            ({"scale": "25%", "position": "original"}, (800, 600), (300, 225, 500, 375)),
            ({"scale": "50.0%", "position": "0% 100%"}, (800, 600), (0, 300, 400, 600)),
            ({"position": "100%"}, (800, 600), (400, 300, 800, 600)),
            ({"position": "center", "scale": "original"}, (800, 600), (200, 150, 600, 450)),
            ({"crop": "true", "scale": "50%"}, (400, 300), (100, 75, 300, 225)),
        ],
    )
    def test_in_full(
        self, shop: Shop, fields: dict[str, str], size: tuple[int, int], box: tuple[int, ...]
    ) -> None:
        answer = shop.client.multipart(photo((800, 600)), size="full", **fields)
        assert answer.size == answer.largest == pytest.approx(size, abs=30)
        left, top, width, height = answer.foreground
        # The stand-in's matte is soft by a few pixels.
        assert (left, top, left + width, top + height) == pytest.approx(box, abs=30)
        assert covered(answer) == pytest.approx((left, top, left + width, top + height), abs=24)

    def test_as_a_preview_it_is_the_same_made_smaller(self, shop: Shop) -> None:
        fields = {"crop": "true", "crop_margin": "20%", "scale": "60%", "position": "10% 90%"}
        full = shop.client.multipart(photo((1600, 1200)), size="full", **fields)
        preview = shop.client.multipart(photo((1600, 1200)), **fields)
        share = preview.size[0] / full.size[0]
        assert preview.size[0] * preview.size[1] <= 250_000
        assert preview.foreground == pytest.approx(
            [share * value for value in full.foreground], abs=12
        )
        assert preview.largest == pytest.approx(full.size, abs=24)

    @pytest.mark.parametrize(
        "roi", ["400px 0px 800px 600px", "50% 0% 100% 100%", "50% 0 100% 600px"]
    )
    def test_region(self, shop: Shop, roi: str) -> None:
        answer = shop.client.multipart(photo((800, 600)), size="full", roi=roi)
        assert answer.size == (800, 600)
        left, top, width, height = answer.foreground
        # The stand-in sees the middle of what it is shown.
        assert (left, top, left + width, top + height) == pytest.approx(
            (500, 150, 700, 450), abs=30
        )

    def test_the_whole_is_no_region(self, shop: Shop) -> None:
        shop.client.multipart(photo((800, 600)), roi="0% 0% 100% 100%")
        assert Job.objects.get().command["plan"]["region"] is None


def test_a_large_photos_box_is_told_in_its_own_pixels(shop: Shop) -> None:
    answer = shop.client.multipart(photo((6000, 4400)))
    assert answer.size[0] * answer.size[1] <= 250_000
    assert answer.largest[0] * answer.largest[1] == pytest.approx(10_000_000, rel=0.001)
    assert answer.foreground == pytest.approx((1500, 1100, 3000, 2200), abs=200)


class TestBehind:
    WALL = photo((40, 40))

    def test_a_file(self, shop: Shop) -> None:
        wall = Pillow.new("RGB", (30, 30), (0, 0, 250))
        out = BytesIO()
        wall.save(out, "PNG")
        answer = shop.client.multipart(PHOTO, {"bg_image_file": out.getvalue()})
        # All is covered, so it is a JPEG.
        assert (answer.image.format, answer.size) == ("JPEG", (80, 60))
        assert answer.image.getpixel((2, 2)) == pytest.approx((0, 0, 250), abs=6)
        assert Image.objects.get(parent=None, kind="material").name.endswith(".jpg")
        assert Job.objects.get().command["plan"]["mostPixels"] == 250_000

    def test_an_address(self, shop: Shop, internet: dict[str, bytes]) -> None:
        internet["https://shop.example/wall.jpg"] = self.WALL
        answer = shop.client.json(
            image_file_b64=encoded(PHOTO), bg_image_url="https://shop.example/wall.jpg"
        )
        assert answer.image.format == "JPEG"

    def test_one_that_is_transparent_itself(self, shop: Shop) -> None:
        out = BytesIO()
        Pillow.new("RGBA", (30, 30), (0, 0, 250, 100)).save(out, "PNG")
        answer = shop.client.multipart(PHOTO, {"bg_image_file": out.getvalue()}, size="full")
        assert (answer.image.format, answer.image.getpixel((2, 2))) == ("PNG", (0, 0, 250, 100))
        assert Job.objects.get().command["plan"]["mostPixels"] == 10_000_000


@pytest.mark.parametrize(
    ("fields", "shadow"),
    [
        ({"add_shadow": "false", "shadow_type": "drop"}, None),
        ({"add_shadow": "true", "shadow_type": "none"}, None),
        ({"shadow_type": "3D", "shadow_opacity": "40"}, None),
        ({"add_shadow": "true"}, ("soft", None)),
        ({"add_shadow": "true", "shadow_type": "auto", "shadow_opacity": "0"}, ("soft", 0)),
        ({"add_shadow": "true", "shadow_type": "3D", "shadow_opacity": "100"}, ("soft", 1)),
        ({"add_shadow": "true", "shadow_type": "car"}, ("soft", None)),
        (
            {"add_shadow": "true", "shadow_type": "drop", "shadow_opacity": "40.5"},
            ("floating", 0.405),
        ),
    ],
)
def test_shadows(shop: Shop, fields: dict[str, str], shadow: tuple[str, Any] | None) -> None:
    shop.client.multipart(PHOTO, **fields)
    told = Job.objects.get().command["plan"]["shadow"]
    assert (told and (told["mode"], told["intensity"])) == shadow


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "other"),
        ({"type": "auto", "type_level": "latest"}, "other"),
        ({"type": "product"}, "product"),
        ({"type": "person"}, "person"),
        ({"type": "animal"}, "animal"),
        ({"type": "car", "type_level": "2"}, "car"),
        ({"type": "transportation"}, "other"),
        ({"type": "transportation", "type_level": "2"}, "transportation"),
        ({"type": "graphic", "type_level": "latest"}, "graphics"),
        ({"type": "car", "type_level": "none"}, None),
    ],
)
def test_types_are_what_the_caller_knows(
    shop: Shop, fields: dict[str, str], told: str | None
) -> None:
    """No network here tells what it is that it cuts out."""
    assert shop.client.multipart(PHOTO, **fields).headers.get("X-Type") == told


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"crop": "true"}, "Transparent, cropped"),
        ({"bg_color": "white"}, "On white"),
        ({"bg_color": "#102030"}, "On #102030"),
        ({"channels": "alpha"}, "Mask"),
        ({"format": "zip"}, ""),
    ],
)
def test_pages_show_what_was_made(shop: Shop, fields: dict[str, str], words: str) -> None:
    shop.client.multipart(PHOTO, **fields)
    user = shop.caller.user
    assert user is not None
    seller = browser(user)
    job = Job.objects.get()
    assert job.source is not None
    assert job.result is not None
    for image in (job.source, job.result):
        assert seller.get(f"/pictures/{image.public_id}/", follow=True).status_code == 200
    assert seller.get("/library/").status_code == 200
    page = seller.get(f"/pictures/{job.source.public_id}/").content.decode()
    assert words in page
    # A ZIP is no picture that could be shown.
    assert (job.result.public_id in page) is bool(words)
    told = shop.client.http.get(
        f"http://testserver/api/v1/jobs/{job.public_id}", headers={"X-Api-Key": shop.key}
    ).json()["data"]
    assert (told["operation"], told["state"]) == ("remove-background", "completed")


def test_what_was_cut_out_in_full_is_not_cut_out_again(shop: Shop) -> None:
    """Whichever door it came through; the call costs its unit all the same, as the vendor's do."""
    source = ingest(shop.account, PHOTO, name="shoe.jpg")
    jobs.submit_and_wait(shop.caller, RemoveBackground(), source=source, seconds=5)
    fields = {"size": "full", "crop": "true", "format": "png"}
    answer = shop.client.multipart(PHOTO, **fields)
    job = Job.objects.get(command__operation="place-cutout")
    assert job.report["matteReused"] is True
    assert (answer.headers["X-Credits-Charged"], shop.used) == ("1", 2)
    Matte.objects.all().delete()
    Job.objects.all().delete()
    assert shop.client.multipart(PHOTO, **fields).data == answer.data
