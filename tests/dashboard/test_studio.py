"""The studio: what is chosen is shown, saved, kept as a look, and made of other pictures."""

from __future__ import annotations

import html
import json
import re
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote

import numpy as np
import pytest
from PIL import Image as Pillow

from accounts.http import Caller
from accounts.limits import quotas
from media_library.files import storage
from media_library.models import Image
from processing.commands import Edit
from processing.engine.networks.upscaler import Upscaler
from processing.models import Batch, Job, Preset
from processing.services import edit_json, jobs
from processing.services.backgrounds import background_library
from processing.worker import runtime, tasks
from processing.worker.making import previews
from tests.dashboard.conftest import Person, complete
from tests.stand_ins import MiddleModel

CHOSEN = {"background": "color", "color": "#ff0000", "size": "auto", "format": "png"}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The middle of a picture is its subject, and previews are made the moment they are asked for."""
    monkeypatch.setattr(runtime, "registry", MiddleModel)
    monkeypatch.setattr(previews.make_preview, "send", previews.make_preview.fn)


@pytest.fixture
def image(seller: Person) -> Image:
    """One that is cut out."""
    found = seller.image()
    tasks.run_job.fn(str(seller.job(found, model="auto").pk))
    return found


def post(who: Person, image: Image, action: str, **given: str) -> Any:
    return who.client.post(f"/pictures/{image.public_id}/{action}", CHOSEN | given)


def used(who: Person, operation: str) -> int:
    return next(line.used for line in quotas.overview(who.account) if line.operation == operation)


def page_of(who: Person, image: Image) -> str:
    response = who.client.get(f"/pictures/{image.public_id}/")
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_page(seller: Person, image: Image, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(13):
        page = page_of(seller, image)
    assert 'value="bg_builtin_linen"' in page
    assert "Remove the background first" not in page


def test_a_photo_that_is_not_cut_out_yet(seller: Person) -> None:
    fresh = seller.image("fresh.jpg")
    assert "Remove the background first" in page_of(seller, fresh)
    told = post(seller, fresh, "preview/")
    assert (told.status_code, told.json()["code"]) == (202, "NOT_CUT_OUT")
    response = post(seller, fresh, "save/", background="transparent", model="auto")
    assert response["Location"] == f"/pictures/{fresh.public_id}/"
    page = page_of(seller, fresh)
    assert "Remove the background first" not in page
    assert "Cutout · Waiting" in " ".join(page.split())
    assert Job.objects.get().operation == "remove-background"


def test_previews(seller: Person, image: Image) -> None:
    shown = post(seller, image, "preview/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert shown["X-Result-Size"] == "40 × 30"
    assert "X-Not-Understood" not in shown
    words = post(seller, image, "preview/", background="words", prompt="flurbish oak", seed="400")
    assert unquote(words["X-Not-Understood"]) == "Left out of the scene: “flurbish”"
    wrong = post(seller, image, "preview/", background="words")
    assert wrong.status_code == 400
    assert wrong.json()["message"] == "Say in a few words what lies behind the product."
    assert Job.objects.count() == 1


def test_another_color_costs_nothing(seller: Person, image: Image) -> None:
    response = post(seller, image, "save/", format="jpg")
    assert response["Location"] == f"/pictures/{image.public_id}/"
    job = Job.objects.latest("created_at")
    tasks.run_job.fn(str(job.pk))
    job.refresh_from_db()
    assert (job.operation, job.report["matteReused"]) == ("remove-background", True)
    assert (used(seller, "remove-background"), used(seller, "edit")) == (1, 0)


def test_everything_else_is_an_edit(seller: Person, image: Image) -> None:
    chosen = {"background": "bg_builtin_linen", "shadow": "soft", "intensity": "70"}
    more = {"direction": "300", "size": "1600x2000", "padding": "10", "light": "on"}
    post(seller, image, "save/", **chosen, **more, outline="2", format="webp")
    job = Job.objects.latest("created_at")
    plan = job.command["plan"]
    assert plan["shadow"] | {"mode": "soft", "intensity": 0.7, "direction": 300.0} == plan["shadow"]
    assert plan["layout"]["size"] == "1600x2000"
    assert plan["layout"]["padding"]["top"] == 0.1
    assert plan["background"]["generated"]["provider"] == "studio"
    assert (plan["outline"]["width"], plan["export"]["format"]) == (0.02, "webp")
    assert (used(seller, "remove-background"), used(seller, "edit")) == (1, 1)


@pytest.mark.parametrize(
    ("chosen", "size", "padding"),
    [
        ({"size": "croppedSubject", "shadow": "soft"}, "croppedSubject", 0.0),
        ({"size": "amazon", "padding": "5"}, "2000x2000", 0.05),
        ({"size": "own", "width": "640", "height": "480", "padding": "10"}, "640x480", 0.1),
    ],
)
def test_canvases(
    seller: Person, image: Image, chosen: dict[str, str], size: str, padding: float
) -> None:
    post(seller, image, "save/", **chosen)
    layout = Job.objects.latest("created_at").command["plan"]["layout"]
    assert (layout["size"], layout["padding"]["top"]) == (size, padding)


@pytest.mark.parametrize(
    "chosen",
    [
        {"background": "transparent", "format": "webp", "edge": "fine"},
        {"background": "color", "color": "#00aa11", "size": "croppedSubject"},
        {
            "background": "bg_builtin_linen",
            "shadow": "hard",
            "intensity": "30",
            "direction": "90",
            "size": "1080x1920",
            "place": "right-top",
        },
        {"pick": "point", "left": "51.2", "top": "33.3", "remove_hanger": "on", "light": "on"},
        {"pick": "box", "left": "0", "top": "7.5", "right": "62.5", "bottom": "100", "text": "all"},
        {"background": "words", "prompt": "a marble table", "seed": "7", "padding": "12"},
        {"size": "own", "width": "640", "height": "480", "light": "on", "outline": "3"},
        {"background": "own", "text": "all", "frame": "90 0 0 0 1 1", "format": "avif"},
    ],
)
def test_a_result_tells_the_choices_that_make_it_again(
    seller: Person, image: Image, chosen: dict[str, str]
) -> None:
    """What a line of the results says makes the same picture: the same work is found again."""
    behind = background_library.keep(
        seller.account, seller.image("wall.jpg"), background_library.BackgroundDetails("Wall")
    )
    given = {"model": "auto", "background": "color", "color": "#ffffff", **chosen}
    if given["background"] == "own":
        given["background"] = behind.public_id
    seller.client.post(f"/pictures/{image.public_id}/save/", given)
    job = Job.objects.latest("created_at")
    complete(job)
    state = re.search(
        rf'data-job="{job.public_id}".*?data-state="([^"]+)"', page_of(seller, image), re.DOTALL
    )
    assert state is not None
    told = dict(parse_qsl(html.unescape(state[1])))
    assert {name: told[name] for name in given} == given
    seller.client.post(f"/pictures/{image.public_id}/save/", told)
    again = Job.objects.latest("created_at")
    assert (again.command, again.pk != job.pk) == (job.command, True)


@pytest.mark.parametrize(
    ("chosen", "stored"),
    [
        ({"size": "1600x2000", "place": "left-bottom"}, ("left", "bottom")),
        ({"size": "own", "width": "64", "height": "48", "place": "center-top"}, ("center", "top")),
        ({"size": "1600x2000"}, (None, None)),
        # A product that stays where it was, or fills what is left of the photo, stands nowhere else.
        ({"size": "auto", "place": "left-bottom"}, (None, None)),
        ({"size": "croppedSubject", "place": "left-bottom", "shadow": "soft"}, (None, None)),
    ],
)
def test_where_the_product_stands(
    seller: Person, image: Image, chosen: dict[str, str], stored: tuple[str | None, str | None]
) -> None:
    post(seller, image, "save/", **chosen, outline="1")
    layout = Job.objects.latest("created_at").command["plan"]["layout"]
    assert (layout["horizontal"], layout["vertical"]) == stored
    refused = post(seller, image, "save/", place="somewhere")
    assert (refused.status_code, Job.objects.count()) == (422, 2)


def test_a_small_photo_is_enlarged_as_one_edit(
    seller: Person, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Upscaler, "check", lambda *_given: None)
    assert 'name="upscale"' in page_of(seller, image)
    post(seller, image, "save/", upscale="on")
    job = Job.objects.latest("created_at")
    complete(job)
    assert "upscale=on" in page_of(seller, image)
    plan = job.command["plan"]
    assert plan["upscale"] == {"mode": "fast", "downscale": "never"}
    assert (used(seller, "remove-background"), used(seller, "edit")) == (1, 1)
    post(seller, image, "look/", upscale="on", name="Mine")
    assert Preset.objects.get().plan["upscale"] is None


def test_a_large_photo_is_not_enlarged(seller: Person, image: Image) -> None:
    Image.objects.filter(pk=image.pk).update(width=1001, height=1000)
    assert 'name="upscale"' not in page_of(seller, image)
    response = seller.client.post(
        f"/pictures/{image.public_id}/save/", CHOSEN | {"upscale": "on"}, HTTP_HX_REQUEST="true"
    )
    assert (response.status_code, Job.objects.count()) == (400, 1)
    assert used(seller, "edit") == 0


def test_one_of_several_products(seller: Person, image: Image) -> None:
    """It is cut out anew, and said to be; a look says nothing of it."""
    chosen = {"pick": "point", "left": "25", "top": "50", "remove_hanger": "on"}
    told = post(seller, image, "preview/", **chosen)
    assert (told.status_code, told.json()["code"]) == (202, "NOT_CUT_OUT")
    post(seller, image, "save/", **chosen)
    command = Job.objects.latest("created_at").command
    assert (command["point"], command["box"]) == ({"x": 0.25, "y": 0.5}, None)
    assert command["cleanUp"]["keepHanger"] is False
    assert used(seller, "remove-background") == 2
    post(seller, image, "look/", **chosen, name="Mine")
    cutting = Preset.objects.get().plan["cutting"]
    assert (cutting["point"], cutting["cleanUp"]["keepHanger"]) == (None, False)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"pick": "point", "left": "25"}, "Say where the product is"),
        ({"pick": "box", "left": "25", "top": "5"}, "Say where the product is"),
        (
            {"pick": "box", "left": "50", "top": "5", "right": "50", "bottom": "9"},
            "The box has no area.",
        ),
        ({"pick": "point", "left": "101", "top": "5"}, "less than or equal to 100"),
        (
            {"pick": "point", "left": "1", "top": "5", "mask": "img_Pe4tUmMBG9x1x2q2KwZZXT"},
            "not both.",
        ),
    ],
)
def test_a_product_that_is_not_found_by_what_is_said(
    seller: Person, image: Image, chosen: dict[str, str], sentence: str
) -> None:
    response = post(seller, image, "save/", **chosen)
    assert (response.status_code, Job.objects.count()) == (422, 1)
    assert sentence in response.content.decode()


def test_what_came_to_nothing_is_told(seller: Person, image: Image) -> None:
    """A hook that isn't there, and words that mean nothing, beside the results that were asked for with them."""
    behind = {"background": "words", "prompt": "flurbish oak", "seed": "400"}
    post(seller, image, "save/", remove_hanger="on", **behind)
    job = Job.objects.latest("created_at")
    tasks.run_job.fn(str(job.pk))
    job.refresh_from_db()
    assert job.report["hookRemoved"] is False
    page = page_of(seller, image)
    assert page.count("No hook was found.") == 1
    assert page.count("Left out of the scene: “flurbish”") == 1


