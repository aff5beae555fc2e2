"""Photos of rooms in the studio: which choices there are, previews, enhancing, and what is told of a result."""

from __future__ import annotations

import html
import re
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image as Pillow

from accounts.limits import quotas
from media_library.files import storage, thumbnails
from media_library.intake.ingest import ingest
from media_library.lifecycle import trash
from media_library.models import Image
from processing.models import Batch, Job, Preset
from processing.pages.room import options
from processing.worker import tasks
from processing.worker.making import room_previews
from tests.dashboard.conftest import HTMX, Person, complete, fail, picture
from tests.processing.engine.room.drawn import FOCAL, room
from tests.processing.engine.room.hdr.exposed import STOPS, exposed, jpeg, light

START = {"look": "neutral", "straighten": "on", "lens": "on", "format": "jpg", "version": "5.0"}
SIZE = (600, 400)
TO_CHOOSE = 'action="/pictures/{id}/room/"'


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Previews are made the moment they are asked for."""
    monkeypatch.setattr(room_previews.make_room_preview, "send", room_previews.make_room_preview.fn)
    room_previews._copies.clear()


@pytest.fixture(scope="module")
def tilted() -> bytes:
    """A dark photo of a room, from a camera that was tilted; its EXIF names the lens."""
    pixels = (room((1500, 1000), roll=3.0, pitch=-6.0, finer=1) * 0.45).astype(np.uint8)
    exif = Pillow.Exif()
    exif.get_ifd(0x8769)[0xA405] = round(36 * FOCAL)
    exif[0x0112] = 1
    out = BytesIO()
    Pillow.fromarray(pixels).save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


@pytest.fixture
def quick(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is done the moment it is asked for."""
    settings.DOOR_WAIT_SECONDS = 2.0
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)


def post(who: Person, image: Image, action: str = "", **given: str) -> Any:
    return who.client.post(f"/pictures/{image.public_id}/room/{action}", START | given)


def page_of(who: Person, image: Image) -> str:
    response = who.client.get(f"/pictures/{image.public_id}/")
    assert response.status_code == 200
    return str(html.unescape(response.content.decode()))


def is_for_rooms(who: Person, image: Image) -> bool:
    page = page_of(who, image)
    found = TO_CHOOSE.format(id=image.public_id) in page
    assert found is not (f'action="/pictures/{image.public_id}/save/"' in page)
    assert found is ('value="room" aria-pressed="true"' in page)
    return found


def say(who: Person, image: Image, shows: str) -> Any:
    return who.client.post(f"/pictures/{image.public_id}/shows/", {"shows": shows})


def used(who: Person) -> int:
    lines = quotas.overview(who.account)
    return next(line.used for line in lines if line.operation == "enhance")


def done(who: Person, image: Image, given: dict[str, str], **report: Any) -> Job:
    """A job that the room's form asked for, and that is complete."""
    assert post(who, image, **given).status_code == 302
    job = Job.objects.latest("created_at")
    complete(job, report={"provider": "room", "room": report})
    job.refresh_from_db()
    return job


def test_what_was_said_of_a_photo_is_kept_for_it(seller: Person, stranger: Person) -> None:
    image, other = seller.image("kitchen.jpg"), seller.image("shoe.jpg")
    assert not is_for_rooms(seller, image)
    assert say(seller, image, "room")["Location"] == f"/pictures/{image.public_id}/"
    assert (is_for_rooms(seller, image), is_for_rooms(seller, other)) == (True, False)
    assert say(stranger, image, "product").status_code == 404
    assert say(seller, image, "garden").status_code == 400
    assert is_for_rooms(seller, image)
    say(seller, image, "product")
    done(seller, image, {})
    assert not is_for_rooms(seller, image)


