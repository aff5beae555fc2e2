"""One picture: what its page shows, its results, and what is done with them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django_htmx.http import HTMX_STOP_POLLING

from accounts.http import Caller
from accounts.models import Plan, PlanLimit, Role, UsageEntry, UsageState
from media_library.files.links import content_url
from media_library.models import Image
from media_library.projects import create
from media_library.services import change_image
from processing.commands import Edit, RemoveBackground, to_row
from processing.engine.errors import NothingFound
from processing.engine.networks.registry import ModelInfo
from processing.engine.plans.cutout import CutoutPlan
from processing.engine.plans.edit import EditPlan
from processing.engine.plans.frame import Frame
from processing.models import Job, JobState
from processing.services import edit_json, jobs
from processing.worker import tasks, transitions
from tests.dashboard.conftest import HTMX, Person, TwoModels, complete, fail, upload_of
from tests.stand_ins import colleague

CHOSEN = {"background": "transparent", "format": "png", "model": "fast", "edge": "standard"}


def page_of(who: Person, image: Image, *, query: dict[str, str] | None = None) -> str:
    response = who.client.get(f"/pictures/{image.public_id}/", query)
    assert response.status_code == 200
    return str(response.content.decode())


def save(who: Person, image: Image, **given: str) -> Any:
    path = f"/pictures/{image.public_id}/save/"
    return who.client.post(path, {**CHOSEN, **given}, headers=HTMX)


def shown(page: str) -> str:
    """The result whose line says that it is on the stage."""
    found: list[str] = re.findall(r'id="view-(img_\w+)"[^>]* aria-current="true"', page)
    assert len(found) == 1
    return found[0]


def states() -> list[str]:
    return list(Job.objects.order_by("created_at").values_list("state", flat=True))


def test_a_fresh_picture_is_shown_as_it_is(seller: Person) -> None:
    page = page_of(seller, seller.image())
    assert 'id="not-cut-out"' in page
    assert "Fast (u2netp)" in page
    assert "isnet" not in page  # known, but not installed
    assert "Keep the file’s own transparency" not in page
    assert "What you save appears here" in page


def test_the_sites_own_model_is_chosen_by_whichever_name(
    seller: Person, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = ModelInfo("isnet-general-use", "matting", True, "Apache-2.0", "Large.", ("high",))
    models = [*TwoModels().names()[:1], large]
    known = Mock(names=lambda: models, resolve=str, version=str)
    monkeypatch.setattr("processing.worker.runtime.registry", lambda: known)
    settings.DEFAULT_MODEL = "isnet-general-use"
    assert '<option value="high" selected>' in page_of(seller, seller.image())


def test_a_result_is_compared_with_the_original(seller: Person) -> None:
    image = seller.image()
    result = complete(seller.job(image, crop=True), size=(20, 15))
    page = page_of(seller, image)
    assert f'id="result" src="/content/{result.public_id}/file?' in page
    assert f'id="original" src="/content/{image.public_id}/file?' in page
    assert "20 × 15" in page
    assert re.search(
        rf'id="download" href="/content/{result.public_id}/file\?[^"]*download=1"', page
    )


def test_an_older_result_opens_with_the_choices_that_made_it(seller: Person) -> None:
    image = seller.image()
    older = seller.result(image, bg_color="#ff0000", format="jpg", edge="fine")
    newer = seller.result(image, crop=True)
    assert shown(page_of(seller, image)) == newer.public_id
    page = page_of(seller, image, query={"result": older.public_id})
    assert shown(page) == older.public_id
    assert f'id="result" src="/content/{older.public_id}/file?' in page
    for chosen in ('"background" value="color"', '"format" value="jpg"', '"edge" value="fine"'):
        assert f"name={chosen} checked" in page
    assert 'name="color" value="#ff0000"' in page
    assert 'value="auto" data-padding="0" checked' in page


def test_a_results_own_address_and_the_old_one_of_the_studio_lead_here(seller: Person) -> None:
    image = seller.image()
    result = seller.result(image)
    address = f"/pictures/{image.public_id}/"
    response = seller.client.get(f"/pictures/{result.public_id}/")
    assert response["Location"] == f"{address}?result={result.public_id}"
    response = seller.client.get(f"{address}studio/?background=color&color=red")
    assert (response.status_code, response["Location"]) == (
        301,
        f"{address}?background=color&color=red",
    )
    page = page_of(seller, image, query={"background": "color", "color": "#00ff00"})
    assert 'name="color" value="#00ff00"' in page
    assert "data-own-choices" in page


def test_the_pictures_beside_it(seller: Person, stranger: Person) -> None:
    first, second, third = (seller.image(f"{number}.jpg") for number in range(3))
    stranger.image()
    seller.result(second)
    page = page_of(seller, second)
    assert f'rel="prev" href="/pictures/{third.public_id}/"' in page
    assert f'rel="next" href="/pictures/{first.public_id}/"' in page
    assert 'rel="next"' not in page_of(seller, first)
    assert 'rel="prev"' not in page_of(seller, third)


def test_the_pictures_beside_it_are_those_of_the_list_it_was_opened_from(seller: Person) -> None:
    names = ("b hat.jpg", "a shoe.jpg", "C hat.jpg", "d shoe.jpg", "a hat.jpg")
    images = {name: seller.image(name) for name in names}
    hats = create(seller.account, name="Hats")
    Image.objects.filter(name__contains="hat").update(project=hats, needs_look="unsure")

    def beside(name: str, told: str, **headers: str) -> list[str]:
        address = f"/pictures/{images[name].public_id}/"
        page = seller.client.get(address, {"list": told} if told else {}, headers=headers)
        found = re.findall(r'rel="(?:prev|next)" href="([^"]+)"', page.content.decode())
        called = {f"/pictures/{image.public_id}/": key for key, image in images.items()}
        assert all(one.partition("?")[2] == (told and urlencode({"list": told})) for one in found)
        return [called[one.partition("?")[0]] for one in found]

    in_order = "sort=name"
    assert beside("a shoe.jpg", in_order) == ["a hat.jpg", "b hat.jpg"]
    assert beside("b hat.jpg", "q=hat&sort=name") == ["a hat.jpg", "C hat.jpg"]
    assert beside("C hat.jpg", "look=1") == ["a hat.jpg", "b hat.jpg"]
    assert beside("C hat.jpg", f"project={hats.public_id}") == ["a hat.jpg", "b hat.jpg"]
    # What has left the list still stands at its place, and a list that is none is all pictures.
    assert beside("d shoe.jpg", "look=1") == ["a hat.jpg", "C hat.jpg"]
    assert beside("C hat.jpg", f"project={images['a hat.jpg'].public_id}") != []
    assert beside("C hat.jpg", "") == ["d shoe.jpg", "a shoe.jpg"]
    # A form on the page leads back to it; where it was sent from says which list it is.
    address = f"http://testserver/pictures/{images['C hat.jpg'].public_id}/?list=look%3D1"
    page = seller.client.get(urlsplit(address).path, headers={"referer": address})
    assert "?list=look%3D1" in page.content.decode()
    elsewhere = {"referer": address.replace("testserver", "elsewhere.example")}
    page = seller.client.get(urlsplit(address).path, headers=elsewhere)
    assert "?list=" not in page.content.decode()
    tiles = seller.client.get("/library/?look=1").content.decode()
    assert tiles.count("?list=look%3D1") == 3


def test_a_photo_that_was_only_cropped_can_still_be_cut_out(seller: Person) -> None:
    image = seller.image()
    plan = EditPlan(cutting=None, frame=Frame(rotate=90))
    caller = Caller(seller.account, seller.user)
    result = complete(jobs.submit(caller, Edit(plan=plan), source=image), size=(30, 40))
    page = page_of(seller, image)
    assert shown(page) == result.public_id
    assert 'data-state=""' in page
    assert 'id="not-cut-out"' in page


def test_a_result_that_is_found_again_is_listed_once(seller: Person) -> None:
    image = seller.image()
    result = seller.result(image)
    seller.result(image, crop=True)
    seller.job(image)
    assert states() == ["completed"] * 3
    page = page_of(seller, image)
    assert re.findall(r'id="view-(img_\w+)"', page)[0] == result.public_id
    assert page.count(f'id="view-{result.public_id}"') == 1


def test_another_name_and_tags(seller: Person) -> None:
    image = seller.image()
    path = f"/pictures/{image.public_id}/describe/"
    response = seller.client.post(
        path, {"name": " Red shoe ", "tags": "to sell, red,", "favorite": "on"}
    )
    assert response["Location"] == f"/pictures/{image.public_id}/"
    assert '<h1 class="picture-name" title="Red shoe">' in page_of(seller, image)
    assert 'name="tags" value="to sell, red"' in page_of(seller, image)
    refused = [{"name": " "}, {"name": "Hat", "tags": "x" * 41}]
    assert [seller.client.post(path, one).status_code for one in refused] == [400, 400]
    kept = Image.live.get(pk=image.pk)
    assert (kept.name, kept.tag_names, kept.is_favorite) == ("Red shoe", ["to sell", "red"], True)


def test_slashes_of_a_name_stay_and_only_its_file_is_called_otherwise(seller: Person) -> None:
    image = seller.image()
    path = f"/pictures/{image.public_id}/describe/"
    seller.client.post(path, {"name": "shoe 3/4 view \\ left.jpg", "tags": "size 1/2, a\\b"})
    kept = Image.live.get(pk=image.pk)
    assert (kept.name, kept.tag_names) == ("shoe 3/4 view \\ left.jpg", ["size 1/2", "a\\b"])
    file = seller.client.get(content_url(kept, download=True))
    assert file["Content-Disposition"] == 'attachment; filename="shoe 3_4 view _ left.jpg"'


@pytest.mark.usefixtures("middle_model")
def test_results_of_one_photo_are_told_apart_by_name(seller: Person) -> None:
    image = seller.image("shoe.jpg")
    chosen = [
        {"background": "color", "color": "#ffffff", "shadow": "soft", "size": "2000x2000"},
        {"background": "color", "color": "#ffffff", "shadow": "hard", "size": "2000x2000"},
        {"background": "color", "color": "#f0c8c8", "format": "jpg"},
        {"background": "words", "prompt": "on oak"},
        {"background": "transparent"},
        {"background": "transparent", "edge": "fine"},
    ]
    for one in chosen:
        save(seller, image, **one)
        tasks.run_job.fn(str(Job.objects.latest("created_at").pk))
    made = Image.live.filter(parent=image, kind="derived").order_by("created_at")
    names = [result.name for result in made]
    assert names == [
        "shoe-edit-white-2000x2000.png",
        "shoe-edit-white-2000x2000-2.png",
        "shoe-cutout-f0c8c8.jpg",
        "shoe-edit-scene.png",
        "shoe-cutout.png",
        "shoe-cutout-2.png",
    ]
    file = seller.client.get(content_url(made[1], download=True))
    assert f'filename="{names[1]}"' in file["Content-Disposition"]
    page = page_of(seller, image)
    assert all(f'<span class="result-file">{name}</span>' in page for name in names)


def test_the_list_says_how_a_result_was_rated(seller: Person) -> None:
    image = seller.image()
    result = seller.result(image)
    address = f"/pictures/{result.public_id}/rating/"
    form = seller.client.get(address).content.decode()
    assert " checked" not in form.partition('id="rating"')[2]
    refused = seller.client.post(address, {"verdict": ""})
    assert refused.status_code == 422
    assert "Choose one of the two." in refused.content.decode()
    assert ">Rate</a>" in page_of(seller, image)
    seller.client.post(address, {"verdict": "good"})
    assert ">Rated: good</a>" in page_of(seller, image)
    seller.client.post(address, {"verdict": "bad", "reason": "edges"})
    assert ">Rated: bad</a>" in page_of(seller, image)


def test_a_doubtful_cutout_is_said_until_it_was_looked_at(seller: Person) -> None:
    image = seller.image()
    Image.live.filter(pk=image.pk).update(needs_look="unsure")
    assert "The cutout is not quite sure here." in page_of(seller, image)
    response = seller.client.post(f"/pictures/{image.public_id}/looked/")
    assert response["Location"] == f"/pictures/{image.public_id}/"
    assert "The cutout is not quite sure here." not in page_of(seller, image)


def test_choices_of_a_cutout_become_the_command(seller: Person) -> None:
    image = seller.image()
    chosen = {"background": "color", "color": "#F0C8C8", "format": "jpg", "edge": "fine"}
    response = save(seller, image, **chosen, size="croppedSubject")
    assert response.status_code == 200
    job = Job.objects.get()
    plan = CutoutPlan(model="fast", edge="fine", format="jpg", bg_color="#f0c8c8", crop=True)
    assert job.command == to_row(RemoveBackground(plan=plan))
    assert (job.source, job.account, job.created_by) == (image, seller.account, seller.user)
    page = " ".join(response.content.decode().split())
    assert "Cutout · Waiting" in page
    assert 'hx-trigger="every 1s"' in page
    assert "<html" not in page


def test_without_a_script_the_page_comes_back(seller: Person) -> None:
    image = seller.image()
    response = seller.client.post(f"/pictures/{image.public_id}/save/", CHOSEN)
    assert (response.status_code, response["Location"]) == (302, f"/pictures/{image.public_id}/")
    assert states() == ["pending"]
    assert "Reload the page to see whether it is done" in page_of(seller, image)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"format": "psd"}, "Select a valid choice."),
        ({"model": "high"}, "Select a valid choice."),
        ({"background": "color", "color": "mauvish"}, "is not a color"),
        ({"size": "own", "width": "800"}, "Say how wide and how high the picture shall be"),
        ({"size": "own", "width": "0", "height": "5"}, "Width: Ensure this value is greater than"),
        ({"size": "own", "width": "9999", "height": "9999"}, "megapixels"),
    ],
)
def test_wrong_choices_are_said_in_the_form(
    seller: Person, wrong: dict[str, str], words: str
) -> None:
    response = save(seller, seller.image(), **wrong)
    assert (response.status_code, response["HX-Retarget"]) == (422, "#studio-errors")
    assert words in response.content.decode()
    assert states() == []


def test_an_empty_quota_is_a_notice(seller: Person) -> None:
    PlanLimit.objects.update(monthly=0)
    response = save(seller, seller.image())
    assert (response.status_code, response["HX-Retarget"]) == (403, "#notices")
    assert "Monthly limit reached for cutouts." in response.content.decode()
    assert states() == []


def test_a_rate_limit_is_a_notice(seller: Person, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "processing": "1/h"}
    image = seller.image()
    save(seller, image)
    assert save(seller, image).status_code == 429
    assert states() == ["pending"]


@pytest.mark.parametrize("path", ["pictures/{image}/save/", "pictures/{image}/delete/"])
def test_looking_changes_nothing(seller: Person, path: str) -> None:
    image = seller.image()
    response = seller.client.get("/" + path.format(image=image.public_id))
    assert response.status_code == 405
    assert Image.live.count() == 1


def test_a_failed_job_shows_why_and_runs_again(seller: Person) -> None:
    image = seller.image()
    job = seller.job(image)
    fail(job, "It breaks off.")
    page = page_of(seller, image)
    assert "Cutout failed. It breaks off." in page
    assert page.count(f'action="/jobs/{job.public_id}/retry/"') == 2  # on the stage and in the list
    response = seller.client.post(f"/jobs/{job.public_id}/retry/", headers=HTMX)
    assert "Cutout · Waiting" in " ".join(response.content.decode().split())
    assert states() == ["pending"]


def test_what_is_our_fault_says_what_to_do_and_names_the_request(seller: Person) -> None:
    image = seller.image()
    save(seller, image)
    job = Job.objects.get()
    fail(job, "KeyError in the log.", code="INTERNAL_ERROR")
    page = page_of(seller, image)
    assert job.request_id
    assert f"whoever runs this site, and quote {job.request_id}." in page
    assert "KeyError" not in page


@pytest.mark.parametrize(
    ("model", "large_is_here", "offered"),
    [("fast", False, False), ("fast", True, True), ("auto", False, False), ("auto", True, False)],
)
def test_a_picture_without_a_product_says_so_and_offers_what_helps(
    seller: Person,
    model: str,
    large_is_here: bool,
    offered: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another model may find one; the same again would not, nor one of those that `auto` asked."""
    models = [
        replace(info, installed=large_is_here or info.installed) for info in TwoModels().names()
    ]
    monkeypatch.setattr(TwoModels, "names", lambda self: models)
    image = seller.image()
    job = seller.job(image, model=model)
    fail(job, NothingFound().message, code="NOTHING_FOUND")
    page = page_of(seller, image)
    assert "Cutout · No product found" in page
    assert "or stands out from its background." in page
    assert "Nothing was charged." in page
    assert f"/jobs/{job.public_id}/retry/" not in page
    assert ('for="tool-cutout">Try another model</label>' in page) is offered
    library = " ".join(seller.client.get("/library/").content.decode().split())
    assert "No product found </span>" in library


