"""Files are opened in a process that has a budget, and that ends without harm to any other."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from processing.engine.errors import (
    BrokenImage,
    OutOfMemory,
    TooCostly,
    TooManyPixels,
    UnsupportedFormat,
)
from processing.engine.files import decode, isolated
from processing.engine.files.decode import Probe
from processing.engine.files.formats import jpeg
from processing.engine.files.isolated import Budget
from tests.processing.engine.pictures import MP50, picture, saved

BUDGET = Budget(seconds=20.0, megabytes=1_000, max_pixels=MP50)


def opened(data: bytes, budget: Budget = BUDGET) -> Probe:
    with isolated.begin(data, budget) as one:
        return one.probe()


@pytest.fixture(scope="module")
def large() -> bytes:
    """A harmless picture that takes a tenth of a second to decode."""
    return saved(Image.new("RGB", (5000, 3000), "teal"), "PNG", compress_level=1)


def sandbox_pid() -> int:
    assert isolated._sandbox._process is not None
    return isolated._sandbox._process.pid


def forks() -> list[str]:
    pid = sandbox_pid()
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF"])
def test_it_says_what_the_decoder_says(name: str) -> None:
    data = saved(picture(), name)
    assert opened(data) == decode.verify(data, max_pixels=MP50)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"no picture", UnsupportedFormat),
        (saved(picture(size=(300, 300)), "PNG")[:-400], BrokenImage),
        (saved(Image.new("1", (8000, 7000)), "PNG"), TooManyPixels),
    ],
    ids=["text", "truncated", "large"],
)
def test_refusals_are_the_decoders_own(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error) as isolated_error:
        opened(data)
    with pytest.raises(error) as direct:
        decode.verify(data, max_pixels=MP50)
    assert str(isolated_error.value) == str(direct.value)


def test_a_file_over_its_time_is_ended_and_the_next_is_opened(large: bytes) -> None:
    with pytest.raises(TooCostly) as caught:
        opened(large, replace(BUDGET, seconds=0.01))
    assert str(caught.value) == (
        "Opening the file takes more than 0.01 seconds of computing. "
        "Save it again as an ordinary JPEG or PNG."
    )
    assert opened(large).width == 5000


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="Linux alone limits memory")
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"])
def test_a_file_over_its_memory_is_refused_for_that(name: str) -> None:
    options = {"progressive": True} if name == "JPEG" else {}
    data = saved(Image.new("RGB", (2000, 1500)), name, **options)
    with pytest.raises(OutOfMemory):
        opened(data, replace(BUDGET, megabytes=3))
    assert opened(data).width == 2000


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's list of processes")
def test_leaving_ends_what_is_not_finished(large: bytes) -> None:
    with isolated.begin(large, BUDGET) as one:
        assert not one.ended_within(0.0)
    deadline = time.monotonic() + 5
    while forks() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert forks() == []


def test_a_sandbox_that_is_gone_is_started_again() -> None:
    data = saved(picture(), "JPEG")
    opened(data)
    before = sandbox_pid()
    os.kill(before, signal.SIGKILL)
    assert isolated._sandbox._process is not None
    isolated._sandbox._process.wait(timeout=5)
    assert opened(data).width == 48
    assert sandbox_pid() != before


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's processes")
def test_it_holds_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    isolated._sandbox.stop()
    opened(saved(picture(), "JPEG"))
    assert b"do not tell" not in Path(f"/proc/{sandbox_pid()}/environ").read_bytes()


@pytest.fixture
def few_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg, "MAX_SCANS", 5)


@pytest.mark.usefixtures("few_scans")
@pytest.mark.parametrize("read", [decode.probe, decode.verify, decode.decode])
def test_a_jpeg_in_many_passes_is_refused_by_its_markers(read: object) -> None:
    assert callable(read)
    with pytest.raises(TooCostly) as caught:
        read(saved(picture(), "JPEG", progressive=True), max_pixels=MP50)
    assert str(caught.value) == (
        "The JPEG file is stored in more than 5 passes, which takes too long to open. "
        "Save it again as an ordinary JPEG."
    )


def test_fewer_passes_are_too_many_for_a_large_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(picture(), "JPEG", progressive=True)
    monkeypatch.setattr(jpeg, "MAX_SCANNED_PIXELS", 48 * 32 * 10)
    assert jpeg.MAX_SCANS > 10
    assert decode.verify(data, max_pixels=MP50).width == 48
    monkeypatch.setattr(jpeg, "MAX_SCANNED_PIXELS", 48 * 32 * 10 - 1)
    with pytest.raises(TooCostly, match="stored in 10 passes"):
        decode.verify(data, max_pixels=MP50)


@pytest.mark.usefixtures("few_scans")
def test_what_follows_a_jpeg_counts_for_nothing() -> None:
    film = b"\x00\x00\x00\x18ftypmp42" + b"\xff\xda\x00\x02" * 200
    data = saved(picture(), "JPEG") + film
    assert opened(data) == decode.verify(data, max_pixels=MP50)


def test_an_ordinary_progressive_jpeg_has_ten_passes() -> None:
    data = saved(picture(), "JPEG", progressive=True)
    assert jpeg.markers(data).scans == 10
    assert opened(data).width == 48