def test_a_room_without_a_product_has_not_failed(seller: Person) -> None:
    image = seller.image("kitchen.jpg")
    fail(seller.job(image), "No product was found in this photo.", code="NOTHING_FOUND")
    told = '<div class="studio-note bad" role="alert">'
    assert told in page_of(seller, image)
    assert 'class="studio-doubt"' in page_of(seller, image)
    say(seller, image, "room")
    page = page_of(seller, image)
    assert told not in page
    assert 'class="studio-doubt"' not in page
    assert post(seller, image).status_code == 302
    fail(Job.objects.latest("created_at"), "The file is broken.", code="BROKEN_IMAGE")
    assert told in page_of(seller, image)


def test_what_is_refused_is_told_in_words_of_the_page(seller: Person) -> None:
    image = ingest(seller.account, picture(size=(60, 40)), name="kitchen.jpg")
    sentence = "A 360° picture is twice as wide as high, and this one has 60 x 40 pixels."
    answer = post(seller, image, "preview/", threesixty="yes")
    assert (answer.status_code, answer.json()["message"]) == (400, sentence)
    seller.user.language = "de"
    seller.user.save()
    german = "Ein 360°-Bild ist doppelt so breit wie hoch, und dieses hat 60 x 40 Pixel."
    assert post(seller, image, "preview/", threesixty="yes").json()["message"] == german
    nothing = {"look": "none", "straighten": "", "lens": ""}
    told = post(seller, image, "preview/", **nothing).json()["message"]
    assert told == "Es ist nichts zu tun: Wähle einen Look oder etwas anderes aus."
    assert used(seller) == 0


def test_a_pattern_stands_only_where_it_can_be_seen_through_a_result(seller: Person) -> None:
    image = seller.image("kitchen.jpg")
    result = done(seller, image, {}).result
    assert result is not None
    thumbnails.make_thumbnail.fn(str(result.pk))
    seen = {
        "/library/": ' class="{}" src="/content/',
        f"/projects/{image.project.public_id}/": '<span class="{}">',
        f"/pictures/{image.public_id}/": 'class="result-picture {}"',
    }
    for has_alpha, look in ((True, "checker"), (False, "checker opaque")):
        Image.objects.filter(pk=result.pk).update(has_alpha=has_alpha)
        for address, where in seen.items():
            page = seller.client.get(address).content.decode()
            assert page.count(where.format(look)) == 1, (address, look)
        chosen = {"shows": "room", "ids": image.public_id}
        page = seller.client.post("/batches/new/", chosen).content.decode()
        assert f'class="pick-picture {look}"' in page


def test_what_was_done_says_what_a_photo_shows(seller: Person) -> None:
    kitchen, bath, shoe = (seller.image(name) for name in ("kitchen.jpg", "bath.jpg", "shoe.jpg"))
    done(seller, kitchen, {})
    assert is_for_rooms(seller, kitchen)
    # The only work in their project was done to a room; then half of it was not.
    assert is_for_rooms(seller, bath)
    seller.result(shoe, model="fast")
    assert not is_for_rooms(seller, shoe)
    assert not is_for_rooms(seller, bath)