def test_an_open_job_can_be_cancelled_and_costs_nothing(seller: Person) -> None:
    job = seller.job(seller.image())
    response = seller.client.post(f"/jobs/{job.public_id}/cancel/", headers=HTMX)
    assert "Cancelled" in response.content.decode()
    assert states() == ["cancelled"]
    assert UsageEntry.objects.get().state == UsageState.RELEASED


def test_what_has_ended_cannot_be_cancelled(seller: Person) -> None:
    image = seller.image()
    seller.result(image)
    response = seller.client.post(f"/jobs/{Job.objects.get().public_id}/cancel/", headers=HTMX)
    assert (response.status_code, response["HX-Retarget"]) == (409, "#notices")
    assert states() == ["completed"]


def test_deleting_a_result_keeps_the_original(seller: Person) -> None:
    image = seller.image()
    older, newer = seller.result(image), seller.result(image, crop=True)
    response = seller.client.post(f"/pictures/{newer.public_id}/delete/", headers=HTMX)
    page = response.content.decode()
    assert set(Image.live.all()) == {image, older}
    assert newer.public_id not in page
    assert shown(page) == older.public_id  # the stage turns to what is left
    assert "trash/undo" in str(response.headers)


def test_deleting_the_original_takes_its_results_and_stops_its_work(seller: Person) -> None:
    image, other = seller.image(), seller.image("other.jpg")
    seller.result(image)
    open_job = seller.job(image, crop=True)
    response = seller.client.post(f"/pictures/{image.public_id}/delete/", headers=HTMX)
    assert response["HX-Redirect"] == "/library/"
    assert list(Image.live.all()) == [other]
    open_job.refresh_from_db()
    assert open_job.state == JobState.CANCELLED


