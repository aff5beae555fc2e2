"""Calls as curl's command lines have them, in a file."""

from __future__ import annotations

import argparse
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote_plus

import httpx

from packshot.errors import PackshotError

# What says how curl shows an answer or goes on, and nothing of the call itself.
_FLAGS = (
    *(
        "-s",
        "--silent",
        "-S",
        "--show-error",
        "-f",
        "--fail",
        "--fail-with-body",
        "-v",
        "--verbose",
    ),
    *("-i", "--include", "-L", "--location", "--compressed", "-#", "--progress-bar", "-O"),
    *("-g", "--globoff", "--http1.1", "--http2"),
)
_VALUES = (
    "-o",
    "--output",
    "-w",
    "--write-out",
    "-m",
    "--max-time",
    "--connect-timeout",
    "--retry",
)


# What a shell leaves as it is, what it looks into, and a variable's name.
_QUOTED = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|\$(?:\{\w+\}|[A-Za-z_]\w*)""", re.DOTALL)
_VARIABLE = re.compile(r"\\.|\$(?:\{\w+\}|[A-Za-z_]\w*)", re.DOTALL)
_MARKED = re.compile("\0([^\0]+)\0")


class NoCalls(PackshotError):
    """A file holds no calls that can be sent."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: where it stands in its file, and what of it is sent."""

    line: int
    method: str
    url: str
    headers: httpx.Headers
    content: bytes | None = None
    form: tuple[tuple[str, Any], ...] = field(default=(), repr=False)

    def request(self, url: str, headers: httpx.Headers) -> httpx.Request:
        """Build the same call for another address and other headers."""
        if self.form:
            return httpx.Request(self.method, url, headers=headers, files=list(self.form))
        return httpx.Request(self.method, url, headers=headers, content=self.content)


def read(path: Path) -> list[Call]:
    """Read the calls of a file: curl's command lines, which may go on behind a backslash. `$NAME` is what the
    environment has by that name where a shell would put it, and files are looked for from the folder of the file on.

    Raises NoCalls.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise NoCalls(f"{path} is no text in UTF-8.") from error
    calls = []
    for number, line in _lines(text):
        try:
            calls.append(_Curl(number, path.parent).call(line))
        except (_Wrong, ValueError, OSError, httpx.InvalidURL) as error:
            raise NoCalls(f"{path}, line {number}: {error}") from error
    if not calls:
        raise NoCalls(f"{path} has no line that begins with curl.")
    return calls


class _Wrong(Exception):
    """What is wrong with a line."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _Wrong(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("urls", nargs="*")
    parser.add_argument("--url", action="append", dest="urls_too", default=[])
    parser.add_argument("-X", "--request")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("-F", "--form", action="append", default=[])
    parser.add_argument("--form-string", action="append", default=[])
    for name in ("--data-raw", "--data-binary", "--data-urlencode", "--json"):
        parser.add_argument(name, action="append", default=[])
    parser.add_argument("-d", "--data", "--data-ascii", action="append", default=[])
    parser.add_argument("-u", "--user")
    parser.add_argument("-G", "--get", action="store_true")
    parser.add_argument("-I", "--head", action="store_true")
    for name in _FLAGS:
        parser.add_argument(name, action="store_true", dest="shown")
    for name in _VALUES:
        parser.add_argument(name, dest="shown_by")
    return parser