def test_a_preview_looks_like_the_result_and_costs_nothing(
    seller: Person, stranger: Person, tilted: bytes
) -> None:
    image = ingest(seller.account, tilted, name="kitchen.jpg")
    shown = post(seller, image, "preview/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    small = Pillow.open(BytesIO(shown.content))
    assert (Job.objects.count(), used(seller)) == (0, 0)
    post(seller, image)
    job = Job.objects.get()
    tasks.run_job.fn(str(job.pk))
    job.refresh_from_db()
    result = job.result
    assert result is not None
    assert max(small.size) < 1024  # cropped to what it covers
    told = [int(side) for side in shown["X-Result-Size"].split(" × ")]
    assert told == pytest.approx([result.width, result.height], abs=6)
    made = Pillow.open(BytesIO(storage.read(result.file_key)))
    full = np.asarray(made.convert("RGB").resize(small.size), np.int16)
    assert np.abs(np.asarray(small.convert("RGB"), np.int16) - full).mean() < 4
    assert post(stranger, image, "preview/").status_code == 404


@pytest.mark.parametrize(
    "chosen",
    [
        {"look": "warm", "brightness_boost": "LOW", "contrast_boost_external": "HIGH"},
        {"look": "none", "straighten": "on", "format": "png"},
        {"look": "property", "straighten": "", "sharpen_level": "NONE", "format": "avif"},
        {"look": "property", "version": "3.5", "quality": "60"},
        {"privacy": "on", "threesixty": "no"},
        {"sky": "LOW_CLOUD", "sky_light": "NONE", "window_pull": "WINDOWS_WITH_SKIES"},
    ],
)
def test_a_result_tells_the_choices_that_make_it_again(
    seller: Person, chosen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.engine.networks.faces.FaceFinder.check", lambda _self: None)
    image = seller.image()
    job = done(seller, image, chosen)
    page = page_of(seller, image)
    state = re.search(rf'data-job="{job.public_id}".*?data-state="([^"]+)"', page, re.DOTALL)
    assert state is not None
    told = dict(parse_qsl(state[1]))
    assert {name: told.get(name, "") for name in chosen} == chosen
    seller.client.post(f"/pictures/{image.public_id}/room/", told)
    again = Job.objects.latest("created_at")
    assert (again.command, again.pk != job.pk) == (job.command, True)
    assert again.result_id == job.result_id
    assert used(seller) == 1


def test_what_means_nothing_is_left_out(seller: Person) -> None:
    """Levels without a look, and a version that lacks the look that was chosen since."""
    image = seller.image()
    names = [option.name for option in options.ALL]
    assert len(names) == len(set(names))  # each is shown once
    post(seller, image, look="none", clarity_level="HIGH")
    assert Job.objects.get().command["plan"]["finetune"]["clarityLevel"] is None
    post(seller, image, look="warm", version="3.5")
    assert Job.objects.latest("created_at").command["plan"]["version"] == "5.0"


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"look": "none", "straighten": "", "lens": ""}, "Nothing is asked for"),
        ({"look": "rustic"}, "rustic"),
        ({"clarity_level": "low"}, "low"),
        ({"version": "9"}, "must be one of"),
        ({"quality": "101"}, "100"),
        ({"format": "gif"}, "gif"),
    ],
)
def test_what_can_not_be_is_refused_and_keeps_what_was_chosen(
    seller: Person, chosen: dict[str, str], sentence: str
) -> None:
    image = seller.image()
    chosen = {"brightness_boost": "HIGH", **chosen}
    page = post(seller, image, **chosen)
    assert page.status_code == 422
    content = html.unescape(page.content.decode())
    assert sentence in content
    assert 'name="brightness_boost" value="HIGH" checked' in content
    alone = seller.client.post(f"/pictures/{image.public_id}/room/", START | chosen, headers=HTMX)
    assert (alone.status_code, alone["HX-Retarget"]) == (422, "#studio-errors")
    assert post(seller, image, "preview/", **chosen).status_code == 400
    assert (Job.objects.count(), used(seller)) == (0, 0)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            {"straightened": "done", "roll": 1.34, "pitch": -6.04},
            "Turned by 1.3°, walls made upright by 6.0°.",
        ),
        ({"straightened": "done", "roll": -2.0, "pitch": 0.01}, "Turned by 2.0°."),
        ({"straightened": "done", "roll": 0.0, "pitch": 3.0}, "Walls made upright by 3.0°."),
        ({"straightened": "level"}, "It was level already."),
        ({"straightened": "too-steep"}, "Not straightened: the camera was tilted"),
        ({"straightened": "no-verticals"}, "Not straightened: too few upright edges"),
        ({"straightened": "not-for-360"}, "A 360° picture is not straightened."),
        ({"sky": {"replaced": True, "reason": None}}, "The sky was replaced."),
        ({"sky": {"replaced": False, "reason": "no-sky"}}, "No sky was found for certain."),
        ({"sky": {"replaced": False, "reason": "night"}}, "The sky of a night is not replaced."),
        ({"windows": {"found": 0, "recovered": 0}}, "No window was found."),
        ({"windows": {"found": 2, "recovered": 0}}, "The file holds no more of what is seen"),
        ({"windows": {"found": 2, "recovered": 1}}, "The view through 1 window was brought back."),
        ({"privacy": {"faces": 3, "provider": "x"}}, "3 faces hidden."),
        ({"privacy": {"faces": 0, "provider": "x"}}, "No face was found."),
        ({"privacy": {"faces": 0, "plates": 0}}, "No face and no number plate was found."),
        ({"privacy": {"faces": 0, "plates": 1}}, "1 number plate hidden."),
        ({"privacy": {"faces": 1, "plates": 2}}, "2 number plates hidden."),
    ],
)
def test_what_was_found_stands_under_the_result(
    seller: Person, told: dict[str, Any], sentence: str
) -> None:
    image = seller.image()
    done(seller, image, {}, **told)
    page = page_of(seller, image)
    assert sentence in page
    is_turned = told.get("straightened") == "done"
    assert ("Neutral look, straightened" in page, "Neutral look" in page) == (is_turned, True)


