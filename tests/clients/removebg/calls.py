"""What three Python packages written for remove.bg send, each told nothing but another address and a key."""

from __future__ import annotations

import base64
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import remove_bg_api
import requests
from PIL import Image
from removebgplus.removebg import APIError
from removebgplus.removebg import RemoveBg as RemoveBgPlus

from removebg import removebg

BASE, KEY, URL = os.environ["REMOVEBG"], os.environ["API_KEY"], os.environ["PHOTO_URL"]
PHOTO = Path("hat.jpg")
shutil.copy(os.environ["PHOTO"], PHOTO)
ENCODED = base64.b64encode(PHOTO.read_bytes()).decode()
SIZE = Image.open(PHOTO).size
WRONG = "ps_wrong"


def cut_out(file: str | bytes, size: tuple[int, int] | None = None) -> Image.Image:
    """A picture that is transparent in its corner and not in its middle."""
    image = Image.open(io.BytesIO(file) if isinstance(file, bytes) else file)
    assert (image.format, image.mode) == ("PNG", "RGBA"), image
    assert image.getpixel((0, 0))[3] == 0
    assert image.getpixel((image.width // 2, image.height // 2))[3] == 255
    assert size is None or image.size == size, image.size
    return image


def refused(call: Callable[[], object], error: type[Exception], told: str = "") -> None:
    with pytest.raises(error) as caught:
        call()
    assert told in str(caught.value), caught.value


def with_removebg() -> None:
    removebg.API_ENDPOINT = f"{BASE}/removebg"
    client = removebg.RemoveBg(KEY, "errors.log")
    client.remove_background_from_img_file(str(PHOTO))
    cut_out("hat.jpg_no_bg.png")
    client.remove_background_from_img_url(URL, size="4k", new_file_name="by-url.png")
    cut_out("by-url.png", SIZE)
    client.remove_background_from_base64_img(ENCODED, "hd", "white.png", bg_color="white")
    # It calls all results .png; on a color they are JPEGs.
    image = Image.open("white.png")
    assert (image.format, image.getpixel((0, 0))) == ("JPEG", (255, 255, 255)), image
    refused(
        lambda: removebg.RemoveBg(WRONG, "errors.log").remove_background_from_img_file(str(PHOTO)),
        requests.HTTPError,
        "403",
    )


def with_removebgplus() -> None:
    client = RemoveBgPlus(KEY)
    client.remove_from_file(str(PHOTO), "plus.png")
    cut_out("plus.png")
    client.remove_from_url(URL, "plus-url.png")
    cut_out("plus-url.png", SIZE)
    client.remove_from_base64(ENCODED, "plus-base64.png")
    assert Path("plus-base64.png").read_bytes() == Path("plus-url.png").read_bytes()
    told = '{"errors": [{"title": "API Key invalid", "code": "auth_failed"}]}'.replace(": ", ":")
    refused(
        lambda: RemoveBgPlus(WRONG).remove_from_file(str(PHOTO), "wrong.png"),
        APIError,
        f"403 - {told.replace(', ', ',')}",
    )


def with_remove_bg_api() -> None:
    remove_bg_api.API_URL = BASE
    client = remove_bg_api.RemoveBg(KEY)  # asks for the account at once
    before = client.account.balance()
    cut_out(client.remove_bg_file(str(PHOTO), size="full", data={"size": "full", "crop": "true"}))
    assert client.account.balance() == before - 1
    assert client.account.get_balance_dict()["total"] == before - 1
    # The same again costs nothing, and its balance knows.
    cut_out(client.remove_bg_bytes(PHOTO.read_bytes(), data={"size": "full", "crop": "true"}))
    assert client.account.balance() == before - 1
    cut_out(client.remove_bg_url(URL))
    path = client.remove_bg_base64(ENCODED, out_path="api.png", raw=False)
    cut_out(path)
    assert client.account.free_api_calls() == 0
    refused(lambda: remove_bg_api.RemoveBg(WRONG), remove_bg_api.Errors.ApiErrorCode403)
    for data in ({"size": "huge"}, {"crop": "true", "crop_margin": "wide"}):
        refused(
            lambda data=data: client.remove_bg_file(str(PHOTO), data=dict(data)),
            remove_bg_api.Errors.ApiErrorCode400,
        )
    blank = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(blank, "PNG")
    refused(lambda: client.remove_bg_bytes(blank.getvalue()), remove_bg_api.Errors.ApiErrorCode400)


with_removebg()
with_removebgplus()
with_remove_bg_api()
