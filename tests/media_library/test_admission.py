"""Files that take long to open are refused in words, and keep nobody else waiting."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import Account
from config.errors import AppError
from media_library import admission
from media_library.admission import Lane
from media_library.models import Image
from processing.engine.files import isolated

Make = Callable[..., bytes]


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Lanes(NamedTuple):
    accounts: Lane
    quick: Lane
    slow: Lane


@pytest.fixture
def lanes(monkeypatch: pytest.MonkeyPatch) -> Lanes:
    made = Lanes(Lane(100, 2), Lane(3, 3), Lane(1, 1))
    for name, lane in made._asdict().items():
        monkeypatch.setattr(admission, f"_{name}", lane)
    monkeypatch.setattr(admission, "MAX_WAIT_SECONDS", 0.0)
    return made


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


def test_an_account_that_has_its_files_there_leaves_others_their_places(
    account: Account, other_account: Account, picture: Make, lanes: Lanes
) -> None:
    assert [lanes.accounts.enter(account.pk, wait=0) for _ in range(3)] == [True, True, False]
    assert all(lanes.quick.enter(account.pk, wait=0) for _ in range(2))

    assert admission.probe(picture(), other_account.pk).width == 40
    with pytest.raises(AppError) as caught:
        admission.probe(picture(), account.pk)
    assert (caught.value.code, caught.value.status) == ("BUSY", 503)
    assert caught.value.headers == {"Retry-After": "30"}

    lanes.accounts.leave(account.pk)
    assert admission.probe(picture(), account.pk).width == 40


def test_a_slow_file_goes_on_in_the_slow_lane(
    account: Account, picture: Make, lanes: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "QUICK_SECONDS", 0.0)
    data = picture("PNG", size=(3000, 2000))
    assert admission.probe(data, account.pk).width == 3000
    assert all(lane.enter(account.pk, wait=0) for lane in lanes)


def test_a_slow_file_without_a_place_keeps_none(
    account: Account,
    other_account: Account,
    picture: Make,
    lanes: Lanes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "QUICK_SECONDS", 0.0)
    monkeypatch.setattr(admission, "MAX_WAIT_SECONDS", 20.0)
    assert lanes.slow.enter(account.pk, wait=0)
    data, found = picture("PNG", size=(3000, 2000)), []
    waiting = threading.Thread(
        target=lambda: found.append(admission.probe(data, account.pk).width), daemon=True
    )
    waiting.start()
    # It leaves the quick lane though it has nowhere to go on, so others pass it by.
    wait_until(lambda: len(lanes.slow._waiting) == 1)
    assert [lanes.quick.enter(other_account.pk, wait=0) for _ in range(4)] == [True] * 3 + [False]
    lanes.quick.leave(other_account.pk)
    monkeypatch.setattr(admission, "QUICK_SECONDS", 10.0)
    assert admission.probe(picture(), other_account.pk).width == 40
    assert found == []
    lanes.slow.leave(account.pk)
    waiting.join(20)
    assert found == [3000]


def test_accounts_take_turns() -> None:
    lane, one, other = Lane(1, 1), uuid4(), uuid4()
    entered: list[UUID] = []

    def pass_through(who: UUID) -> None:
        assert lane.enter(who, wait=20)
        entered.append(who)
        lane.leave(who)

    assert lane.enter(one, wait=0)
    threads = []
    for number, who in enumerate([one, one, one, other], start=1):
        threads.append(threading.Thread(target=pass_through, args=(who,), daemon=True))
        threads[-1].start()
        wait_until(lambda number=number: len(lane._waiting) == number)  # type: ignore[misc]
    lane.leave(one)
    for thread in threads:
        thread.join(20)
    assert entered == [other, one, one, one]


@pytest.mark.parametrize("look", [admission.probe, admission.alpha_png])
def test_a_file_is_opened_again_where_the_sandbox_was_killed_meanwhile(
    look: Callable[[bytes, UUID], Any],
    account: Account,
    picture: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = look(picture(), account.pk)
    first = isolated._sandbox._process
    assert first is not None
    os.kill(first.pid, signal.SIGSTOP)  # so that it hasn't answered when it is killed
    begin = isolated._begin

    def begun(*order: Any) -> isolated.Opening:
        opening = begin(*order)
        first.kill()
        return opening

    monkeypatch.setattr(isolated, "_begin", begun)
    assert look(picture(), account.pk) == expected
    assert isolated._sandbox._process is not first