def test_each_form_opens_with_the_newest_result_of_its_own(seller: Person) -> None:
    image = seller.image()
    warm = done(seller, image, {"look": "warm"})
    cut = seller.result(image, model="fast")
    say(seller, image, "room")
    page = page_of(seller, image)
    assert warm.result is not None
    assert f'data-shown="{warm.result.public_id}"' in page
    assert 'value="warm" checked' in page
    say(seller, image, "product")
    assert f'data-shown="{cut.public_id}"' in page_of(seller, image)
    # A cutout is no start for a room: beside its choices stands the photo as it came.
    other = ingest(seller.account, picture(color=(9, 99, 9)), name="shoe.jpg")
    seller.result(other, model="fast")
    say(seller, other, "room")
    page = page_of(seller, other)
    assert 'data-shown=""' in page
    assert "Remove the background first" not in page


BATCH = {"shows": "room", "start": "1", "room-look": "warm", "room-straighten": "on"}


def test_rooms_in_a_batch(seller: Person) -> None:
    images = [seller.image(f"{number}.jpg") for number in range(2)]
    ids = [image.public_id for image in images]
    page = seller.client.post("/batches/new/", {"shows": "room", "ids": ids}).content.decode()
    assert 'name="shows" value="room" checked' in page
    assert 'name="room-look" value="neutral" checked' in page
    assert 'name="room-threesixty"' not in page
    seller.client.post("/batches/new/", BATCH | {"ids": ids, "room-sky": "CLEAR"})
    batch = Batch.objects.get()
    assert (batch.operation, batch.total) == ("enhance", 2)
    assert batch.looks == ["Warm look, straightened, clear sky"]
    plans = [job.command["plan"] for job in batch.jobs.all()]
    assert [(plan["look"], plan["sky"], plan["straighten"]) for plan in plans] == [
        ("warm", "CLEAR", True)
    ] * 2
    again = seller.client.get("/batches/new/", {"ids": ids}).content.decode()
    assert 'name="shows" value="room" checked' in again


def test_what_can_not_be_makes_no_batch(seller: Person, stranger: Person) -> None:
    image = seller.image()
    given = BATCH | {"ids": [image.public_id]}
    wrong = seller.client.post("/batches/new/", given | {"room-look": "rustic"})
    nothing = {"room-look": "none", "room-straighten": ""}
    assert wrong.status_code == 400
    assert seller.client.post("/batches/new/", given | nothing).status_code == 400
    assert stranger.client.post("/batches/new/", given).status_code == 404
    assert not Batch.objects.exists()
    assert used(seller) == 0


