"""`packshot compare`: whether a site answers a program's calls as the service did that it called before."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click
import httpx

from packshot.cli import common
from packshot.compare import curl
from packshot.compare.answers import MOST_BYTES, Answer, answer_of
from packshot.compare.curl import Call
from packshot.compare.differences import differences
from packshot.runs.exits import Exit

_SECONDS = 120.0


def _base(context: click.Context, option: click.Parameter, value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise click.BadParameter("write the address with http:// or https://.")
    return value.rstrip("/")


def _headers(
    context: click.Context, option: click.Parameter, value: tuple[str, ...]
) -> httpx.Headers:
    found = httpx.Headers()
    for line in value:
        name, colon, told = line.partition(":")
        if not colon or not name.strip():
            raise click.BadParameter("write it as 'Name: value'.")
        found[name.strip()] = told.strip()
    return found


@click.command()
@click.argument("calls", type=common.FILE)
@click.option(
    "--from", "old", required=True, callback=_base, help="The base of the calls' addresses."
)
@click.option("--to", "new", required=True, callback=_base, help="What takes its place.")
@click.option(
    "--header",
    "-H",
    "headers",
    multiple=True,
    callback=_headers,
    help="Sent to the new address instead of the call's own by that name, such as a key.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 100),
    default=2.0,
    show_default=True,
    help="How far boxes may be off, in percent of the picture's longer side.",
)
@click.option("--json", "as_json", is_flag=True, help="Write a line of JSON for each call.")
def compare(
    calls: Path, old: str, new: str, headers: httpx.Headers, tolerance: float, as_json: bool
) -> int:
    """Send sample CALLS to two addresses, and tell what differs.

    CALLS is a file of curl's command lines. Each is sent as it is, and to the new address: statuses, content
    types, sizes of pictures, boxes of what was cut out, members of JSON and headers are compared. Each call costs
    what it costs at either. Ends with 1 where anything differs.
    """
    sent = curl.read(calls)
    addresses = [_moved(call, old, new) for call in sent]
    different = 0
    with _client() as client:
        for call, address in zip(sent, addresses, strict=True):
            theirs, ours = httpx.Headers(call.headers), httpx.Headers(call.headers)
            ours.update(headers)
            before = _sent(client, call.request(call.url, theirs))
            now = _sent(client, call.request(address, ours))
            found = _told(before, now, tolerance / 100)
            different += bool(found)
            _show(call, found, (before, now), as_json=as_json)
    if not as_json:
        click.echo(f"{len(sent) - different} of {len(sent)} calls are answered alike.", err=True)
    return Exit.SOME_FAILED if different else Exit.DONE


def _client() -> httpx.Client:
    return httpx.Client(timeout=_SECONDS)


def _moved(call: Call, old: str, new: str) -> str:
    """Return a call's address at the new base."""
    rest = call.url.removeprefix(old)
    if rest == call.url or rest[:1] not in ("", "/", "?"):
        raise click.UsageError(f"The address in line {call.line} doesn't begin with {old}.")
    return new + rest


def _sent(client: httpx.Client, request: httpx.Request) -> Answer | str:
    """The answer to a request, or why there is none."""
    began = time.monotonic()
    try:
        response = client.send(request, stream=True)
        try:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    return f"more than {MOST_BYTES // 1_000_000} MB"
        finally:
            response.close()
    except httpx.HTTPError as error:
        return str(error) or type(error).__name__
    return answer_of(response, bytes(body), time.monotonic() - began)


def _told(before: Answer | str, now: Answer | str, tolerance: float) -> list[str]:
    if isinstance(before, Answer) and isinstance(now, Answer):
        return differences(before, now, tolerance=tolerance)
    sides = (("before", before), ("now", now))
    return [f"no answer {side}: {why}" for side, why in sides if isinstance(why, str)]


def _show(
    call: Call, found: list[str], answers: tuple[Answer | str, Answer | str], *, as_json: bool
) -> None:
    seconds = [
        round(answer.seconds, 3) if isinstance(answer, Answer) else None for answer in answers
    ]
    if as_json:
        row = {"line": call.line, "method": call.method, "path": httpx.URL(call.url).path}
        click.echo(json.dumps({**row, "differences": found, "seconds": seconds}))
        return
    took = ", ".join("none" if one is None else f"{one:.2f} s" for one in seconds)
    said = "differs" if found else _alike(answers[0])
    click.echo(f"line {call.line}: {call.method} {httpx.URL(call.url).path}: {said} ({took})")
    for line in found:
        click.echo(f"    {line}")


def _alike(answer: Answer | str) -> str:
    if isinstance(answer, Answer) and answer.status >= 400:
        return f"same, refused with {answer.status}"
    return "same"
