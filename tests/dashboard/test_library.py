"""The library: bringing photos in, finding them, watching the work."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django_htmx.http import HTMX_STOP_POLLING
from pytest_django.asserts import assertNumQueries

from accounts.models import PlanLimit
from media_library.models import Image
from processing.models import Job
from processing.selectors import cards
from tests.dashboard.conftest import HTMX, Person, complete, fail, upload_of

UPLOAD = "/library/upload/"


def names_on(page: str) -> list[str]:
    return re.findall(r'<span class="card-name">(.*?)</span>', page)


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


def test_a_script_gets_the_cards_newest_first(seller: Person) -> None:
    response = send(seller, "a.jpg", "b.jpg", headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 200
    assert names_on(page) == ["b.jpg", "a.jpg"]
    assert page.count('name="watch"') == 2
    assert 'hx-trigger="every 1s"' in page


def test_what_is_no_picture_is_named_and_the_others_are_kept(seller: Person) -> None:
    files = [*upload_of("a.jpg"), *upload_of("notes.jpg", data=b"just words")]
    page = seller.client.post(UPLOAD, {"files": files}, headers=HTMX).content.decode()
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
    PlanLimit.objects.update(monthly=1)
    response = send(seller, "a.jpg", "b.jpg", headers=HTMX)
    assert (Image.live.count(), Job.objects.count()) == (2, 1)
    words = (
        "Uploaded, but background removal could not start. Monthly limit reached for background "
        "removal."
    )
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
    assert "Background removed</span>" in page


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


def test_pages_follow_each_other(seller: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processing.pages.library.PAGE_SIZE", 2)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        seller.image(name)
    first = seller.client.get("/library/?q=jpg").content.decode()
    assert names_on(first) == ["c.jpg", "b.jpg"]
    assert 'href="?q=jpg&amp;page=2"' in first
    assert names_on(seller.client.get("/library/?page=2").content.decode()) == ["a.jpg"]


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
    assert f'id="card-{image.public_id}" hx-swap-oob="true"' in page
    assert "shoe.jpg: Background removed." in page


def test_polling_ends_with_the_work(seller: Person) -> None:
    image = seller.image()
    fail(seller.job(image))
    Image.objects.update(thumbnail_due_at=None)
    response = live(seller, f"{image.public_id}:processing-0")
    assert response.status_code == HTMX_STOP_POLLING
    assert "shoe.jpg: Background removal failed." in response.content.decode()


def test_watching_shows_nothing_of_other_people(seller: Person, stranger: Person) -> None:
    image = seller.image("secret.jpg")
    response = live(stranger, f"{image.public_id}:pending-0", "nonsense")
    assert response.status_code == HTMX_STOP_POLLING
    assert "secret" not in response.content.decode()
    assert f'id="card-{image.public_id}" hx-swap-oob="delete"' in response.content.decode()