def test_what_was_chosen_for_one_room_for_others(seller: Person, stranger: Person) -> None:
    image, other = seller.image("kitchen.jpg"), seller.image("bath.jpg")
    chosen = {"look": "modern", "clarity_level": "HIGH", "threesixty": "yes", "quality": "70"}
    page = post(seller, image, "apply/", **chosen).content.decode()
    assert f'value="{other.public_id}"' in page
    assert f'name="ids" value="{image.public_id}"' not in page
    assert 'name="shows" value="room" checked' in page
    for name, value in (("look", "modern"), ("clarity_level", "HIGH")):
        assert f'name="room-{name}" value="{value}" checked' in page
    assert 'name="room-quality" value="70"' in page
    assert post(seller, image, "apply/", look="rustic").status_code == 422
    assert post(stranger, image, "apply/", **chosen).status_code == 404


def select(who: Person, *images: Image) -> Any:
    given = {"action": "merge", "ids": [image.public_id for image in reversed(images)]}
    return who.client.post("/library/selected/", given)


def test_exposures_become_one_picture(seller: Person, stranger: Person) -> None:
    images = [seller.image(f"kitchen-{number}.jpg") for number in range(3)]
    first, *others = images
    assert select(seller, *images)["Location"] == f"/pictures/{first.public_id}/"
    job = Job.objects.get()
    assert (job.command["operation"], job.source) == ("merge-hdr", first)
    assert job.command["brackets"] == [str(other.pk) for other in others]
    assert used(seller) == 1
    # While they are merged, what is chosen is to be made of all of them, too.
    ids = " ".join(other.public_id for other in others)
    assert f'name="brackets" value="{ids}" checked' in page_of(seller, first)
    complete(job, report={"hdr": {"moving": 0.034}, "room": {"straightened": "done", "roll": 2.0}})
    page = page_of(seller, first)
    assert "3 exposures merged, neutral look, straightened" in " ".join(page.split())
    assert "Of kitchen-0.jpg, kitchen-1.jpg, kitchen-2.jpg" in page
    assert "Something moved in 3 % of the picture" in page
    assert is_for_rooms(seller, first)
    # It opens with the choices that made it, and what is chosen next is made of all of them, too.
    state = re.search(rf'data-job="{job.public_id}".*?data-state="([^"]+)"', page, re.DOTALL)
    assert state is not None
    told = dict(parse_qsl(state[1]))
    assert told["brackets"] == " ".join(other.public_id for other in others)
    assert f'name="brackets" value="{told["brackets"]}" checked' in page
    post(seller, first, look="warm", brackets=told["brackets"])
    again = Job.objects.latest("created_at")
    assert (again.command["brackets"], again.command["plan"]["look"]) == (
        job.command["brackets"],
        "warm",
    )
    theirs = ingest(stranger.account, picture(), name="theirs.jpg")
    for brackets in ("img_1", theirs.public_id):
        assert post(seller, first, "preview/", brackets=brackets).status_code in (400, 404)
        assert post(seller, first, look="modern", brackets=brackets).status_code in (404, 422)
    assert Job.objects.count() == 2


def test_what_are_no_exposures_of_one_view(seller: Person, stranger: Person) -> None:
    image, other = seller.image("kitchen-1.jpg"), seller.image("kitchen-2.jpg")
    larger = ingest(seller.account, picture(size=(41, 30)), name="bath.jpg")
    ten = [seller.image(f"{number}.jpg") for number in range(10)]
    for images, sentence in (
        ((image,), "Select 2 to 9 exposures of one view."),
        (ten, "Select 2 to 9 exposures of one view."),
        ((image, larger), "These photos have different sizes."),
        ((image, seller.result(other, model="fast")), "Only photos as they came can be merged."),
    ):
        assert select(seller, *images)["Location"] == "/library/"
        assert sentence in html.unescape(seller.client.get("/library/").content.decode())
    alone = {"action": "merge", "ids": [image.public_id]}
    told = seller.client.post("/library/selected/", alone, headers=HTMX)
    assert (told.status_code, "Select 2 to 9" in told.content.decode()) == (400, True)
    assert select(stranger, image, other).status_code == 404
    assert not Job.objects.filter(operation="enhance").exists()
    assert used(seller) == 0


