"""The Crop page: a frame goes into the studio's plan and back, or makes a picture of its own."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image as Pillow

from accounts.limits import quotas
from media_library.files import storage
from media_library.models import Image
from media_library.services import delete_image
from processing.models import Job, Preset
from processing.worker import runtime, tasks
from processing.worker.making import previews
from tests.dashboard.conftest import Person
from tests.stand_ins import MiddleModel

CROP = {"rotate": "90", "straighten": "0", "left": "0", "top": "25", "right": "100", "bottom": "75"}
LINE = "90 0 0 0.25 1 0.75"
STUDIO = {"background": "color", "color": "#ff0000", "format": "png", "size": "auto"}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "registry", MiddleModel)
    monkeypatch.setattr(previews.make_preview, "send", previews.make_preview.fn)


@pytest.fixture
def image(seller: Person) -> Image:
    """40 by 30 pixels, and cut out."""
    found = seller.image()
    tasks.run_job.fn(str(seller.job(found, model="auto").pk))
    return found


def address(image: Image, more: str = "") -> str:
    return f"/pictures/{image.public_id}/crop/{more}"


def use(who: Person, image: Image, **given: str) -> Any:
    return who.client.post(address(image, "use/"), CROP | {"do": "use"} | given)


def state_of(answer: Any) -> dict[str, str]:
    query = parse_qs(urlsplit(answer["Location"]).query)
    return {name: text for name, [text] in query.items()}


def value(page: str, name: str) -> str:
    """What a hidden field of the page holds."""
    found = page.split(f'name="{name}" value="')[1]
    return found.split('"')[0].replace("&amp;", "&")


def edits(who: Person) -> int:
    return next(line.used for line in quotas.overview(who.account) if line.operation == "edit")


def made(job: Job) -> Pillow.Image:
    if not job.ended:
        tasks.run_job.fn(str(job.pk))
    job.refresh_from_db()
    assert job.result is not None, job.error
    return Pillow.open(BytesIO(storage.read(job.result.file_key)))


def test_the_studio_s_choices_go_to_the_crop_and_come_back_with_it(
    seller: Person, image: Image
) -> None:
    there = seller.client.post(address(image), {"csrfmiddlewaretoken": "secret", **STUDIO})
    assert state_of(there) == STUDIO
    page = seller.client.get(there["Location"]).content.decode()
    back = use(seller, image, state=value(page, "state"))
    assert urlsplit(back["Location"]).path == f"/pictures/{image.public_id}/"
    assert state_of(back) == STUDIO | {"frame": LINE}
    studio = seller.client.get(back["Location"], follow=True).content.decode()
    assert value(studio, "frame") == LINE
    # And once more to the crop: it begins with the frame that was chosen.
    again = seller.client.post(address(image), STUDIO | {"frame": LINE})
    form = seller.client.get(again["Location"]).content.decode()
    assert 'value="90" selected' in form
    assert 'name="top" value="25"' in form
    assert "frame" not in value(form, "state")


def test_the_frame_is_part_of_what_is_shown_and_made(seller: Person, image: Image) -> None:
    chosen = STUDIO | {"frame": LINE}
    shown = seller.client.post(f"/pictures/{image.public_id}/preview/", chosen)
    assert shown["X-Result-Size"] == "30 × 20"
    seller.client.post(f"/pictures/{image.public_id}/save/", chosen)
    job = Job.objects.latest("created_at")
    assert job.command["plan"]["frame"]["crop"]["bottom"] == 0.75
    assert made(job).size == (30, 20)
    wrong = seller.client.post(
        f"/pictures/{image.public_id}/save/", STUDIO | {"frame": "45 0 0 0 1 1"}
    )
    assert wrong.status_code == 422
    assert Job.objects.count() == 2


def test_a_look_for_other_pictures_has_no_frame(seller: Person, image: Image) -> None:
    given = STUDIO | {"frame": LINE, "name": "Red"}
    seller.client.post(f"/pictures/{image.public_id}/look/", given)
    assert Preset.objects.get().plan["frame"] is None


def test_a_detail_is_looked_for_in_other_pictures_too(seller: Person, image: Image) -> None:
    line = "90 0 detail"
    studio = seller.client.get(f"/pictures/{image.public_id}/", {"frame": line, "format": "jpg"})
    assert value(studio.content.decode(), "frame") == line
    given = STUDIO | {"frame": line, "name": "Detail"}
    seller.client.post(f"/pictures/{image.public_id}/save/", given)
    frame = Job.objects.latest("created_at").command["plan"]["frame"]
    assert (frame["rotate"], frame["detail"], frame["crop"]) == (90, True, None)
    seller.client.post(f"/pictures/{image.public_id}/look/", given)
    frame = Preset.objects.get().plan["frame"]
    assert (frame["rotate"], frame["detail"], frame["crop"]) == (0, True, None)


def test_a_frame_that_leaves_all_is_none(seller: Person, image: Image) -> None:
    whole = {"rotate": "0", "top": "", "right": "", "bottom": "100"}
    assert "frame" not in state_of(use(seller, image, state="format=png", **whole))


def test_a_plain_crop_is_a_picture_of_its_own(seller: Person) -> None:
    photo = seller.image()  # nobody has cut it out
    answer = use(seller, photo, do="save", straighten="0")
    assert urlsplit(answer["Location"]).path == f"/pictures/{photo.public_id}/"
    [job] = Job.objects.all()
    assert job.command["plan"]["cutting"] is None
    result = made(job)
    assert (result.size, result.format) == ((30, 20), "JPEG")
    pixel = result.getpixel((15, 10))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 6 for a, b in zip(pixel, (200, 30, 30), strict=True))
    assert edits(seller) == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"left": "60", "right": "40"}, "The right side must be further right than the left one."),
        ({"top": "80"}, "The bottom must be further down than the top."),
        ({"left": "101"}, "less than or equal to 100"),
        ({"left": "nan"}, "Enter a number."),
        ({"straighten": "50"}, "less than or equal to 45"),
        ({"rotate": "45"}, "Select a valid choice"),
        ({"format": "gif"}, "Select a valid choice"),
        (
            {"rotate": "0", "top": "0", "bottom": "100", "do": "save"},
            "Crop, turn or straighten the picture first.",
        ),
    ],
)
def test_what_is_no_crop_is_said_and_nothing_is_made(
    seller: Person, given: dict[str, str], told: str
) -> None:
    photo = seller.image()
    answer = use(seller, photo, **{"do": "save", "state": "color=%23ff0000"} | given)
    page = answer.content.decode()
    assert (answer.status_code, told in page) == (422, True)
    assert value(page, "state") == "color=%23ff0000"
    assert not Job.objects.exists()


def test_an_address_that_was_changed_begins_with_the_whole_photo(
    seller: Person, image: Image
) -> None:
    page = seller.client.get(address(image, "?frame=1+2+3")).content.decode()
    assert 'name="right" value="100"' in page


def test_a_result_is_cropped_by_its_photo(seller: Person, image: Image) -> None:
    result = Job.objects.get().result
    assert result is not None
    page = seller.client.get(address(result)).content.decode()
    assert address(image, "use/") in page


def test_strangers_and_deleted_pictures(seller: Person, stranger: Person, image: Image) -> None:
    assert stranger.client.get(address(image)).status_code == 404
    assert use(stranger, image, do="save").status_code == 404
    delete_image(image)
    assert seller.client.get(address(image)).status_code == 404
    assert use(seller, image, do="save").status_code == 404
    assert Job.objects.count() == 1
