"""Backgrounds and logos are nobody's photos: neither pages nor lists show them as pictures."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import connection

from media_library.models import Image
from processing.models import Job
from processing.worker.runner import run
from processing.worker.transitions import claim
from tests.dashboard.conftest import Person, upload_of


def names(who: Person, **query: str) -> list[str]:
    answer = who.client.get("/api/v1/images", query)
    return [one["name"] for one in answer.json()["data"]["items"]]


def materials(who: Person) -> Any:
    return Image.live.filter(account=who.account, kind="material")


def test_what_was_brought_for_looks_is_not_among_the_pictures(seller: Person) -> None:
    seller.image("shoe.jpg")
    client = seller.client
    assert client.post("/backgrounds/upload/", {"files": upload_of("wall.jpg")}).status_code == 302
    assert client.post("/looks/logo/", {"logo": upload_of("logo.jpg")[0]}).status_code == 302
    client.post("/backgrounds/words/", {"words": "a marble table"})
    job = Job.objects.order_by("pk").first()
    assert job is not None
    claimed = claim(job.pk)
    assert claimed is not None
    run(claimed)
    assert materials(seller).count() == 3
    for path in ("/library/", "/home/", "/listings/new/", "/projects/"):
        page = client.get(path).content.decode()
        assert "wall.jpg" not in page, path
        assert "logo.jpg" not in page, path
        assert "marble" not in page, path
    assert names(seller) == ["shoe.jpg"]
    assert sorted(names(seller, kind="material"))[1:] == ["logo.jpg", "wall.jpg"]
    assert "wall" in client.get("/backgrounds/?show=own").content.decode()
    assert 'class="brand-logo"' in client.get("/looks/").content.decode()


def test_those_of_before_are_told_apart(seller: Person, db: None) -> None:
    seller.client.post("/backgrounds/upload/", {"files": upload_of("wall.jpg", "seen.jpg")})
    seller.client.post("/looks/logo/", {"logo": upload_of("logo.jpg")[0]})
    Image.objects.update(kind="original")
    seller.result(Image.objects.get(name="seen.jpg"))
    for migration in (
        "media_library.migrations.0012_backgrounds_are_material",
        "processing.migrations.0012_logos_are_material",
    ):
        import_module(migration).tell_apart(apps, connection.schema_editor())
    told = dict(Image.objects.values_list("name", "kind"))
    assert told == {
        "wall.jpg": "material",
        "logo.jpg": "material",
        "seen.jpg": "original",  # somebody has worked on it
        "seen-cutout.png": "derived",
    }