@pytest.fixture
def series(seller: Person) -> list[Image]:
    """One room at three exposures, of which its files tell, and another photo of the same size."""
    shots = [jpeg(exposed(light(SIZE), stops), stops=stops) for stops in STOPS]
    other = jpeg(exposed(light(SIZE, other=True), 0.0), stops=0.0)
    return [
        ingest(seller.account, data, name=f"{number}.jpg")
        for number, data in enumerate([*shots, other])
    ]


def test_a_preview_of_exposures_looks_like_what_they_are_merged_to(
    quick: None, seller: Person, series: list[Image]
) -> None:
    first, *others = series[:3]
    brackets = " ".join(one.public_id for one in others)
    preview = post(seller, first, "preview/", brackets=brackets)
    assert (preview.status_code, preview["Content-Type"]) == (200, "image/webp")
    assert (Job.objects.count(), used(seller)) == (0, 0)
    post(seller, first, brackets=brackets)
    result = Job.objects.get().result
    assert result is not None
    small, full = (
        Pillow.open(BytesIO(data)).convert("RGB")
        for data in (preview.content, storage.read(result.file_key))
    )
    gap = np.asarray(small, np.int16) - np.asarray(full.resize(small.size), np.int16)
    assert np.abs(gap).mean() < 4
    other = post(seller, first, "preview/", brackets=series[3].public_id)
    assert (other.status_code, other.json()["code"]) == (422, "BRACKETS_DIFFER")


def test_what_was_merged_is_compared_with_the_exposure_in_the_middle(
    quick: None, seller: Person, series: list[Image]
) -> None:
    first, middle, last = series[:3]
    select(seller, first, middle, last)
    told = Job.objects.get().report["hdr"]
    assert (told["reference"], [first, middle, last][told["reference"]]) == (1, middle)
    page = page_of(seller, first)
    before = rf'/content/{middle.public_id}/file\?[^"]+'
    photo = rf'/content/{first.public_id}/file\?[^"]+'
    assert re.search(rf'id="original" src="{before}" data-photo="{photo}"', page)
    assert re.search(rf'class="result shown"[^>]* data-before="{before}"', page)
    trash.put(seller.account, [middle.pk])
    page = page_of(seller, first)
    assert re.search(rf'id="original" src="{photo}" data-photo="{photo}"', page)
    assert "data-before" not in page


def ask(who: Person, *images: Image) -> Any:
    ids = [image.public_id for image in images]
    return who.client.post("/library/exposures/", {"ids": ids})


def test_exposures_that_came_together_are_offered(
    quick: None, seller: Person, stranger: Person, series: list[Image]
) -> None:
    offer = ask(seller, *series)
    assert offer.status_code == 200
    page = " ".join(offer.content.decode().split())
    assert "These 3 photos look like one shot at 3 exposures." in page
    named = re.findall(r'name="ids" value="([^"]+)"', page)
    assert named == [image.public_id for image in series[:3]]
    # The photos are shown, not what was made of them.
    for image in series[:3]:
        thumbnails.make_thumbnail.fn(str(image.pk))
        made = seller.result(image, model="fast")
        thumbnails.make_thumbnail.fn(str(made.pk))
    again = ask(seller, *series).content.decode()
    seen = re.findall(r'<img src="/content/([^/]+)/thumbnail', again)
    assert seen == named
    assert ask(seller, series[0], series[3]).status_code == 204
    assert ask(seller, seller.image(), seller.image()).status_code == 204
    assert ask(stranger, *series).status_code == 204
    assert used(seller) == 0