class _Curl:
    """Reads one command line."""

    def __init__(self, line: int, folder: Path) -> None:
        self.line, self.folder = line, folder

    def call(self, words: Sequence[str]) -> Call:
        told = _parser().parse_args([_expanded(word) for word in words])
        urls = [*told.urls, *told.urls_too]
        if len(urls) != 1:
            raise _Wrong(f"there must be one address, not {len(urls)}")
        if told.json and (told.data or told.form):
            raise _Wrong("--json can't be used with --data or --form")
        headers = self._headers(told)
        content = self._content(told, headers)
        form = tuple([self._part(part) for part in told.form])
        form += tuple((name, (None, value)) for name, value in map(_pair, told.form_string))
        if form and content is not None:
            raise _Wrong("--form can't be used with --data")
        url = str(urls[0])
        if told.get and content is not None:
            url += ("&" if "?" in url else "?") + content.decode()
            content = None
            del headers["Content-Type"]
        has_body = content is not None or bool(form)
        method = told.request or ("HEAD" if told.head else "POST" if has_body else "GET")
        return Call(self.line, method, url, headers, content, form)

    def _headers(self, told: argparse.Namespace) -> httpx.Headers:
        headers = httpx.Headers()
        if told.json:
            headers["Content-Type"] = headers["Accept"] = "application/json"
        for line in told.header:
            name, colon, value = line.partition(":")
            if not colon or not name.strip():
                raise _Wrong("a header must be written as 'Name: value'")
            headers[name.strip()] = value.strip()
        if told.user:
            name, _, password = told.user.partition(":")
            own = httpx.BasicAuth(name, password)
            request = next(own.auth_flow(httpx.Request("GET", "http://localhost")))
            headers["Authorization"] = request.headers["Authorization"]
        return headers

    def _content(self, told: argparse.Namespace, headers: httpx.Headers) -> bytes | None:
        if told.json:
            return b"".join(self._data(part) for part in told.json)
        parts = [self._data(part).replace(b"\r", b"").replace(b"\n", b"") for part in told.data]
        parts += [part.encode() for part in told.data_raw]
        parts += [self._data(part) for part in told.data_binary]
        for part in told.data_urlencode:
            name, equals, value = part.partition("=")
            quoted = f"{name}={quote_plus(value)}" if equals else quote_plus(name)
            parts.append(quoted.removeprefix("=").encode())
        if not parts:
            return None
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        return b"&".join(parts)

    def _data(self, part: str) -> bytes:
        return (self.folder / part[1:]).read_bytes() if part.startswith("@") else part.encode()

    def _part(self, part: str) -> tuple[str, Any]:
        name, value = _pair(part)
        if value[:1] not in ("@", "<"):
            return name, (None, value)
        written, *options = value[1:].split(";")
        more = dict(_pair(option.strip()) for option in options)
        path = self.folder / written
        data = path.read_bytes()
        if value.startswith("<"):
            return name, (None, data)
        filename = more.get("filename", path.name)
        return name, (filename, data, more["type"]) if "type" in more else (filename, data)


def _marked(command: str) -> str:
    """A command with its variables marked, so that their values are words as a shell has them, quotes and all."""

    def mark(found: re.Match[str]) -> str:
        text = found[0]
        if text.startswith('"'):
            return _VARIABLE.sub(mark, text)
        return f"\0{text.strip('${}')}\0" if text.startswith("$") else text

    return _QUOTED.sub(mark, command)


def _expanded(word: str) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in os.environ:
            raise _Wrong(f"${found[1]} is not set")
        return os.environ[found[1]]

    return _MARKED.sub(value, word)


def _pair(part: str) -> tuple[str, str]:
    name, equals, value = part.partition("=")
    if not equals:
        raise _Wrong("a field must be written as name=value")
    return name, value


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The words behind `curl` of each command, and where it begins."""
    begun, command = 0, ""
    lines = [*text.splitlines(), ""]
    for number, line in enumerate(lines, 1):
        begun = begun if command else number
        if line.rstrip().endswith("\\"):
            command += line.rstrip()[:-1] + " "
            continue
        command += line
        try:
            words = shlex.split(_marked(command), comments=True)
        except ValueError:  # a quoted part goes on in the next line
            if number == len(lines):
                raise NoCalls(f"Line {begun}: a quotation isn't closed.") from None
            command += "\n"
            continue
        if words[:1] == ["curl"]:
            yield begun, words[1:]
        command = ""