def test_the_same_of_other_pictures(seller: Person, image: Image) -> None:
    others = [seller.image(f"{number}.jpg") for number in range(2)]
    chosen = {"background": "bg_builtin_linen", "frame": "90 0 0 0 1 1"}
    page = post(seller, image, "apply/", **chosen).content.decode()
    assert all(f'value="{other.public_id}"' in page for other in others)
    assert f'name="ids" value="{image.public_id}"' not in page
    look = re.search(r'name="look" value="([^"]+)"', page)
    assert look is not None
    given = {"look": html.unescape(look[1]), "ids": [other.public_id for other in others]}
    refused = seller.client.post("/batches/new/", given | {"start": "1"})
    assert "Choose at least one look." in refused.content.decode()
    assert seller.client.post("/batches/new/", given | {"made_here": "1", "start": "1"})
    batch = Batch.objects.get()
    assert (batch.total, batch.looks) == (2, ["From the studio"])
    for job in batch.jobs.all():
        plan = job.command["plan"]
        assert plan["background"]["generated"]["prompt"] == "linen wall"
        assert plan["frame"] is None
    wrong = post(seller, image, "apply/", background="words")
    assert wrong.status_code == 422
    assert "Say in a few words" in wrong.content.decode()


@pytest.mark.parametrize(
    "look", ["{", "[]", '{"layout": {"size": "0x0"}}', '{"cutting": {"model": ""}}']
)
def test_what_is_no_look_makes_no_batch(seller: Person, image: Image, look: str) -> None:
    given = {"look": look, "made_here": "1", "start": "1", "ids": [image.public_id]}
    response = seller.client.post("/batches/new/", given)
    assert response.status_code == 400
    assert 'class="batch-error"' in response.content.decode()
    assert not Batch.objects.exists()


