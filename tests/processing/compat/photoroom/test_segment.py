"""POST /v1/segment, called by a client that knows the vendor's documents only."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image as Pillow

from accounts.limits.operations import REMOVE_BACKGROUND
from accounts.models import PlanLimit
from media_library.files import storage
from media_library.models import Image
from processing.commands import RemoveBackground, command_hash
from processing.compat.fields import Fields
from processing.compat.photoroom import segment
from processing.engine.plans.cutout import CutoutPlan
from processing.models import Job
from processing.services import jobs
from tests.processing.compat.photoroom.client import PhotoroomError
from tests.processing.compat.photoroom.conftest import DrawingEngine, Shop, photo
from tests.processing.options import changed, names

TINY = photo((8, 8))
works = pytest.mark.usefixtures("quick_queue")


def opened(data: bytes) -> Pillow.Image:
    return Pillow.open(BytesIO(data))


@works
def test_the_cutout_comes_as_png(free_shop: Shop) -> None:
    answer = free_shop.client.segment(photo())
    picture = opened(answer.data)
    assert (answer.media_type, picture.format, picture.size) == ("image/png", "PNG", (60, 40))
    assert picture.getpixel((0, 0)) == (0, 0, 0, 0)
    assert picture.getpixel((30, 20))[3] == 255
    assert answer.uncertainty == Job.objects.get().report["uncertainty"]
    assert answer.unsupported == []
    assert free_shop.used(REMOVE_BACKGROUND) == 1


@works
@pytest.mark.parametrize(
    ("fields", "media_type", "mode", "corner"),
    [
        ({"format": "jpg"}, "image/jpeg", "RGB", (255, 255, 255)),
        ({"format": "webp"}, "image/webp", "RGBA", None),
        ({"bg_color": "#FF0000"}, "image/png", "RGB", (255, 0, 0)),
        ({"bg_color": "FF0000"}, "image/png", "RGB", (255, 0, 0)),
        ({"bg_color": "blue"}, "image/png", "RGB", (0, 0, 255)),
        ({"bg_color": "transparent"}, "image/png", "RGBA", (0, 0, 0, 0)),
        ({"channels": "alpha"}, "image/png", "L", 0),
        ({"channels": "alpha", "format": "jpg"}, "image/jpeg", "L", 0),
        ({"channels": "alpha", "format": "webp"}, "image/webp", "RGB", (0, 0, 0)),
    ],
)
def test_formats_and_colors(
    shop: Shop, fields: dict[str, str], media_type: str, mode: str, corner: Any
) -> None:
    answer = shop.client.segment(photo((200, 160)), **fields)
    picture = opened(answer.data)
    assert (answer.media_type, picture.mode) == (media_type, mode)
    if corner is not None:
        assert picture.getpixel((0, 0)) == corner


@works
def test_a_sandbox_mask_is_marked_in_grey(shop: Shop) -> None:
    mask = opened(shop.client.segment(photo((200, 160)), channels="alpha").data)
    marked = opened(shop.sandbox.segment(photo((200, 160)), channels="alpha").data)
    assert (mask.mode, marked.mode) == ("L", "L")
    assert mask.getpixel((100, 80)) == 255
    assert mask.tobytes() != marked.tobytes()


@works
def test_crop_trims_to_the_cutout(shop: Shop) -> None:
    width, height = opened(shop.client.segment(photo(), crop="true").data).size
    assert width < 60
    assert height < 40


@works
def test_preview_is_a_quarter_of_a_megapixel(shop: Shop) -> None:
    width, height = opened(shop.client.segment(photo((1000, 500)), size="preview").data).size
    assert width * height <= 250_000 < (width + 2) * (height + 1)


@works
@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({}, {"size": "full"}),
        ({"size": "hd", "format": "webp"}, {"size": "hd", "format": "webp"}),
        ({"size": "medium", "despill": "true"}, {"size": "medium", "despill": True}),
        ({"channels": "alpha", "crop": "true"}, {"size": "full", "output": "mask", "crop": True}),
        ({"bg_color": "fff", "crop": "false"}, {"size": "full", "bg_color": "white"}),
        ({"channels": "rgba", "despill": "false"}, {"size": "full"}),
    ],
)
def test_means_the_same_natively(
    shop: Shop, fields: dict[str, str], options: dict[str, Any]
) -> None:
    answer = shop.client.segment(photo(), **fields)
    job, source = Job.objects.get(), Image.objects.get(kind="original")
    command = RemoveBackground(plan=CutoutPlan(**options))
    assert job.command_hash == command_hash(command)
    again = jobs.submit_and_wait(shop.caller, command, source=source, seconds=5)
    assert again.report["foundAgain"] is True
    assert again.result == job.result
    assert shop.used(REMOVE_BACKGROUND) == 1
    assert answer.data


@works
def test_high_definition_is_our_finest_edge(shop: Shop) -> None:
    shop.client.headers["pr-hd-background-removal"] = "auto"
    assert shop.client.segment(photo()).unsupported == []
    assert Job.objects.get().command["edge"] == "fine"


@works
def test_json_holds_the_same_bytes(shop: Shop) -> None:
    picture = shop.client.segment(photo()).data
    assert shop.client.segment_as_json(photo()) == picture
    answer = posted(
        shop, headers={"Accept": "application/json"}, files={"image_file": photo()}
    ).json()
    assert answer == {"base64img": b64(picture), "result_b64": b64(picture)}


@pytest.mark.parametrize(
    ("accept", "is_json"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Application/JSON", True),
        ("application/json, image/png", True),
        ("text/plain, application/json", True),
        ("application/json, */*;q=0.1", True),
        ("image/png;q=0.5, application/json", True),
        ("image/*;q=0, application/json", True),
        ("image/png, application/json", False),  # the vendor's samples, its CLI client, Raycast
        ("image/*, application/json", False),
        ("image/gif, application/json;q=1.0", False),
        ("application/json;q=0.5, image/png", False),
        ("application/json;q=0, text/plain", False),
        ("application/json, text/plain, */*", False),  # axios, where nobody says otherwise
        ("*/*", False),
        ("text/html", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_json_is_for_who_prefers_it(
    quick_queue: DrawingEngine, shop: Shop, accept: str, is_json: bool
) -> None:
    shop.client.headers["Accept"] = accept
    answer = shop.client.segment(TINY, format="jpg")
    assert answer.media_type == ("application/json" if is_json else "image/jpeg")


@pytest.mark.parametrize("format", ["jpg", "webp"])
def test_the_header_of_the_vendors_samples_gets_the_picture(
    quick_queue: DrawingEngine, shop: Shop, format: str
) -> None:
    shop.client.headers["Accept"] = "image/png, application/json"
    answer = shop.client.segment(TINY, format=format)
    assert opened(answer.data).format == {"jpg": "JPEG", "webp": "WEBP"}[format]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"format": "gif"}, "format must be one of png, jpg, webp"),
        ({"channels": "rgb"}, "channels must be one of rgba, alpha"),
        ({"size": "4k"}, "size must be one of preview, medium, hd, full"),
        ({"crop": "yes"}, "crop must be boolean"),
        ({"despill": "1"}, "despill must be boolean"),
        ({"bg_color": "#FF000080"}, "bg_color must be opaque or transparent"),
        (
            {"channels": "alpha", "bg_color": "red"},
            "bg_color can't be provided if channels is set to alpha",
        ),
    ],
)
def test_refusals_are_flat(shop: Shop, fields: dict[str, str], message: str) -> None:
    with pytest.raises(PhotoroomError) as caught:
        shop.client.segment(photo(), **fields)
    assert caught.value.body == {
        "detail": message,
        "status_code": 400,
        "type": "validation_error",
    }
    assert Image.objects.count() == 0


@pytest.mark.parametrize("sent", ["nothing", "another name", "text"])
def test_a_missing_image(shop: Shop, sent: str) -> None:
    address, headers = f"{shop.client.base_url}/v1/segment", {"x-api-key": shop.key}
    body: dict[str, Any] = {
        "nothing": {},
        "another name": {"files": {"image": photo()}},
        "text": {"data": {"format": "png"}},
    }[sent]
    response = shop.client.http.post(address, headers=headers, **body)
    assert response.status_code == 400
    assert response.json() == {
        "detail": "Please provide an image.",
        "status_code": 400,
        "type": "missing_image",
    }


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@works
@pytest.mark.parametrize(
    "written",
    [
        b64(photo()),
        b64(photo()).rstrip("="),
        f"data:image/jpeg;base64,{b64(photo())}",
        base64.encodebytes(photo()).decode(),  # lines of 76 letters, as MIME writes it
    ],
    ids=["plain", "without padding", "data URL", "in lines"],
)
@pytest.mark.parametrize("sent_as", ["json", "data"])
def test_a_picture_in_base64(shop: Shop, written: str, sent_as: str) -> None:
    fields = {"image_file_b64": written, "format": "webp", "size": "hd", "bg_color": ""}
    response = posted(shop, **{sent_as: fields})
    assert (response.status_code, response.headers["content-type"]) == (200, "image/webp")
    assert "pr-unsupported-attributes" not in response.headers
    [source] = Image.objects.filter(kind="original")
    assert storage.read(source.file_key) == photo()
    assert (source.name, source.media_type) == ("photo.jpg", "image/jpeg")
    command = RemoveBackground(plan=CutoutPlan(format="webp", size="hd"))
    assert Job.objects.get().command_hash == command_hash(command)


@works
def test_what_stands_in_the_address_is_not_read_and_said_so_unless_it_is_empty(shop: Shop) -> None:
    response = posted(
        shop, params={"format": "", "size": "hd"}, json={"image_file_b64": b64(photo())}
    )
    assert response.headers["pr-unsupported-attributes"] == "Unsupported attributes: size"
    assert response.headers["content-type"] == "image/png"


@works
def test_json_has_values_of_its_own(shop: Shop) -> None:
    body = {
        "image_file_b64": b64(photo()),
        "crop": True,
        "despill": False,
        "format": None,
        "colour": ["red"],
    }
    response = posted(shop, json=body)
    assert response.headers["pr-unsupported-attributes"] == "Unsupported attributes: colour"
    assert Job.objects.get().command_hash == command_hash(
        RemoveBackground(plan=CutoutPlan(crop=True, size="full"))
    )


@pytest.mark.parametrize(
    ("body", "kind", "detail"),
    [
        ({}, "missing_image", "Please provide an image."),
        ({"image_file_b64": ""}, "missing_image", "Please provide an image."),
        ({"image_file_b64": None}, "missing_image", "Please provide an image."),
        ([], "validation_error", "The body must be a JSON object."),
        ({"image_file_b64": "a photo!"}, "validation_error", "image_file_b64 must be base64"),
        ({"image_file_b64": 5}, "validation_error", None),
        ({"image_file_b64": b64(b"<html>")}, "validation_error", None),
        ({"image_file": b64(photo())}, "validation_error", "image_file must be a file"),
        ({"format": "\ud800"}, "validation_error", "format must be valid Unicode"),
        ({"format": ["png"]}, "validation_error", "format must be one of png, jpg, webp"),
        ({"crop": 1}, "validation_error", "crop must be boolean"),
    ],
)
def test_refusals_of_json(shop: Shop, body: Any, kind: str, detail: str | None) -> None:
    if isinstance(body, dict) and not {"image_file_b64", "image_file"} & {*body} and body:
        body["image_file_b64"] = b64(photo())
    response = posted(shop, content=json.dumps(body), headers={"content-type": "application/json"})
    told = response.json()
    assert (response.status_code, told["status_code"], told["type"]) == (400, 400, kind), told
    assert told["detail"] == detail if detail else told["detail"].startswith("image_file_b64")
    assert (Image.objects.count(), Job.objects.count()) == (0, 0)


def test_one_picture_or_the_other(shop: Shop) -> None:
    response = posted(shop, data={"image_file_b64": b64(photo())}, files={"image_file": photo()})
    assert response.status_code == 400
    assert response.json()["detail"] == "image_file_b64 can't be provided if image_file is provided"


@works
def test_base64_has_the_limit_of_files(shop: Shop, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = len(photo())
    body = json.dumps({"image_file_b64": b64(photo()), "colour": "x"})
    headers = {"content-type": "application/json"}
    assert posted(shop, content=body, headers=headers).status_code == 200
    for larger in ({"image_file_b64": b64(photo() + b"xxx")}, {"colour": "x" * 200_000}):
        response = posted(shop, content=json.dumps(larger), headers=headers)
        assert (response.status_code, response.json()["type"]) == (413, "payload_too_large")
    assert Image.objects.filter(kind="original").count() == 1


def posted(shop: Shop, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    return shop.client.http.post(
        f"{shop.client.base_url}/v1/segment",
        headers={"x-api-key": shop.key, **(headers or {})},
        **body,
    )


@pytest.mark.parametrize("data", [b"<html>", b"", photo()[:200]])
def test_what_is_no_picture(shop: Shop, data: bytes) -> None:
    with pytest.raises(PhotoroomError) as caught:
        shop.client.segment(data)
    assert caught.value.status == 400
    assert caught.value.body["type"] == "validation_error"
    assert caught.value.message.startswith("image_file: ")
    assert (Image.objects.count(), Job.objects.count()) == (0, 0)


def test_too_large_a_file(shop: Shop, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 500
    with pytest.raises(PhotoroomError) as caught:
        shop.client.segment(photo())
    assert caught.value.body == {
        "detail": "The maximum file size is 0.0005 MB.",
        "status_code": 413,
        "type": "payload_too_large",
    }


def test_an_exhausted_quota_is_402_and_keeps_nothing(
    free_shop: Shop, engine: DrawingEngine
) -> None:
    PlanLimit.objects.filter(plan="free", operation=REMOVE_BACKGROUND).update(monthly=0)
    with pytest.raises(PhotoroomError) as caught:
        free_shop.client.segment(photo())
    assert caught.value.body == {
        "detail": "Monthly limit reached for remove-background.",
        "status_code": 402,
        "type": "quota_exceeded",
    }
    assert Image.live.count() == 0
    assert Job.objects.count() == 0


@works
def test_unknown_fields_are_named_and_made_safe(shop: Shop) -> None:
    answer = shop.client.segment(photo(), **{"colour": "red", "a\r\nx-evil: 1": "2", "ü" * 99: "3"})
    assert answer.unsupported == ["a?0D?0Ax-evil??1", "colour", "?" * 64]
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    ("media_type", "content", "status"),
    [
        ("application/json", b"{", 400),
        ("text/plain", b"{}", 415),
        ("multipart/form-data", b"no boundary", 400),
        ("multipart/form-data; boundary=x", b"--y\r\nbroken", 400),
        ("application/x-www-form-urlencoded", b"format=png", 400),
    ],
)
def test_bodies_that_are_no_form(shop: Shop, media_type: str, content: bytes, status: int) -> None:
    response = shop.client.http.post(
        f"{shop.client.base_url}/v1/segment",
        content=content,
        headers={"x-api-key": shop.key, "content-type": media_type},
    )
    assert response.status_code == status
    assert response.json()["status_code"] == status


def test_a_site_without_its_model_says_so_as_its_own_fault(
    shop: Shop, engine: DrawingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config.errors import invalid

    def check(command: Any) -> None:
        raise invalid("model", "The model fast is not installed.")

    monkeypatch.setattr(jobs, "check", check)
    with pytest.raises(PhotoroomError) as caught:
        shop.client.segment(photo())
    assert caught.value.status == 500
    assert Image.live.count() == 0


def test_a_mistake_of_ours_is_told_in_their_shape_and_to_our_log(
    shop: Shop, engine: DrawingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("what the caller must not see")

    monkeypatch.setattr(jobs, "submit_and_wait", broken)
    with pytest.raises(PhotoroomError) as caught:
        shop.client.segment(photo())
    assert caught.value.status == 500
    assert caught.value.message.startswith("An unexpected error occurred. Quote request ")
    assert caught.value.body["type"] == "internal_error"
    assert "must not see" not in caught.value.message


def test_every_option_of_ours_has_a_parameter_or_is_left_out_on_purpose(settings: Any) -> None:
    settings.DEFAULT_MODEL = "high"

    def read(**values: str) -> CutoutPlan:
        fields = Fields({name: [value] for name, value in values.items()}, is_form=True)
        return segment.read_segment(fields, edge=75.0, watermark=False).plan

    mask = read(channels="alpha", format="jpg", crop="true", size="hd", despill="true")
    assert changed(mask, read(bg_color="red")) == names() - segment.LEFT_OUT
