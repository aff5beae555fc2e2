"""The library: bringing photos in, finding them, watching the work."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_htmx.http import HTMX_STOP_POLLING
from pytest_django.asserts import assertNumQueries

from accounts.models import PlanLimit
from media_library.intake.ingest import ingest
from media_library.models import Image, Project
from media_library.projects import create
from processing.models import Job
from processing.selectors import cards
from tests.dashboard.conftest import HTMX, Person, complete, fail, picture, upload_of

UPLOAD = "/library/upload/"


def names_on(page: str) -> list[str]:
    return re.findall(r'<span class="tile-name">(.*?)</span>', page)


def send(who: Person, *names: str, cut_out: bool = True, **options: Any) -> Any:
    form: dict[str, Any] = {"files": upload_of(*names)}
    if cut_out:
        form["cut_out"] = "on"
    return who.client.post(UPLOAD, form, **options)


def test_an_upload_is_kept_and_cut_out(seller: Person) -> None:
    response = send(seller, "hat.jpg", "shoe.jpg")
    assert (response.status_code, response["Location"]) == (302, "/library/")
    assert sorted(Image.live.values_list("name", flat=True)) == ["hat.jpg", "shoe.jpg"]
    jobs = Job.objects.all()
    assert {job.source.name for job in jobs} == {"hat.jpg", "shoe.jpg"}
    assert {job.command["model"] for job in jobs} == {"auto"}
    assert {job.created_by for job in jobs} == {seller.user}


def test_an_upload_may_wait_for_its_work(seller: Person) -> None:
    send(seller, "hat.jpg", cut_out=False)
    assert (Image.live.count(), Job.objects.count()) == (1, 0)


def arrived(who: Person, *images: Image, cut_out: bool = True) -> Any:
    form: dict[str, Any] = {"ids": [image.public_id for image in images]}
    return who.client.post("/library/arrived/", form | ({"cut_out": "on"} if cut_out else {}))


def test_what_a_script_has_uploaded_is_shown_newest_first_and_cut_out_once(seller: Person) -> None:
    images = [seller.image("a.jpg"), seller.image("b.jpg")]
    for _ in range(2):
        page = arrived(seller, *images).content.decode()
        assert names_on(page) == ["b.jpg", "a.jpg"]
        assert page.count("data-watch=") == 2
    assert Job.objects.count() == 2


def test_what_arrives_over_the_rate_limit_is_told_to_come_again_and_nothing_is_begun(
    seller: Person, settings: Any
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "processing": "1/h"}
    first, *others = (seller.image(f"{n}.jpg") for n in range(3))
    assert arrived(seller, first).status_code == 200
    refused = arrived(seller, *others)
    assert refused.status_code == 429
    assert 3590 <= int(refused["Retry-After"]) <= 3600
    assert [job.source for job in Job.objects.all()] == [first]
    # Meanwhile they are shown: that is no work.
    shown = arrived(seller, *others, cut_out=False)
    assert names_on(shown.content.decode()) == ["2.jpg", "1.jpg"]
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "processing": "2/h"}
    assert arrived(seller, *others).status_code == 200
    assert Job.objects.count() == 3


def test_going_back_gets_the_whole_page(seller: Person) -> None:
    asked = {**HTMX, "HX-Target": "pictures"}
    assert "<!doctype html>" not in seller.client.get("/library/", headers=asked).content.decode()
    back = {**asked, "HX-History-Restore-Request": "true"}
    assert "<!doctype html>" in seller.client.get("/library/", headers=back).content.decode()


def test_what_a_quota_has_no_room_for_is_named(seller: Person) -> None:
    PlanLimit.objects.update(monthly=1)
    images = [ingest(seller.account, picture(size=(width, 30)), name="x.jpg") for width in (40, 50)]
    page = arrived(seller, *images).content.decode()
    assert [job.source for job in Job.objects.all()] == [images[1]]
    assert re.findall(r'data-left="([^"]*)"', page) == [images[0].public_id]
    assert "Monthly limit reached for cutouts." in page


def test_what_has_arrived_may_wait_for_its_work(seller: Person) -> None:
    arrived(seller, seller.image("a.jpg"), cut_out=False)
    assert Job.objects.count() == 0


def test_nobody_cuts_out_pictures_of_others(seller: Person, stranger: Person) -> None:
    image = seller.image("secret.jpg")
    page = arrived(stranger, image).content.decode()
    assert (names_on(page), Job.objects.count()) == ([], 0)


def test_what_is_no_picture_is_named_and_the_others_are_kept(seller: Person) -> None:
    files = [*upload_of("a.jpg"), *upload_of("notes.jpg", data=b"just words")]
    page = seller.client.post(UPLOAD, {"files": files}, follow=True).content.decode()
    assert names_on(page) == ["a.jpg"]
    assert "notes.jpg: The file is not an image" in page


def test_without_a_file_nothing_happens(seller: Person) -> None:
    response = seller.client.post(UPLOAD, {"cut_out": "on"}, headers=HTMX)
    assert response.status_code == 400
    assert response["HX-Retarget"] == "#notices"
    assert "Choose at least one file." in response.content.decode()


def test_a_file_over_the_limit_is_stopped_on_its_way(seller: Person, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 100
    response = send(seller, "large.jpg", headers=HTMX)
    assert response.status_code == 413
    assert Image.objects.count() == 0


def test_an_empty_quota_keeps_the_picture_and_says_so(seller: Person) -> None:
    PlanLimit.objects.update(monthly=0)
    response = send(seller, "a.jpg", "b.jpg", follow=True)
    assert (Image.live.count(), Job.objects.count()) == (2, 0)
    words = "Uploaded, but not cut out. Monthly limit reached for cutouts."
    assert words in response.content.decode()


def test_uploads_count_against_the_rate_limit(seller: Person, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "upload": "1/h"}
    send(seller, "a.jpg")
    response = send(seller, "b.jpg")
    assert response.status_code == 429
    assert "Too many requests. Try again in" in response.content.decode()
    assert names_on(seller.client.get("/library/").content.decode()) == ["a.jpg"]


def test_work_counts_against_the_rate_limit_and_the_picture_is_kept(
    seller: Person, settings: Any
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "processing": "1/h"}
    send(seller, "a.jpg")
    send(seller, "b.jpg")
    assert (Image.live.count(), Job.objects.count()) == (2, 1)


def test_uploads_from_other_sites_are_refused(seller: Person) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(seller.user)
    assert careful.post(UPLOAD, {"files": upload_of("a.jpg")}).status_code == 403
    assert Image.objects.count() == 0
    careful.get("/library/")
    form = {"files": upload_of("a.jpg"), "csrfmiddlewaretoken": careful.cookies["csrftoken"].value}
    assert careful.post(UPLOAD, form).status_code == 302
    assert Image.objects.count() == 1


def test_only_ones_own_pictures_are_shown(seller: Person, stranger: Person) -> None:
    seller.image("mine.jpg")
    stranger.image("theirs.jpg")
    assert names_on(seller.client.get("/library/").content.decode()) == ["mine.jpg"]


def test_results_stand_on_their_originals_card(seller: Person) -> None:
    seller.result(seller.image("hat.jpg"))
    page = seller.client.get("/library/").content.decode()
    assert names_on(page) == ["hat.jpg"]
    assert 'data-state="completed"' in page


def test_a_result_without_its_original_stands_for_itself(seller: Person) -> None:
    image = seller.image("hat.jpg")
    seller.result(image)
    Image.objects.filter(pk=image.pk).update(deleted_at=image.created_at, name="")
    assert names_on(seller.client.get("/library/").content.decode()) == ["hat-cutout.png"]


def test_search_answers_the_grid_alone(seller: Person) -> None:
    seller.image("red hat.jpg")
    seller.image("blue shoe.jpg")
    headers = {**HTMX, "HX-Target": "pictures"}
    page = seller.client.get("/library/", {"q": "HAT"}, headers=headers).content.decode()
    assert names_on(page) == ["red hat.jpg"]
    assert "<html" not in page


def test_search_without_a_match_says_so(seller: Person) -> None:
    seller.image("red hat.jpg")
    page = seller.client.get("/library/?q=<coat>").content.decode()
    assert names_on(page) == []
    assert "No pictures match “&lt;coat&gt;”" in page


def test_the_list_goes_on_behind_what_was_shown(
    seller: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.pages.library.page.PAGE_SIZE", 2)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        seller.image(name)
    first = seller.client.get("/library/?q=jpg").content.decode()
    assert names_on(first) == ["c.jpg", "b.jpg"]
    [more] = re.findall(r'rel="next" href="(.*?)"', first)
    assert more.startswith("?q=jpg&amp;cursor=")
    rest = seller.client.get("/library/" + unescape(more), headers={**HTMX, "HX-Target": "more"})
    page = rest.content.decode()
    assert (names_on(page), 'rel="next"' in page, "<html" in page) == (["a.jpg"], False, False)
    assert "tile-date" not in page  # it goes on within the same day


def test_a_cursor_that_is_none_is_refused(seller: Person) -> None:
    assert seller.client.get("/library/?cursor=nonsense").status_code == 400


def test_tiles_are_grouped_by_the_day(seller: Person) -> None:
    seller.image("new.jpg")
    old = seller.image("old.jpg")
    Image.objects.filter(pk=old.pk).update(created_at=datetime(2026, 3, 5, tzinfo=UTC))
    page = seller.client.get("/library/").content.decode()
    assert re.findall(r'tile-date"><h2>(.*?)</h2>', page) == ["Today", "5 March 2026"]
    assert "tile-date" not in seller.client.get("/library/?sort=name").content.decode()


def test_filters_find_pictures_by_state_mark_age_and_project(seller: Person) -> None:
    done, failed = seller.image("done.jpg"), seller.image("failed.jpg")
    seller.result(done)
    # Equal work on equal pictures would be found again.
    fail(seller.job(failed, edge=1.0), code="NOTHING_FOUND")
    seller.job(seller.image("working.jpg"), edge=2.0)
    old = seller.image("old.jpg")
    Image.objects.filter(pk=old.pk).update(created_at=datetime(2026, 3, 5, tzinfo=UTC))
    project = create(seller.account, name="Autumn")
    Image.objects.filter(pk=done.pk).update(project=project)
    asked = {
        "state=done": ["done.jpg"],
        "state=failed": ["failed.jpg"],
        "state=working": ["working.jpg"],
        "state=untouched": ["old.jpg"],
        "look=1": ["failed.jpg"],
        "age=7&state=untouched": [],
        f"project={project.public_id}": ["done.jpg"],
        "state=nonsense&age=x&project=x&sort=name": [
            *("done.jpg", "failed.jpg", "old.jpg", "working.jpg"),
        ],
    }
    found = {
        query: names_on(seller.client.get(f"/library/?{query}").content.decode()) for query in asked
    }
    assert found == asked


def test_nobody_filters_by_projects_of_others(seller: Person, stranger: Person) -> None:
    project = create(seller.account, name="Secret")
    page = stranger.client.get(f"/library/?project={project.public_id}")
    assert page.status_code == 404


def test_an_empty_library_offers_photos_to_try(seller: Person) -> None:
    assert "A woolen hat" in seller.client.get("/library/").content.decode()
    assert seller.client.post("/library/samples/", {"sample": "../x"}).status_code == 404
    response = seller.client.post("/library/samples/", {"sample": "wool-hat"})
    assert response.status_code == 302
    page = seller.client.get("/library/").content.decode()
    assert (names_on(page), "A woolen hat" in page) == (["wool-hat.jpg"], False)


def test_a_photo_to_try_is_cut_out_at_once(seller: Person) -> None:
    """Whoever clicks one wants to see what comes of it, not a photo."""
    seller.client.post("/library/samples/", {"sample": "wool-hat"})
    (job,) = Job.objects.filter(account=seller.account)
    assert (job.operation, job.source.name) == ("remove-background", "wool-hat.jpg")


def act(who: Person, action: str, *images: Image, **more: Any) -> Any:
    form = {"action": action, "ids": [image.public_id for image in images], **more}
    return who.client.post("/library/selected/", form, headers=HTMX)


def test_selected_pictures_go_to_the_trash_with_a_toast(seller: Person) -> None:
    images = [seller.image("a.jpg"), seller.image("b.jpg"), seller.image("c.jpg")]
    response = act(seller, "delete", *images[:2])
    assert response.status_code == 204
    told = json.loads(response["HX-Trigger"])["packshot:toast"]
    assert told["text"] == "2 pictures are in the trash."
    assert [image.name for image in Image.live.all()] == ["c.jpg"]


@pytest.mark.parametrize("action", ["delete", "move", "looked", "favorite", "zip"])
def test_with_one_of_somebody_else_nothing_happens_to_any(
    seller: Person, stranger: Person, action: str
) -> None:
    mine, theirs = stranger.image("mine.jpg"), seller.image("theirs.jpg")
    Image.objects.update(needs_look="unsure")
    response = act(stranger, action, mine, theirs, new_project="New")
    assert response.status_code == 404
    assert Image.live.filter(needs_look="unsure", is_favorite=False).count() == 2
    assert not Project.objects.filter(name="New").exists()


def test_favorites_are_marked_found_and_unmarked(seller: Person) -> None:
    images = [seller.image("a.jpg"), seller.image("b.jpg"), seller.image("c.jpg")]
    assert json.loads(act(seller, "favorite", images[0])["HX-Trigger"])["packshot:selected"] == {
        "done": "favorite"
    }
    assert names_on(seller.client.get("/library/?favorite=1").content.decode()) == ["a.jpg"]
    act(seller, "favorite", *images[:2])
    assert Image.live.filter(is_favorite=True).count() == 2
    response = act(seller, "favorite", *images[:2])
    told = json.loads(response["HX-Trigger"])["packshot:toast"]
    assert told["text"] == "2 pictures are no favorites any more."
    assert Image.live.filter(is_favorite=True).count() == 0


def test_selected_pictures_move_into_a_new_project_or_one_there_is(seller: Person) -> None:
    image = seller.image("a.jpg")
    act(seller, "move", image, new_project="Autumn")
    assert Image.live.get().project.name == "Autumn"
    other = create(seller.account, name="Winter")
    act(seller, "move", image, project=other.public_id)
    assert Image.live.get().project.name == "Winter"


def test_selected_pictures_come_as_a_zip_each_as_it_is_now(seller: Person) -> None:
    cut, plain = seller.image("hat.jpg"), seller.image("hat.jpg")
    seller.result(cut)
    response = act(seller, "zip", cut, plain)
    with ZipFile(BytesIO(b"".join(response.streaming_content))) as archive:
        assert sorted(archive.namelist()) == ["hat-cutout.png", "hat.jpg", "manifest.json"]


@pytest.mark.parametrize("form", [{}, {"action": "burn", "ids": ["img_x"]}, {"action": "delete"}])
def test_without_pictures_or_a_known_action_nothing_is_done(
    seller: Person, form: dict[str, Any]
) -> None:
    seller.image()
    assert seller.client.post("/library/selected/", form).status_code == 400
    assert Image.live.count() == 1


@pytest.mark.parametrize("path", ["/library/", "/home/"])
def test_pages_ask_the_database_as_often_for_many_pictures_as_for_few(
    seller: Person, path: str
) -> None:
    seller.result(seller.image("0.jpg"), edge=50.0)
    with CaptureQueriesContext(connection) as few:
        seller.client.get(path)
    for n in range(1, 5):
        fail(seller.job(seller.image(f"{n}.jpg"), edge=float(n)), code="NOTHING_FOUND")
    with CaptureQueriesContext(connection) as many:
        seller.client.get(path)
    assert len(few) <= len(many) <= 12


def test_home_shows_what_to_check_what_is_new_and_what_is_used(seller: Person) -> None:
    assert "A woolen hat" in seller.client.get("/home/").content.decode()
    fail(seller.job(seller.image("empty.jpg")), code="NOTHING_FOUND")
    seller.image("plain.jpg")
    page = seller.client.get("/home/").content.decode()
    assert names_on(page) == ["empty.jpg", "plain.jpg", "empty.jpg"]
    ids = re.findall(r' id="(.*?)"', page)
    assert len(ids) == len(set(ids))
    assert "Hello, Ada" in page
    assert "0 of 100" in page


def test_many_pictures_take_as_many_queries_as_few(seller: Person) -> None:
    images = [seller.image(f"{n}.jpg") for n in range(4)]
    for number, image in enumerate(images):
        seller.result(image, edge=float(number))  # equal work would be found again
    with assertNumQueries(3):
        assert len(cards(images)) == 4


def live(who: Person, *marks: str) -> Any:
    return who.client.get("/library/live/", {"watch": list(marks)}, headers=HTMX)


def test_nothing_new_is_answered_with_nothing(seller: Person) -> None:
    image = seller.image()
    seller.job(image)
    response = live(seller, f"{image.public_id}:pending-0")
    assert (response.status_code, response.content) == (204, b"")


def test_a_card_that_changed_is_sent_again(seller: Person) -> None:
    image = seller.image()
    complete(seller.job(image))
    response = live(seller, f"{image.public_id}:pending-0")
    page = response.content.decode()
    assert response.status_code == 200  # its thumbnail is still to come
    assert f'id="tile-{image.public_id}"' in page
    assert "shoe.jpg: Cut out." in page


def test_polling_ends_with_the_work(seller: Person) -> None:
    image = seller.image()
    fail(seller.job(image))
    Image.objects.update(thumbnail_due_at=None)
    response = live(seller, f"{image.public_id}:processing-0")
    assert response.status_code == HTMX_STOP_POLLING
    assert "shoe.jpg: Cutout failed." in response.content.decode()


def test_watching_shows_nothing_of_other_people(seller: Person, stranger: Person) -> None:
    image = seller.image("secret.jpg")
    response = live(stranger, f"{image.public_id}:pending-0", "nonsense")
    assert response.status_code == HTMX_STOP_POLLING
    assert "secret" not in response.content.decode()
    assert f'data-gone="{image.public_id}"' in response.content.decode()