def test_what_is_wrong_keeps_what_was_chosen(seller: Person, image: Image) -> None:
    response = post(seller, image, "save/", background="bg_none", size="1600x2000")
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="1600x2000" data-padding="8" checked' in page
    assert Job.objects.count() == 1


def test_a_look_is_kept(seller: Person, image: Image) -> None:
    assert post(seller, image, "look/", name="Red").json() == {"message": "“Red” is saved."}
    assert Preset.objects.get().plan["background"]["color"] == "#ff0000"
    twice = post(seller, image, "look/", name="Red")
    assert twice.status_code == 409
    assert Preset.objects.count() == 1


def test_looks_are_choices_to_begin_with(seller: Person, image: Image) -> None:
    post(seller, image, "look/", name="Our red")
    page = html.unescape(page_of(seller, image))
    looks = dict(
        re.findall(r'data-look-state="([^"]+)">.*?<span>([^<]+)</span></a>', page, re.DOTALL)
    )
    named = {name: dict(parse_qsl(state)) for state, name in looks.items()}
    assert next(iter(named)) == "Our red"
    assert (named["Our red"]["background"], named["Our red"]["color"]) == ("color", "#ff0000")
    assert (named["Amazon"]["size"], named["Amazon"]["padding"]) == ("2000x2000", "5")
    assert named["Linen"]["shadow"] == "soft"
    assert "Where it was" not in named  # its own background, blurred: no choice of the studio
    query = named["Story"]
    response = seller.client.get(f"/pictures/{image.public_id}/", query)
    assert 'value="1080x1920" data-padding="8" checked' in response.content.decode()