def test_looking_for_exposures_may_take_longer_than_a_request(
    transactional_db: None,
    seller: Person,
    stranger: Person,
    series: list[Image],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.DOOR_WAIT_SECONDS = 0.0
    monkeypatch.setattr(tasks.run_job, "send", lambda *_: None)
    first = ask(seller, *series)
    assert first.status_code == 202
    goes_on = {"job": first.json()["job"]}
    assert seller.client.post("/library/exposures/", goes_on).json() == goes_on
    tasks.run_job.fn(str(Job.objects.get().pk))
    assert seller.client.post("/library/exposures/", goes_on).status_code == 200
    assert stranger.client.post("/library/exposures/", goes_on).status_code == 404
    done(seller, series[3], {})
    other = {"job": Job.objects.latest("created_at").public_id}
    assert seller.client.post("/library/exposures/", other).status_code == 404
    series[0].deleted_at = timezone.now()
    series[0].save()
    assert seller.client.post("/library/exposures/", goes_on).status_code == 204


def test_new_photos_beside_rooms_are_not_cut_out(seller: Person) -> None:
    image, new = seller.image("kitchen.jpg"), seller.image("bath.jpg")
    assert 'id="cut-out"' in seller.client.get("/library/").content.decode()
    done(seller, image, {})
    given = {"ids": [new.public_id], "cut_out": "on"}
    assert seller.client.post("/library/arrived/", given).status_code == 200
    assert Job.objects.count() == 1
    page = seller.client.get("/library/").content.decode()
    assert "New photos are taken for rooms, and not cut out." in page
    assert 'id="cut-out"' not in page
    seller.result(seller.image("shoe.jpg"), model="fast")
    seller.client.post("/library/arrived/", given)
    assert Job.objects.filter(operation="remove-background", source=new).exists()


def test_photos_whose_files_tell_no_exposure_are_not_offered(quick: None, seller: Person) -> None:
    shots = [jpeg(exposed(light(SIZE), stops)) for stops in STOPS]
    images = [ingest(seller.account, data, name=f"{stops}.jpg") for stops, data in enumerate(shots)]
    assert ask(seller, *images).status_code == 204


def test_a_look_is_kept_for_other_rooms(seller: Person, stranger: Person) -> None:
    image, other = seller.image("kitchen.jpg"), seller.image("bath.jpg")
    chosen = {"look": "warm", "clarity_level": "HIGH", "threesixty": "yes", "upscale": "on"}
    assert post(seller, image, "look/", name=" Warm rooms ", **chosen).status_code == 200
    assert post(seller, image, "look/", name="Warm rooms", **chosen).status_code == 409
    assert post(seller, image, "look/", name="Rustic", look="rustic").status_code == 400
    assert post(stranger, image, "look/", name="Theirs", **chosen).status_code == 404
    preset = Preset.objects.get()
    plan = preset.plan
    assert (plan["look"], plan["finetune"]["clarityLevel"]) == ("warm", "HIGH")
    assert (plan["threesixty"], plan["upscale"]) == (None, False)  # of that photo alone
    page = html.unescape(seller.client.get("/looks/").content.decode())
    assert "Warm look, fine-tuned, straightened" in page
    assert f"/looks/{preset.public_id}/default/" not in page
    state = re.search(r'href="\?([^"]+)" data-look-state', page_of_a_room(seller, other))
    assert state is not None
    taken = seller.client.get(f"/pictures/{other.public_id}/?{state[1]}").content.decode()
    assert 'name="clarity_level" value="HIGH" checked' in taken
    given = {"shows": "room", "start": "1", "room-saved": preset.public_id, "ids": other.public_id}
    assert preset.public_id in seller.client.get("/batches/new/").content.decode()
    assert stranger.client.post("/batches/new/", given).status_code == 404
    seller.client.post("/batches/new/", given)
    assert Batch.objects.get().looks == ["Warm rooms"]
    assert Batch.objects.get().command["plan"] == plan
    assert (
        f'value="{preset.public_id}"'
        not in seller.client.get("/batches/new/").content.decode().split("only-products")[1]
    )


def page_of_a_room(who: Person, image: Image) -> str:
    say(who, image, "room")
    return page_of(who, image)
