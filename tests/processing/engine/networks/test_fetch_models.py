"""The command around `weights.fetch`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from processing.engine.errors import WeightsUnavailable
from processing.engine.networks import weights
from processing.engine.networks.runtimes import choice, converting, records


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    calls: list[tuple[str, Path]] = []
    monkeypatch.setattr(weights, "fetch", lambda name, folder, **_: calls.append((name, folder)))
    return calls


def test_the_default_set(settings: Any, tmp_path: Path, fetched: list[tuple[str, Path]]) -> None:
    settings.MODELS_DIR = tmp_path
    call_command("fetch_models")
    names = ["u2netp", "realesr-animevideov3-x4", "centerface"]
    assert fetched == [(name, tmp_path) for name in names]


def test_names_and_folder(tmp_path: Path, fetched: list[tuple[str, Path]]) -> None:
    call_command("fetch_models", "fast", "high", models_dir=tmp_path)
    assert fetched == [("fast", tmp_path), ("high", tmp_path)]


@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize(
    ("names", "wish", "default", "prepared"),
    [
        # A site must not open later for a network that it can do without.
        ([], "auto", "auto", ["u2netp"]),
        ([], "auto", "high", ["u2netp", "isnet-general-use"]),
        (["high"], "auto", "auto", ["isnet-general-use"]),
        (["high", "upscale"], "mnn", "auto", ["isnet-general-use"]),
        (["high"], "onnxruntime", "auto", []),
    ],
)
def test_what_cuts_out_is_made_ready_for_mnn(
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    names: list[str],
    wish: str,
    default: str,
    prepared: list[str],
) -> None:
    for entry in weights.catalogue():
        (tmp_path / entry.file).touch()
    settings.NETWORK_RUNTIME, settings.DEFAULT_MODEL, settings.MODEL_THREADS = wish, default, 3
    calls: list[tuple[str, Path, int]] = []
    monkeypatch.setattr(
        converting,
        "prepare",
        lambda entry, folder, *, threads, report: calls.append((entry.name, folder, threads)),
    )
    call_command("fetch_models", *names, models_dir=tmp_path)
    assert calls == [(name, tmp_path, 3) for name in prepared]


@pytest.mark.usefixtures("fetched")
def test_what_is_not_there_is_not_converted(tmp_path: Path) -> None:
    out = StringIO()
    call_command("fetch_models", models_dir=tmp_path, stdout=out)
    assert (out.getvalue(), list(tmp_path.iterdir())) == ("", [])


def test_a_failure_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise WeightsUnavailable("place the file by hand")

    monkeypatch.setattr(weights, "fetch", fail)
    with pytest.raises(CommandError, match="place the file by hand"):
        call_command("fetch_models", "high")


def test_only_what_cuts_out_is_indispensable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fetch(name: str, *_: object, **__: object) -> None:
        if name == missing:
            raise WeightsUnavailable("place the file by hand")

    monkeypatch.setattr(weights, "fetch", fetch)
    missing, told = "realesr-animevideov3-x4", StringIO()
    call_command("fetch_models", models_dir=tmp_path, stderr=told)
    assert told.getvalue().strip() == f"Continuing without {missing}. place the file by hand"
    missing = "u2netp"
    with pytest.raises(CommandError, match="place the file by hand"):
        call_command("fetch_models", models_dir=tmp_path)


def test_the_list(tmp_path: Path, fetched: list[tuple[str, Path]]) -> None:
    out = StringIO()
    call_command("fetch_models", list=True, models_dir=tmp_path, stdout=out)
    assert "u2netp, fast: 4.6 MB, Apache-2.0, not installed" in out.getvalue()
    assert fetched == []


def test_the_list_says_what_runs_a_network_and_why(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for entry in weights.catalogue():
        (tmp_path / entry.file).touch()
    out = StringIO()

    def listed() -> list[str]:
        out.seek(0)
        out.truncate()
        call_command("fetch_models", list=True, models_dir=tmp_path, stdout=out)
        return [line.partition("Apache-2.0, ")[2] for line in out.getvalue().splitlines()][::2]

    monkeypatch.setattr(records, "mnn_version", lambda: "3.6.1")
    [fast, *_] = listed()
    assert fast == (
        "installed, run by ONNX Runtime, as it is not converted for MNN yet; run "
        "`make models NAMES=u2netp`"
    )
    settings.NETWORK_RUNTIME = "mnn"
    assert listed()[0].startswith(
        "installed, and refused: NETWORK_RUNTIME is mnn, but u2netp can't"
    )
    monkeypatch.setattr(choice, "of", lambda *_, **__: choice.Choice("mnn", "3.6.1"))
    assert listed()[:2] == ["installed, run by MNN"] * 2
