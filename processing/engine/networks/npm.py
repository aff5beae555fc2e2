"""Where the npm registry keeps a package's archive, and the hash it gives for it; npm isn't needed.

The registry is the one that npm would ask: `npm_config_registry` in the environment, else `registry` in
the user's .npmrc, else the public one; for a package of a scope, `@scope:registry` there comes first.
Credentials that stand there are not read: a registry that asks for them refuses.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

PUBLIC = "https://registry.npmjs.org/"
# What installers ask for: versions and archives, without the readme and history of each.
_BRIEF = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8"


class NoArchive(Exception):
    """The registry did not say where the archive is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A package's archive: its address, and the integrity that the registry vouches for ("" where it
    names none), as in Subresource Integrity (https://www.w3.org/TR/SRI/)."""

    url: str
    integrity: str

    def is_intact(self, path: Path) -> bool:
        """Whether the file has the SHA-512 of the integrity, where that names one."""
        hashes = [text for text in self.integrity.split() if text.startswith("sha512-")]
        if not hashes:
            return True  # the weights in it have a SHA-256 of their own
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha512").digest()
        return any(digest == _decoded(text) for text in hashes)


def find(package: str, version: str, client: httpx.Client) -> Archive:
    """Ask the registry for the archive of `package` in `version`. Raises NoArchive, httpx.HTTPError."""
    address = registry(package)
    response = client.get(address + quote(package, safe="@"), headers={"Accept": _BRIEF})
    if not response.is_success:
        raise NoArchive(f"{address} answered with status {response.status_code}")
    try:
        dist: dict[str, Any] = response.json()["versions"][version]["dist"]
        return Archive(url=str(dist["tarball"]), integrity=str(dist.get("integrity", "")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoArchive(f"{address} knows no archive of {package} {version}") from error


def registry(package: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return the address, with a slash at its end, of the registry that npm would ask for `package`."""
    # npm reads these names in any case, and takes an empty value for none.
    told = {name.lower(): value for name, value in environment.items() if value}
    users = told.get("npm_config_userconfig", f"{told.get('home', '')}/.npmrc")
    written = _npmrc(Path(users))
    scope = package.partition("/")[0] if package.startswith("@") else ""
    found = (
        written.get(f"{scope}:registry")
        or told.get("npm_config_registry")
        or written.get("registry")
        or PUBLIC
    )
    return found.rstrip("/") + "/"


def _npmrc(path: Path) -> dict[str, str]:
    """Read `name = value` lines; a file that isn't there or can't be read has none."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if not line.lstrip().startswith(("#", ";")))
    return {
        name.strip(): os.path.expandvars(value.strip().strip("'\"")) for name, _, value in pairs
    }


def _decoded(integrity: str) -> bytes:
    # Options may follow a question mark; none are defined.
    text = integrity.removeprefix("sha512-").partition("?")[0]
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
