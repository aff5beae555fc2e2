"""The pictures on the cards of looks: made by workers, on one's own photo, counted nowhere."""

from __future__ import annotations

import re
from io import BytesIO

import dramatiq
import pytest
from django.test import Client
from PIL import Image as Pillow

from accounts.models import UsageEntry
from media_library.intake.ingest import ingest
from media_library.models import Matte
from processing.models import Job, Preset
from processing.worker import tasks
from processing.worker.making import look_pictures, previews
from tests.dashboard.conftest import HTMX, Person, picture

pytestmark = pytest.mark.usefixtures("middle_model")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are made the moment they are asked for."""
    monkeypatch.setattr(look_pictures.draw_looks, "send", look_pictures.draw_looks.fn)
    previews._ready.clear()


def pictures(who: Person, path: str = "/looks/") -> list[str]:
    return re.findall(
        r'<img class="checker" src="(/looks/pictures/[0-9a-f]{64}/)"', page(who, path)
    )


def page(who: Person, path: str = "/looks/") -> str:
    response = who.client.get(path)
    assert response.status_code == 200
    return str(response.content.decode())


def due(shown: str) -> list[str]:
    return re.findall(r'name="due" value="(.*?)"', shown)


def color_at(who: Person, address: str, place: tuple[float, float] = (0.5, 0.5)) -> tuple[int, ...]:
    response = who.client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    picture = Pillow.open(BytesIO(response.content)).convert("RGB")
    assert max(picture.size) <= look_pictures.SIDE
    x, y = (round(share * (side - 1)) for share, side in zip(place, picture.size, strict=True))
    return tuple(picture.getpixel((x, y)))  # type: ignore[arg-type]


def test_without_a_photo_they_show_our_sample_and_cost_nothing(
    seller: Person, stranger: Person, client: Client, at_once: None
) -> None:
    waiting = due(page(seller))
    assert len(waiting) > 10
    shown = pictures(seller)
    assert len(shown) == len(waiting)
    assert due(page(seller)) == []
    seller.image()
    assert len(pictures(seller, "/batches/new/")) == len(shown)
    assert max(color_at(seller, shown[0], (0.02, 0.02))) > 250
    assert stranger.client.get(shown[0]).status_code == 404
    assert client.get(shown[0]).status_code == 404
    assert (Job.objects.count(), UsageEntry.objects.count()) == (0, 0)


def test_the_page_asks_once_and_draws_nothing_itself(seller: Person) -> None:
    queue = dramatiq.get_broker().queues["studio"]  # type: ignore[attr-defined]
    before = queue.qsize()
    for _ in range(3):
        assert due(page(seller))
        assert pictures(seller) == []
    assert queue.qsize() == before + 1


def test_a_worker_goes_to_the_end_of_the_queue_after_each(
    seller: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(
        look_pictures.draw_looks, "send", lambda _account, _image, plans: sent.append(len(plans))
    )
    page(seller)
    account = str(seller.account.pk)
    look_pictures.draw_looks.fn(account, "", ["{}", "{}", "{}"])
    assert sent[1:] == [2]


def test_they_show_the_last_photo_that_is_cut_out(seller: Person, at_once: None) -> None:
    Preset.objects.create(
        account=seller.account, name="Green", plan={"background": {"color": "#00ff00"}}
    )
    page(seller)
    sample = pictures(seller)
    image = seller.image()  # red
    assert pictures(seller) == sample  # not cut out yet, and not for this
    assert not Matte.objects.exists()
    job = seller.job(image, model="auto")
    tasks.run_job.fn(str(job.pk))
    assert Matte.objects.count() == 1
    page(seller)
    own = pictures(seller)
    assert len(own) >= len(sample)
    assert set(own).isdisjoint(sample)
    red, green, blue = color_at(seller, own[0])
    assert red > 150 > max(green, blue)
    red, green, blue = color_at(seller, own[0], (0.02, 0.02))  # so small that WebP mixes colors
    assert green > 150 > max(red, blue)
    assert Job.objects.count() == 1


def test_a_new_batch_shows_them_on_the_first_of_its_pictures_that_is_cut_out(
    seller: Person, stranger: Person, at_once: None
) -> None:
    blue = ingest(seller.account, picture(color=(30, 30, 200)), name="blue.jpg")
    fresh, red = seller.image("fresh.jpg"), seller.image("red.jpg")  # the newest
    for image in (blue, red):
        tasks.run_job.fn(str(seller.job(image, model="auto").pk))
    address = f"/batches/new/?ids={fresh.public_id}&ids={blue.public_id}&ids={red.public_id}"
    waiting = due(page(seller, address))
    assert len(waiting) > 10
    shown = page(seller, address)
    assert "They are shown on “blue.jpg”." in shown
    ours = pictures(seller, address)
    assert len(ours) == len(waiting)
    assert set(ours).isdisjoint(pictures(seller))  # on the newest
    lead = color_at(seller, ours[-1])
    assert lead[2] > 150 > lead[0]
    asked = {"due": waiting[:1], "on": blue.public_id, "choice": "1"}
    told = seller.client.get("/looks/cards/", asked, headers=HTMX)
    assert (told.status_code, told.content.decode().count("pick-mark")) == (286, 1)
    assert stranger.client.get("/looks/cards/", asked, headers=HTMX).status_code == 404
    told_of_none = page(seller, f"/batches/new/?ids={fresh.public_id}")
    assert "None of these is cut out yet" in told_of_none


def test_pages_that_are_open_are_told_until_all_are_there(
    seller: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(
        look_pictures.draw_looks, "send", lambda _account, _image, plans: asked.append(plans)
    )
    waiting = due(page(seller))
    account = str(seller.account.pk)

    def news(*ids: str) -> tuple[int, str]:
        answer = seller.client.get("/looks/cards/", {"due": ids}, headers=HTMX)
        return answer.status_code, answer.content.decode()

    assert news(*waiting) == (204, "")
    look_pictures.draw_looks.fn(account, "", asked[0][:1])
    status, told = news(*waiting)
    assert (status, len(due(told)), told.count("hx-swap-oob")) == (200, len(waiting) - 1, 1)
    [first] = set(waiting) - set(due(told))
    status, told = news(first)
    assert (status, due(told)) == (286, [])
    assert f'id="picture-{first}"' in told


def test_what_can_not_be_drawn_stays_a_drawing(
    seller: Person, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_args: object, **_options: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(look_pictures, "_preview", missing)
    page(seller)
    shown = page(seller)
    assert (due(shown), pictures(seller)) == ([], [])
    assert "look-scene" in shown