def live(who: Person, image: Image, *marks: str) -> Any:
    path = f"/pictures/{image.public_id}/live/"
    return who.client.get(path, {"watch": list(marks)}, headers=HTMX)


def test_waiting_is_answered_with_nothing(seller: Person) -> None:
    image = seller.image()
    job = seller.job(image)
    assert live(seller, image, f"{job.public_id}:pending-0").status_code == 204


def test_a_finished_job_brings_its_result(seller: Person) -> None:
    image = seller.image()
    job = seller.job(image)
    result = complete(job)
    page = live(seller, image, f"{job.public_id}:processing-0").content.decode()
    assert 'id="results"' in page
    assert f'data-url="/content/{result.public_id}/file?' in page
    assert 'id="not-cut-out"' not in page
    assert "The result is ready." in page


def test_a_failed_job_is_said_on_the_stage_and_ends_the_polling(seller: Person) -> None:
    image = seller.image()
    job = seller.job(image)
    fail(job, "It breaks off.")
    response = live(seller, image, f"{job.public_id}:processing-0")
    page = response.content.decode()
    assert response.status_code == HTMX_STOP_POLLING
    assert "Processing failed: It breaks off." in page
    assert 'id="stage-note" hx-swap-oob="true"' in page
    assert 'id="results-poll"' not in page


