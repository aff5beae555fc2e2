"""Talking to a picture server that the site's owner has named.

Its address is a setting, so private networks are fine. Its answers are not trusted all the same:
they are capped, redirects are not followed, and pictures are fetched from the server itself only.
Whatever goes wrong is a ProviderFailed whose sentence holds no key.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from processing.engine.arrays import U8, shrink
from processing.engine.canvas import compose
from processing.engine.errors import EngineError, ProviderFailed
from processing.engine.files import decode
from processing.engine.poses import View
from processing.providers.seen import IN_WORDS, PLACES

MAX_BYTES = 40 * 1024 * 1024
MAX_PIXELS = 4096 * 4096
_MAX_CLIPPED = 300
_WHITE = (255, 255, 255)


class PictureServer:
    """One server: where it is, how to sign in, how long to wait.

    `name` is what messages call it; `timeout` seconds hold for connecting, for each wait for bytes,
    and for the answer's body altogether. `key` goes as a bearer token, `login` as basic auth.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        timeout: float,
        key: str = "",
        login: tuple[str, str] | None = None,
    ) -> None:
        self.name = name
        self.timeout = timeout
        self._base = base_url.rstrip("/")
        self._key = key
        self._login = login
        self._secrets = [key]
        if login:
            token = base64.b64encode(":".join(login).encode()).decode("ascii")
            self._secrets += [login[1], token]

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """POST httpx's `json`, or `data` and `files`; the JSON object that is answered."""
        raw = self._ask("POST", self._url(path), **body)
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise self.failed("returned something that is not JSON") from error
        if not isinstance(answer, dict):
            raise self.failed("returned JSON that is not an object")
        return answer

    def picture_at(self, address: str) -> bytes:
        """The bytes at an address on this same server; any other is refused."""
        base = self._url("/")
        try:
            url = base.join(address)
        except httpx.InvalidURL as error:
            raise self.failed("returned an invalid image URL") from error
        if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
            raise self.failed(f"returned an image URL on another host ({self._clipped(url.host)})")
        return self._ask("GET", url)

    def failed(self, what: str) -> ProviderFailed:
        """`what` went wrong, as an error."""
        return ProviderFailed(f"{self.name} {what}.")

    def _url(self, path: str) -> httpx.URL:
        base = self._base
        if base.endswith("/v1") and path.startswith("/v1/"):
            base = base.removesuffix("/v1")
        try:
            url = httpx.URL(base + path)
        except httpx.InvalidURL as error:
            raise self.failed("has an invalid base URL in the settings") from error
        if url.scheme not in ("http", "https") or not url.host:
            raise self.failed("needs a base URL like http://host:port in the settings")
        return url

    def _ask(self, method: str, url: httpx.URL, **body: Any) -> bytes:
        try:
            with (
                httpx.Client(
                    timeout=self.timeout, trust_env=False, auth=self._login, verify=_issuers()
                ) as client,
                client.stream(method, url, headers=self._headers(), **body) as answer,
            ):
                return self._read(answer)
        except httpx.TimeoutException as error:
            raise self._too_slow() from error
        except httpx.ConnectError as error:
            where = f"{url.host}:{url.port}" if url.port else url.host
            raise self.failed(f"could not be reached at {where}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self.failed("closed the connection early") from error

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": "Packshot/1", "Accept-Encoding": "identity"}
        if self._key:
            # Checked here: the client's own error would quote the key.
            if not (self._key.isascii() and self._key.isprintable()):
                raise self.failed("has a key in the settings that can't be sent in a header")
            headers["Authorization"] = f"Bearer {self._key}"
        return headers

    def _read(self, answer: httpx.Response) -> bytes:
        if answer.is_redirect:
            raise self.failed("redirects; set the address it redirects to in the settings")
        data = self._body(answer)
        if not answer.is_success:
            said = self._clipped(_message(data))
            told = f": {said}" if said else ""
            raise self.failed(f"answered with status {answer.status_code}{told}")
        return data

    def _clipped(self, text: str) -> str:
        """Somebody else's words on one line, short, with our secrets blotted out."""
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        for secret in filter(None, self._secrets):
            line = line.replace(secret, "***")
        return line[:_MAX_CLIPPED].rstrip(".")

    def _body(self, answer: httpx.Response) -> bytes:
        deadline = time.monotonic() + self.timeout
        data = bytearray()
        for chunk in answer.iter_bytes():
            data += chunk
            if len(data) > MAX_BYTES:
                raise self.failed(f"returned more than {MAX_BYTES // 2**20} MB")
            if time.monotonic() > deadline:
                raise self._too_slow()
        return bytes(data)

    def _too_slow(self) -> ProviderFailed:
        return self.failed(f"did not answer within {self.timeout:g} seconds")

    def picture(self, data: bytes, size: tuple[int, int]) -> U8:
        """The picture in an answer as RGB of exactly `size`, transparent parts on white."""
        try:
            decoded = decode.decode(data, max_pixels=MAX_PIXELS)
        except EngineError as error:
            raise self.failed(f"returned an image that can't be read ({error.message})") from error
        rgb = decoded.rgb
        if decoded.alpha is not None:
            rgb = compose.flatten(rgb, decoded.alpha, _WHITE)
        return cover(rgb, size)

    def from_base64(self, text: Any) -> bytes:
        """The bytes of a base64 text, with or without a data URI's head."""
        if not isinstance(text, str):
            raise self.failed("returned no image")
        head, comma, rest = text.partition(",")
        plain = rest if comma and head.startswith("data:") else text
        try:
            return base64.b64decode("".join(plain.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise self.failed("returned an image that is not valid base64") from error


@functools.cache
def _issuers() -> ssl.SSLContext:
    """The trusted certificate authorities, read once: that takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


def cover(rgb: U8, size: tuple[int, int]) -> U8:
    """Resized to (width, height), keeping proportions; what stands over is cut off evenly."""
    height, width = rgb.shape[:2]
    share = min(width / size[0], height / size[1])
    kept = max(1, round(size[0] * share)), max(1, round(size[1] * share))
    left, top = (width - kept[0]) // 2, (height - kept[1]) // 2
    return shrink(rgb[top : top + kept[1], left : left + kept[0]], size)


def stepped(size: tuple[int, int], *, step: int, least: int, most: int) -> tuple[int, int]:
    """A size of about the same proportions whose sides are multiples of `step` in these bounds."""
    scale = min(1.0, most / max(size))
    width, height = (min(most, max(least, round(x * scale / step) * step)) for x in size)
    return width, height


def scene_prompt(parts: Iterable[str | None], view: View | None) -> str:
    """What to ask for in prose: the caller's words, how the scene is seen, and that the product's place stays
    free."""
    seen = None if view is None else IN_WORDS[view]
    wanted = [part.strip().rstrip(".") for part in (*parts, seen) if part and part.strip()]
    wanted.append(
        "An empty background scene for a product photo, with free space for a product in the "
        f"{PLACES[view]}, no product, no people, no text"
    )
    return ". ".join(wanted) + "."


def _message(data: bytes) -> str:
    """What an error's body says, in the shapes that such servers use; nothing for a page."""
    text = data[: 64 * 1024].decode("utf-8", errors="replace").strip()
    try:
        return _said(json.loads(text))
    except (ValueError, RecursionError):
        return "" if text.startswith("<") else text


def _said(answer: Any) -> str:
    if isinstance(answer, str):
        return answer
    if isinstance(answer, Mapping):
        # "error" may be no more than the kind, and the sentence stand beside it: stable-diffusion.cpp has it in
        # "message", AUTOMATIC1111 in "errors".
        parts = (_said(answer.get(name)) for name in ("error", "message", "detail", "errors"))
        return ": ".join(dict.fromkeys(filter(None, parts)))
    return ""
