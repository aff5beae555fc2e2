"""Static files as they were collected: compressed once and not for each who asks, and kept for good.

Before Django is asked: no session, no middleware. A file that was collected has its hash in its name,
so browsers may keep it for ever.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

Send = Callable[[Mapping[str, Any]], Awaitable[None]]

SUFFIX: Final = ".gz"
_HASHED = re.compile(r"\.[0-9a-f]{12}\.[^/]+$")
_FOR_EVER, _A_DAY = b"public, max-age=31536000, immutable", b"public, max-age=86400"
_TYPES: Final = {
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


async def serve(scope: Mapping[str, Any], send: Send, *, root: Path, prefix: str) -> None:
    """Answer a request for a file below ``prefix``."""
    if scope["method"] not in ("GET", "HEAD"):
        await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"")
        return
    path = _path_of(unquote(scope["path"].removeprefix(prefix)), root)
    if path is None:
        await _answer(send, 404, [(b"content-type", b"text/plain")], b"Not found.\n")
        return
    packed = path.with_name(path.name + SUFFIX)
    has_packed = packed.is_file()
    takes_packed = has_packed and _accepts_gzip(scope["headers"])
    body = await asyncio.to_thread((packed if takes_packed else path).read_bytes)
    headers = [
        (b"content-type", _type_of(path).encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", _FOR_EVER if _HASHED.search(path.name) else _A_DAY),
        (b"x-content-type-options", b"nosniff"),
    ]
    if has_packed:
        headers.append((b"vary", b"Accept-Encoding"))
    if takes_packed:
        headers.append((b"content-encoding", b"gzip"))
    await _answer(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


def _path_of(name: str, root: Path) -> Path | None:
    """Find the file; None for what is none, or stands elsewhere."""
    if "\0" in name or name.startswith("."):
        return None
    try:
        path = (root / name.lstrip("/")).resolve()
        return path if path.is_relative_to(root.resolve()) and path.is_file() else None
    except OSError:  # a name that is too long is none
        return None


def _accepts_gzip(headers: list[tuple[bytes, bytes]]) -> bool:
    accepted = b",".join(value for name, value in headers if name == b"accept-encoding")
    for part in accepted.lower().split(b","):
        coding, _, quality = part.strip().partition(b";")
        if coding.strip() in (b"gzip", b"*"):
            return quality.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False


def _type_of(path: Path) -> str:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    kind = kind or "application/octet-stream"
    is_text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
    return f"{kind}; charset=utf-8" if is_text else kind


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
