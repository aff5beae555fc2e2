"""The vendor's own client against a real web server: a whole session, with its strict models.

Its reads carry no key, so the site allows these; it puts no files, which any HTTP client does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from autoenhance import Autoenhance
from autoenhance.exceptions import NotFoundException, UnauthorizedException
from autoenhance.models import OrderIn

from processing.models import Rating
from tests.processing.compat.autoenhance.conftest import Studio, opened
from tests.processing.engine.room.hdr.exposed import STOPS, exposed, jpeg, light
from tests.web_server import WebServer, running


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with running() as web:
        yield web


@pytest.fixture
def official(server: WebServer, studio: Studio, quick_queue: None, settings: Any) -> Autoenhance:
    settings.AUTOENHANCE_OPEN_READS = True
    return client_of(server, studio.key)


def client_of(server: WebServer, key: str) -> Any:
    return Autoenhance(apiKey=key, baseURL=f"{server.url}/compat/autoenhance")


def put(url: str, data: bytes) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    answer = httpx.put(url, content=data, headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text


def test_a_session(official: Any, studio: Studio, photo: bytes) -> None:
    made = official.create_image(
        image_name="kitchen.jpg",
        ai_version="4.x",
        enhance_type="warm",
        lens_correction=False,
        metadata={"room": "kitchen"},
        finetune_settings={"sharpen_level": "LOW"},
        agent="Ms. Hill",
    )
    assert (made.status, made.ai_version, made.order_id) == ("waiting", "4.7", made.order_id)
    put(made.upload_url, photo)
    image = official.retrieve_image(id=made.image_id)
    assert (image.status, image.enhance_type) == ("processed", "warm")
    assert (image.metadata, image.rating) == ({"room": "kitchen"}, None)
    assert image.additional_properties["agent"] == "Ms. Hill"
    assert image.finetune_settings.actual_instance == {"sharpen_level": "LOW"}

    preview = official.download_enhanced_image(id=made.image_id)
    assert opened(bytes(preview)).width == 1280
    whole = official.download_enhanced_image(id=made.image_id, preview=False, format="webp")
    assert (opened(bytes(whole)).format, studio.used) == ("WEBP", 1)
    assert official.retrieve_image(id=made.image_id).downloaded is True
    assert bytes(official.download_original_image(id=made.image_id)) == photo

    again = official.v3_images_id_process_post(
        id=made.image_id, enhance_type="modern", lens_correction=False
    )
    assert (again.enhance_type, again.ai_version) == ("modern", "4.7")
    official.report_image(id=made.image_id, categories=["NOISE"], comment="Grain", score=2)
    assert (Rating.objects.get().score, official.retrieve_image(id=made.image_id).rating) == (2, 2)

    assert official.delete_image(id=made.image_id) is None
    with pytest.raises(NotFoundException) as caught:
        official.retrieve_image(id=made.image_id)
    assert caught.value.data.message == "Image not found."


def test_orders(official: Any, small_photo: bytes) -> None:
    order = official.create_order(name="Elm Street 7")
    order_id = order["order_id"]
    made = official.create_image(image_name="bath.jpg", order_id=order_id, lens_correction=False)
    put(made.upload_url, small_photo)
    found = official.retrieve_order(id=order_id)
    assert (found.name, found.status, found.total_images) == ("Elm Street 7", "processed", 1)
    assert [one.image_id for one in found.images] == [made.image_id]
    assert (found.is_processing, found.is_merging, found.is_deleted) == (False, False, False)
    assert official.update_order(id=order_id, name="Elm Street 9").name == "Elm Street 9"
    page = official.list_orders(per_page=1)
    assert [one.order_id for one in page.orders] == [order_id]
    assert page.pagination.next_offset is None
    bracket = official.v3_brackets_post(name="dark.jpg", order_id=order_id)
    put(bracket.upload_url, small_photo)
    [listed] = official.v3_orders_order_id_brackets_get(order_id=order_id).brackets
    assert (listed.bracket_id, listed.is_uploaded) == (bracket.bracket_id, True)
    official.delete_order(id=order_id)
    with pytest.raises(NotFoundException):
        official.retrieve_order(id=order_id)


def test_two_rooms_of_three_brackets(official: Any, studio: Studio) -> None:
    size = (300, 200)
    order_id = official.create_order(name="Elm Street 7")["order_id"]
    for other in (False, True):
        for stops in STOPS:
            made = official.v3_brackets_post(name=f"{stops}.jpg", order_id=order_id)
            put(made.upload_url, jpeg(exposed(light(size, other=other), stops), stops=stops))
    official.process_order(
        id=order_id, number_of_brackets_per_image=3, enhance_type="neutral", lens_correction=False
    )
    done = official.retrieve_order(id=order_id)
    assert (done.is_merging, done.is_processing, done.status) == (False, False, "processed")
    assert done.total_images == len(done.images) == 2
    for image in done.images:
        whole = official.download_enhanced_image(id=image.image_id, preview=False)
        assert opened(bytes(whole)).format == "JPEG"
    assert studio.used == 2


def test_refusals_are_read_as_its_own(
    official: Any, server: WebServer, studio: Studio, settings: Any
) -> None:
    with pytest.raises(UnauthorizedException) as caught:
        client_of(server, "ps_nobody").create_image(image_name="a.jpg")
    assert caught.value.data.message == "The API key is not valid."
    with pytest.raises(Exception, match="needs an ai_version below 4") as refused:
        official.create_image(image_name="a.jpg", enhance_type="property", lens_correction=False)
    assert refused.value.status == 422
    settings.AUTOENHANCE_OPEN_READS = False
    with pytest.raises(UnauthorizedException):
        official.retrieve_order(id="anything")
    assert OrderIn.from_dict({"name": "a"}).name == "a"


def test_by_the_documentations_javascript(
    server: WebServer, studio: Studio, quick_queue: None, small_photo: bytes
) -> None:
    """As fetch sends it: PATCH, JSON with a type, the key in lower case, everything by the same headers."""
    base = f"{server.url}/compat/autoenhance/v3"
    headers = {"content-type": "application/json", "x-api-key": studio.key}
    with httpx.Client(headers=headers, trust_env=False) as browser:
        made = browser.post(f"{base}/images/", json={"image_name": "kitchen.jpg"}).json()
        put(made["upload_url"], small_photo)
        preferences = {"ai_version": "4.x", "enhance": True, "enhance_type": "neutral", "hdr": True}
        path = f"{base}/images/{made['image_id']}"
        told = browser.patch(f"{path}/process", json=preferences)
        assert told.status_code == 200
        assert told.json() | preferences | {"ai_version": "4.7"} == told.json()
        assert browser.get(path).json()["status"] == "processed"
        whole = browser.get(f"{path}/enhanced", params={"preview": "false"})
        assert (whole.status_code, whole.headers["content-type"]) == (200, "image/jpeg")
