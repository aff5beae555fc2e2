"""The pages of shared links: a new one, the list, changing and ending one; and nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from media_library import shares
from media_library.models import Project, Share
from media_library.shares import Chosen
from tests.dashboard.conftest import Person


def made(who: Person, **fields: Any) -> Share:
    response = who.client.post("/shared/new/", {"make": "1", **fields})
    assert response.status_code == 302, response.content.decode()
    return Share.objects.latest("created_at")


def test_a_link_is_made_of_what_was_chosen_and_opens(seller: Person) -> None:
    image = seller.image()
    result = seller.result(image)
    for ask in (seller.client.get, seller.client.post):
        form = ask("/shared/new/", {"ids": [image.public_id]}).content.decode()
        assert f'name="ids" value="{result.public_id}"' in form
    share = made(seller, ids=[image.public_id], title="Coats", lasts="7", may_download="on")
    assert [row.image for row in share.pictures.all()] == [result]
    assert share.expires_at is not None
    assert abs(share.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    page = seller.client.get("/shared/").content.decode()
    address = shares.path_of(share)
    assert (f'value="http://127.0.0.1:8000{address}"' in page, "Coats" in page) == (True, True)
    assert "Coats" in Client().get(address).content.decode()


def test_what_is_selected_in_the_library_is_offered_never_the_project_it_could_move_to(
    seller: Person,
) -> None:
    image = seller.image()
    bar = 'name="selected" value="1" formaction="/shared/new/"'
    assert bar in seller.client.get("/library/").content.decode()
    moved_to = {"selected": "1", "project": image.project.public_id, "new_project": ""}
    form = seller.client.post(
        "/shared/new/", {**moved_to, "ids": [image.public_id]}
    ).content.decode()
    assert f'name="ids" value="{image.public_id}"' in form
    assert 'type="hidden" name="project"' not in form
    nothing = seller.client.post("/shared/new/", moved_to).content.decode()
    assert "Make link" not in nothing


def test_a_project_is_shared_by_its_page(seller: Person) -> None:
    project = Project.objects.create(account=seller.account, name="Spring")
    Project.objects.bulk_create(
        Project(account=seller.account, name=f"Rack {n:03}") for n in range(250)
    )
    offered = seller.client.get("/shared/new/").content.decode()
    assert offered.count("/shared/new/?project=") == 20
    assert "There are more projects." in offered
    offered = seller.client.get("/shared/new/", {"q": "sPRing\0"}).content.decode()
    assert re.findall(r"/shared/new/\?project=(\w+)", offered) == [project.public_id]
    offered = seller.client.get("/shared/new/", {"q": "<i>"}).content.decode()
    assert "No project is called “&lt;i&gt;”." in offered
    form = seller.client.get("/shared/new/", {"project": project.public_id}).content.decode()
    assert 'value="Spring"' in form  # the title that is offered
    share = made(seller, project=project.public_id, title="", lasts="", password="tweed")
    assert (share.project, share.expires_at, share.may_download) == (project, None, False)
    assert shares.unlocks(share, "tweed")


def test_changed_and_ended(seller: Person, stranger: Person) -> None:
    image = seller.image()
    share = shares.create(seller.account, Chosen([image.pk]), title="Old", password="tweed")
    page = f"/shared/{share.public_id}/"
    assert 'value="Old"' in seller.client.get(page).content.decode()
    seller.client.post(page, {"title": "New", "lasts": "keep", "may_download": "on"})
    share.refresh_from_db()
    assert (share.title, shares.unlocks(share, "tweed")) == ("New", True)
    seller.client.post(page, {"title": "New", "lasts": "1", "no_password": "on"})
    share.refresh_from_db()
    assert (share.password, share.expires_at is None, share.may_download) == ("", False, False)
    for response in (
        stranger.client.get(page),
        stranger.client.post(page, {"title": "x", "lasts": "keep"}),
        stranger.client.post(f"{page}revoke/"),
    ):
        assert response.status_code == 404
    assert seller.client.post(f"{page}revoke/").status_code == 302
    assert "ended by you" in seller.client.get("/shared/").content.decode()
    assert Client().get(shares.path_of(share)).status_code == 404


def test_what_is_not_mine_or_says_nothing_makes_no_link(seller: Person, stranger: Person) -> None:
    mine, theirs = seller.image(), stranger.image()
    for fields, status in (
        ({"ids": [mine.public_id, theirs.public_id]}, 404),
        ({"ids": ["img_1"]}, 404),
        ({"project": theirs.project.public_id}, 404),
        ({}, 400),
        ({"ids": [mine.public_id], "password": "abc"}, 422),
        ({"ids": [mine.public_id], "lasts": "2"}, 422),
    ):
        assert seller.client.post("/shared/new/", {"make": "1", **fields}).status_code == status
    assert Share.objects.count() == 0


def test_queries_do_not_grow(seller: Person) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert seller.client.get("/shared/").status_code == 200
        return len(caught)

    image = seller.image()
    project = Project.objects.create(account=seller.account, name="Spring")
    for chosen in (Chosen([image.pk]), Chosen(project=project)):
        shares.create(seller.account, chosen)
    few = queries()
    for _ in range(3):
        shares.create(seller.account, Chosen([image.pk, seller.image().pk]))
    assert (queries(), few <= 9) == (few, True)