@pytest.mark.parametrize(
    ("operation", "plan", "running", "options"),
    [
        ("edit", {"background": {"color": "white"}}, "Editing", "On white"),
        (
            "edit",
            {"outline": {}, "textRemoval": "all", "cutting": {"cleanUp": {"keepHanger": False}}},
            "Editing",
            "Outline, without text, without a hanger’s hook",
        ),
        ("upscale", {"cutting": None, "upscale": {}}, "Upscaling", ""),
        ("remove-text", {"cutting": None, "textRemoval": "all"}, "Removing text", ""),
        (
            "replace-background",
            {"background": {"color": "white"}, "layout": {"size": "200x100"}},
            "Replacing the background",
            "On white, 200x100",
        ),
        (
            "generate-background",
            {"background": {"generated": {"prompt": "marble"}}, "shadow": {"mode": "hard"}},
            "Generating a background",
            "\u201cmarble\u201d, hard shadow",
        ),
    ],
)
def test_what_is_being_done_is_said_in_words(
    seller: Person, operation: str, plan: dict[str, Any], running: str, options: str
) -> None:
    image = seller.image()
    command = Edit(operation=operation, plan=edit_json.plan_from(plan))
    kept = {"operation": operation, "command": command.stored()}
    job = Job.objects.create(account=seller.account, source=image, **kept)
    assert transitions.claim(job.pk)
    page = " ".join(page_of(seller, image).split())
    words = f'<p class="help">{options}</p>' if options else '<p class="help"><time'
    assert f'<p class="result-title"> {running} </p> {words}' in page
    library = seller.client.get("/library/").content.decode()
    assert f"{running} </span>" in " ".join(library.split())


