"""Files that take long to open are refused in words, and keep nobody else waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import Account
from config.errors import AppError
from media_library import admission
from media_library.admission import Lane
from media_library.models import Image

Make = Callable[..., bytes]


@pytest.fixture
def lanes(monkeypatch: pytest.MonkeyPatch) -> tuple[Lane, Lane]:
    quick, slow = Lane(3, 2), Lane(3, 2)
    monkeypatch.setattr(admission, "_quick", quick)
    monkeypatch.setattr(admission, "_slow", slow)
    monkeypatch.setattr(admission, "MAX_WAIT_SECONDS", 0.0)
    return quick, slow


@pytest.mark.parametrize("how", ["form", "batch"])
def test_a_file_over_its_time_is_refused_in_words(
    api: APIClient, picture: Make, settings: Any, stored: Callable[[], list[str]], how: str
) -> None:
    settings.OPENING_SECONDS = 0.001
    file = SimpleUploadedFile("slow.png", picture("PNG", size=(3000, 2000)))
    message = (
        "Opening the file takes more than 0.001 seconds of computing. "
        "Save it again as an ordinary JPEG or PNG."
    )
    if how == "form":
        answer = api.post("/api/v1/images", {"file": file}, format="multipart")
        assert (answer.status_code, answer.json()["fields"]) == (400, {"file": [message]})
    else:
        body = {"files": [file], "operation": "remove-background"}
        answer = api.post("/api/v1/batch", body, format="multipart")
        path = f"/api/v1/batch/{answer.json()['data']['batchId']}"
        [item] = api.get(path).json()["data"]["items"]
        assert item["state"] == "failed"
        assert item["error"] == {"code": "VALIDATION_ERROR", "message": message}
    assert (Image.objects.count(), stored()) == (0, [])

    settings.OPENING_SECONDS = 10.0
    file.seek(0)
    answer = api.post("/api/v1/images", {"file": file}, format="multipart")
    assert answer.status_code == 201


def test_an_account_that_fills_its_places_leaves_others_theirs(
    account: Account, other_account: Account, picture: Make, lanes: tuple[Lane, Lane]
) -> None:
    for lane in lanes:
        assert [lane.enter(account.pk, wait=0) for _ in range(3)] == [True, True, False]

    assert admission.probe(picture(), other_account.pk).width == 40
    with pytest.raises(AppError) as caught:
        admission.probe(picture(), account.pk)
    assert (caught.value.code, caught.value.status) == ("BUSY", 503)

    lanes[0].leave(account.pk)
    assert admission.probe(picture(), account.pk).width == 40


def test_a_slow_file_goes_on_in_the_slow_lane(
    account: Account, picture: Make, lanes: tuple[Lane, Lane], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "QUICK_SECONDS", 0.0)
    data = picture("PNG", size=(3000, 2000))
    assert admission.probe(data, account.pk).width == 3000
    assert all(lane.enter(account.pk, wait=0) for lane in lanes for _ in range(2))


def test_a_slow_file_without_a_place_keeps_none(
    account: Account,
    other_account: Account,
    picture: Make,
    lanes: tuple[Lane, Lane],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "QUICK_SECONDS", 0.0)
    monkeypatch.setattr(admission, "MAX_WAIT_SECONDS", 20.0)
    quick, slow = lanes
    assert all(slow.enter(account.pk, wait=0) for _ in range(2))
    found = []
    waiting = threading.Thread(
        target=lambda: found.append(
            admission.probe(picture("PNG", size=(3000, 2000)), account.pk).width
        )
    )
    waiting.start()
    # It leaves the quick lane though it has nowhere to go on, so others pass it by.
    assert quick.enter(other_account.pk, wait=10)
    monkeypatch.setattr(admission, "QUICK_SECONDS", 10.0)
    assert admission.probe(picture(), other_account.pk).width == 40
    assert found == []
    slow.leave(account.pk)
    waiting.join(20)
    assert found == [3000]