def test_as_the_photo_is_previewed_as_it_is_saved(seller: Person, image: Image) -> None:
    """A cutout leaves the product where it is, so the preview has to, too."""
    shown = Pillow.open(BytesIO(post(seller, image, "preview/").content)).convert("RGB")
    post(seller, image, "save/")
    job = Job.objects.latest("created_at")
    tasks.run_job.fn(str(job.pk))
    job.refresh_from_db()
    assert job.result is not None
    saved = Pillow.open(BytesIO(storage.read(job.result.file_key))).convert("RGB")
    assert shown.size == saved.size
    apart = np.abs(np.asarray(shown, np.int16) - np.asarray(saved, np.int16))
    assert apart.mean() < 3


UNSHOWN: dict[str, Any] = {
    "outline": {"width": 0.02, "color": "#00ff00"},
    "shadow": {"mode": "soft", "intensity": 0.3, "softness": 0.9},
    "background": {"color": "#ff0000", "blend": "multiply"},
    "layout": {"size": "64x48", "padding": {"top": 0.1, "right": 0, "bottom": 0, "left": 0}},
    "export": {"format": "jpg", "quality": 40},
}


def state_of(page: str) -> dict[str, str]:
    found = re.search(r'data-state="([^"]+)"', page)
    assert found
    return dict(parse_qsl(html.unescape(found[1])))


