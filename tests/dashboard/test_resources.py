"""Reference images on their page, and where the studio and looks choose among them."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from accounts.models import Plan
from media_library.models import Image
from processing.models import Preset, Resource
from processing.services.appearance import presets
from processing.services.backgrounds import resources
from tests.dashboard.conftest import Person, upload_of
from tests.dashboard.test_studio import CHOSEN

LOOK = {
    **{"name": "Marked", "ground": "white", "size": "2000x2000", "margin": "10"},
    **{"shadow": "", "file_format": "png"},
}


@pytest.fixture
def shop(seller: Person) -> Person:
    """Somebody whose plan has room for two reference images."""
    Plan.objects.filter(pk=seller.account.plan_id).update(resources=2)
    seller.account.refresh_from_db()
    return seller


def upload(who: Person, *names: str, **given: str) -> Any:
    return who.client.post("/resources/upload/", {"files": upload_of(*names), **given})


def page_of(who: Person, path: str = "/resources/") -> str:
    response = who.client.get(path)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_they_are_brought_described_and_deleted(shop: Person, stranger: Person) -> None:
    assert upload(shop, "mark.jpg", role="logo", tags="Spring, summer  sale").status_code == 302
    row = Resource.objects.get()
    assert (row.role, row.tags) == ("logo", ["spring", "summer sale"])
    page = page_of(shop)
    assert "mark.jpg" in page
    assert "<h1>Reference images</h1>" in page
    assert "1 of 2 reference images that your plan has room for." in page
    assert "mark.jpg" not in page_of(shop, "/resources/?role=prop")
    assert "mark.jpg" in page_of(shop, "/resources/?role=logo&q=summer")
    one = f"/resources/{row.public_id}/"
    for action in ("change/", "delete/"):
        assert stranger.client.post(f"{one}{action}", {"role": "prop"}).status_code == 404
    assert (
        shop.client.post(f"{one}change/", {"name": "Mark", "role": "nonsense"}).status_code == 400
    )
    shop.client.post(f"{one}change/", {"name": "Mark", "role": "watermark", "tags": "x"})
    row.refresh_from_db()
    assert (row.name, row.role, row.tags) == ("Mark", "watermark", ["x"])
    look = LOOK | {
        "overlay": row.image.public_id,
        "overlay_size": "35",
        "overlay_place": "left-top",
    }
    shop.client.post("/looks/new/", look)
    assert "Used by Marked" in page_of(shop)
    shop.client.post(f"{one}delete/")
    assert not resources.own(shop.account).exists()


def test_no_more_than_the_plan_has_room_for(shop: Person, seller: Person) -> None:
    answer = upload(shop, "a.jpg", "b.jpg", "c.jpg")
    assert answer.status_code == 422
    told = html.unescape(answer.content.decode())
    assert "<strong>c.jpg</strong>: Your plan has room for 2 reference images." in told
    assert sorted(Resource.objects.values_list("name", flat=True)) == ["a.jpg", "b.jpg"]
    Plan.objects.filter(pk=shop.account.plan_id).update(resources=0)
    assert upload(shop, "a.jpg").status_code == 403
    assert Image.objects.count() == 2
    page = page_of(shop)
    assert "Your plan, Free, has no reference images." in page
    assert "Plans that have them: Enterprise." in page


def test_without_reference_images_the_studio_says_so_and_leads_to_the_plan(shop: Person) -> None:
    Plan.objects.filter(pk=shop.account.plan_id).update(resources=0)
    assert 'type="search"' not in page_of(shop)  # there is nothing to search
    studio = shop.client.get(f"/pictures/{shop.image().public_id}/").content.decode()
    told = 'Your plan, Free, has no reference images. <a href="/settings/usage/">'
    assert studio.count(told) == 2  # of the logo, and of colors
    assert 'href="/resources/"' not in studio
    assert "Upload your brand’s logo" in studio


def test_good_files_are_kept_beside_broken_ones_which_are_named(
    shop: Person, stranger: Person
) -> None:
    files = [*upload_of("mark.jpg"), *upload_of("<torn>.jpg", data=b"no picture")]
    given = {"files": files, "role": "logo", "tags": "Spring, sale"}
    answer = shop.client.post("/resources/upload/", given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "1 reference image saved. These were not:" in page
    assert re.findall(r"<li><strong>(.*?)</strong>", page) == ["&lt;torn&gt;.jpg"]
    row = Resource.objects.get()
    assert (row.name, row.role, row.tags) == ("mark.jpg", "logo", ["spring", "sale"])
    # What was typed is there for the next try.
    assert 'id="resource-tags" name="tags" value="Spring, sale"' in page
    assert '<option value="logo" selected>' in page
    # Where tags are refused, nothing is kept, and they stay to be changed.
    long = "x" * 33
    answer = upload(shop, "b.jpg", role="logo", tags=long)
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "Nothing was saved." in told
    assert "A tag must have 1 to 32 visible characters." in told
    assert f'value="{long}"' in told
    assert Resource.objects.count() == 1
    # Nobody else's room or pictures are touched.
    assert not Resource.objects.filter(account=stranger.account).exists()


def test_a_logo_and_a_reference_are_chosen_in_the_studio(shop: Person, stranger: Person) -> None:
    upload(shop, "mark.jpg", role="logo")
    upload(shop, "mood.jpg", role="look")
    [mark, mood] = [row.image.public_id for row in Resource.objects.order_by("created_at")]
    image = shop.image()
    page = page_of(shop, f"/pictures/{image.public_id}/")
    assert f'name="overlay" value="{mark}"' in page
    assert f'name="match" value="{mood}"' in page
    assert f'name="match" value="{mark}"' not in page
    chosen = CHOSEN | {"overlay": mark, "overlay_opacity": "0", "overlay_size": "12.5"}
    chosen |= {"match": mood, "match_strength": "60", "overlay_place": "center-top"}
    answer = shop.client.post(f"/pictures/{image.public_id}/look/", {**chosen, "name": "Both"})
    assert answer.status_code == 200
    plan = presets.plan_of(Preset.objects.get())
    assert plan.overlay is not None
    assert plan.color_reference is not None
    assert (plan.overlay.horizontal, plan.overlay.vertical) == ("center", "top")
    assert (plan.overlay.size, plan.overlay.opacity, plan.overlay.margin) == (0.125, 0.0, 0.03)
    assert plan.color_reference.strength == 0.6
    # A look opens with them, and what it is made of stays in it.
    [state] = re.findall(
        r'data-look-state="([^"]+)"[^>]*>(?:(?!</a>).)*?Both',
        page_of(shop, f"/pictures/{image.public_id}/"),
    )
    assert f"overlay={mark}" in state
    assert "overlay_opacity=0" in state
    theirs = stranger.image()
    refused = stranger.client.post(
        f"/pictures/{theirs.public_id}/look/", {**chosen, "name": "Mine"}
    )
    assert (refused.status_code, refused.json()["message"]) == (400, "Image not found.")
    assert stranger.client.post("/looks/new/", LOOK | {"overlay": mark}).status_code == 422
    wrong = {**chosen, "overlay": "logo", "name": "Wrong"}
    assert shop.client.post(f"/pictures/{image.public_id}/look/", wrong).status_code == 400
    assert Preset.objects.count() == 1
