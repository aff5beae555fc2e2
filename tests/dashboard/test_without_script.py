"""The library as it works where scripts don't run: forms, links and reloading."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from media_library.models import Image
from processing.models import Job
from tests.dashboard.conftest import Person, complete, upload_of


def page(who: Person, path: str = "/library/") -> str:
    """The page as a browser without scripts reads it: noscript's content counts."""
    response = who.client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def form_of(text: str, address: str) -> str:
    [found] = re.findall(rf'<form[^>]*action="{address}"[^>]*>.*?</form>', text)
    return str(found)


def post(who: Person, path: str, form: dict[str, Any]) -> str:
    """Send a form, and read the page that it leads to."""
    response = who.client.post(path, form, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_uploading_cutting_out_and_seeing_it_done(seller: Person) -> None:
    form = form_of(page(seller), "/library/upload/")
    assert 'type="file" name="files" multiple required' in form
    assert 'type="checkbox" name="cut_out" checked' in form
    assert '<button class="button" type="submit">Upload</button>' in form
    shown = post(seller, "/library/upload/", {"files": upload_of("hat.jpg"), "cut_out": "on"})
    assert "Waiting" in shown
    reload = '<noscript><p class="help">Pictures are being made. <a href="">Reload</a>'
    assert reload in shown
    complete(Job.objects.get())
    Image.objects.update(thumbnail_due_at=None)
    shown = page(seller)
    assert "Cut out: Auto model, transparent </span>" in shown
    assert reload not in shown


def test_older_pictures_are_behind_a_link(seller: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processing.pages.library.page.PAGE_SIZE", 2)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        seller.image(name)
    [more] = re.findall(r'rel="next" href="(.*?)"', page(seller))
    older = page(seller, "/library/" + unescape(more))
    assert re.findall(r'<span class="tile-name">(.*?)</span>', older) == ["a.jpg"]
    assert 'rel="next"' not in older
    assert '<a class="button" href="/library/">First page</a>' in older


def test_filters_have_a_button(seller: Person) -> None:
    seller.image("hat.jpg")
    assert 'type="submit">Apply</button>' in page(seller)
    assert "No pictures match “shoe”" in page(
        seller, "/library/?q=shoe&state=&age=&sort=-createdAt"
    )


def test_deleting_and_taking_back(seller: Person) -> None:
    images = [seller.image("a.jpg"), seller.image("b.jpg")]
    shown = page(seller)
    bar = form_of(shown, "/library/selected/")
    assert 'name="action" value="delete"' in bar
    box = f'<input type="checkbox" name="ids" value="{images[0].public_id}" form="selection"'
    assert box in shown
    form = {"action": "delete", "ids": [images[0].public_id]}
    told = post(seller, "/library/selected/", form)
    assert "1 picture is in the trash." in told
    assert list(Image.live.all()) == [images[1]]
    [undo] = re.findall(r'action="(/trash/undo/\d+/)"', told)
    assert "1 picture is back." in post(seller, undo, {})
    assert set(Image.live.all()) == set(images)