def test_what_the_form_has_no_choice_for_is_kept(seller: Person, stranger: Person) -> None:
    image = seller.image()
    made = edit_json.plan_from({**UNSHOWN, "cutting": {"model": "auto"}})
    complete(jobs.submit(Caller(seller.account, seller.user), Edit(plan=made), source=image))
    page = page_of(seller, image)
    note = re.search(r'id="kept-note"[^>]*>(.*?)</p>', page)
    assert note
    assert "the outline’s color" in note[1]
    assert 'name="background" value="kept" checked' in page
    state = state_of(page)

    def saved(**changes: str) -> dict[str, Any]:
        Job.objects.filter(state="pending").delete()
        response = seller.client.post(f"/pictures/{image.public_id}/save/", state | changes)
        assert response.status_code == 302, response.content.decode()
        return dict(Job.objects.latest("created_at").command["plan"])

    stored = edit_json.stored_json(made)
    assert saved(text="all") == stored | {"textRemoval": "all"}
    # What is chosen anew is as it is chosen, and takes along what belonged to it.
    assert saved(background="transparent")["background"]["blend"] == "normal"
    assert saved(shadow="hard")["shadow"]["softness"] is None
    lighter = saved(intensity="80")["shadow"]
    assert (lighter["intensity"], lighter["softness"]) == (0.8, 0.9)
    assert saved(outline="0")["outline"] is None
    assert saved(size="auto", padding="5")["layout"]["padding"]["top"] == 0.05
    assert saved(format="png")["export"]["quality"] is None


def test_words_keep_the_view_that_the_form_has_no_choice_for(seller: Person) -> None:
    image = seller.image()
    generated = {"prompt": "marble", "seed": 3, "view": "above"}
    plan = {"cutting": {"model": "auto"}, "background": {"generated": generated}}
    Preset.objects.create(account=seller.account, name="Flat", plan=plan)
    made = edit_json.plan_from(plan)
    complete(jobs.submit(Caller(seller.account, seller.user), Edit(plan=made), source=image))
    page = page_of(seller, image)
    assert 'name="background" value="words" checked' in page
    state = state_of(page)
    cases = [
        ({}, "above"),
        ({"seed": "4", "prompt": "white marble"}, "above"),
        ({"prompt": "marble at eye level"}, None),
        ({"background": "bg_builtin_linen"}, None),
    ]
    for changes, view in cases:
        Job.objects.filter(state="pending").delete()
        given = state | {"text": "all"} | changes
        response = seller.client.post(f"/pictures/{image.public_id}/save/", given)
        assert response.status_code == 302, response.content.decode()
        saved = Job.objects.latest("created_at").command["plan"]["background"]["generated"]
        assert saved["view"] == view, changes


def test_what_is_kept_is_checked(seller: Person, stranger: Person, image: Image) -> None:
    theirs = stranger.image()
    behind = {"background": {"image": {"imageId": theirs.public_id}}}
    wrong = [
        ("{", "What was kept"),
        ("[1]", "What was kept"),
        (json.dumps({"was": {"outline": {"width": 1e99}}, "shown": {}}), ""),
        (json.dumps({"was": behind, "shown": {}}), "not found"),
        ("", "Choose a background."),
    ]
    for kept, told in wrong:
        refused = post(seller, image, "save/", background="kept", kept=kept)
        assert refused.status_code == 422, kept
        assert told in html.unescape(refused.content.decode())
    assert Job.objects.count() == 1