def test_a_viewer_sees_a_picture_with_its_results_and_nothing_that_is_refused(
    seller: Person,
) -> None:
    image = seller.image()
    result = seller.result(image)
    change_image(image, name="shoe.jpg", tags=["red"], is_favorite=False)
    Image.objects.filter(pk=image.pk).update(needs_look="empty")
    failed = seller.job(image, edge="fine")
    fail(failed)
    vic = Person(
        colleague(seller.account, Role.VIEWER, "vic@example.com"), seller.account, Client()
    )
    vic.client.force_login(vic.user)
    page = page_of(vic, image)
    assert shown(page) == result.public_id
    assert len(re.findall(rf'<a [^>]*"/content/{result.public_id}/file[^>]* download', page)) == 2
    assert re.search(rf'<a [^>]*"/content/{image.public_id}/original[^>]* download', page)
    assert "The picture could not be read." in page
    assert "No product may have been found in this photo." in page
    assert "Tags: red" in page
    assert "js/studio-viewing.js" in page
    for refused in ("studio-form", "studio-undo", "/rating/", "/touch-up/", "/crop/", "/retry/"):
        assert refused not in page, refused
    for refused in ("describe", "looked/", "delete/", "/preview/", 'name="tool"', "Try again"):
        assert refused not in page, refused
    marks = {"watch": f"{failed.public_id}:pending"}
    live = vic.client.get(f"/pictures/{image.public_id}/live/", marks, headers=HTMX)
    assert "Try again" not in live.content.decode()
    assert "Nothing was made of this photo yet." in page_of(vic, seller.image("new.jpg"))
    assert "studio-form" in page_of(seller, image)


def test_pages_of_material_show_a_viewer_what_there_is(seller: Person) -> None:
    Plan.objects.filter(pk=seller.account.plan_id).update(resources=2)
    seller.client.post("/resources/upload/", {"files": upload_of("mark.jpg"), "role": "logo"})
    seller.client.post("/backgrounds/upload/", {"files": upload_of("wall.jpg")})
    client = Client()
    client.force_login(colleague(seller.account, Role.VIEWER, "vic@example.com"))
    pages = {
        path: client.get(path).content.decode() for path in ("/resources/", "/backgrounds/")
    } | {"/looks/": client.get("/looks/").content.decode()}
    assert "mark.jpg" in pages["/resources/"]
    assert '<span class="ground-name">wall</span>' in pages["/backgrounds/"]
    assert "Nobody has made one yet." in pages["/looks/"]
    for refused in ("Describe a background", 'type="file"', "More about", "Brand kit", "<h3>Logo"):
        assert not [path for path, page in pages.items() if refused in page], refused
    assert "/looks/new/" not in "".join(pages.values())
    seller.client.post("/looks/colors/", {"color": "#112233"})
    looks = client.get("/looks/").content.decode()
    assert 'aria-label="#112233"' in looks
    assert "Remove #112233" not in looks
