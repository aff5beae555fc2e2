"""Which site, and by which key: from the environment, or as `packshot login` keeps it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from packshot.client import Client, address
from packshot.runs.exits import NoSignIn


@dataclass(frozen=True)
class SignIn:
    """A site and a key for it. The key isn't shown where this is printed."""

    url: str
    key: str = field(repr=False)


def file() -> Path:
    """Return where the sign-in is kept: PACKSHOT_CONFIG, or the system's folder for settings."""
    named = os.environ.get("PACKSHOT_CONFIG")
    return Path(named) if named else platformdirs.user_config_path("packshot") / "sign-in.json"


def keep(sign_in: SignIn) -> None:
    """Write the sign-in, for this user's eyes only from its first byte on."""
    path = file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as opened:
            json.dump({"url": sign_in.url, "key": sign_in.key}, opened)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def forget() -> bool:
    """Remove the sign-in; whether there was one."""
    try:
        file().unlink()
    except FileNotFoundError:
        return False
    return True


def known() -> SignIn:
    """Find site and key. Raises NoSignIn where one is missing.

    A key goes to the site alone that it was kept for: PACKSHOT_URL with another site needs its own.
    """
    kept = _kept()
    key = os.environ.get("PACKSHOT_API_KEY", "")
    named = os.environ.get("PACKSHOT_URL", "")
    url = address(named) if named else (kept.url if kept else "")
    if not url:
        raise NoSignIn(
            "Not signed in: run `packshot login`, or set PACKSHOT_URL and PACKSHOT_API_KEY."
        )
    if not key and kept is not None and kept.url == url:
        key = kept.key
    if not key:
        raise NoSignIn(f"There is no key for {url}: run `packshot login`, or set PACKSHOT_API_KEY.")
    return SignIn(url, key)


def client() -> Client:
    """Make a client for the site that is signed in to."""
    sign_in = known()
    return Client(sign_in.url, sign_in.key)


def _kept() -> SignIn | None:
    path = file()
    try:
        content = json.loads(path.read_text())
        return SignIn(str(content["url"]), str(content["key"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise NoSignIn(f"{path} is damaged: run `packshot login` again.") from error
