"""`packshot compare`: calls as curl has them, sent to two addresses, and what differs in the answers."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from packshot import cli
from packshot.cli import compare
from packshot.compare import curl
from packshot.compare.curl import Call, NoCalls

OLD, NEW = "https://api.remove.bg", "https://packshot.example/compat/removebg"
ADDRESSES = ["--from", OLD, "--to", NEW + "/"]
UPLOAD = f"""# Cuts one photo out.
curl -sS -H "X-Api-Key: $SAMPLE_KEY" -F image_file=@shoe.jpg -F size=auto \\
    -f {OLD}/v1.0/removebg -o out.png
"""

Answers = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAMPLE_KEY", "old-key")
    (tmp_path / "shoe.jpg").write_bytes(b"a photo")
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, list[str]]]:
    """Compare by calls in a file, where the old service and the new one answer by two functions."""
    asked: list[str] = []

    def compared(text: str, old: Answers, new: Answers, *more: str) -> tuple[int, list[str]]:
        def answer(request: httpx.Request) -> httpx.Response:
            request.read()
            asked.append(str(request.url))
            return (new if str(request.url).startswith(NEW) else old)(request)

        monkeypatch.setattr(
            compare, "_client", lambda: httpx.Client(transport=httpx.MockTransport(answer))
        )
        asked.clear()
        Path("calls.sh").write_text(text)
        return cli.run(["compare", "calls.sh", *ADDRESSES, *more]), asked

    return compared


def png(size: tuple[int, int], box: tuple[int, int, int, int] | None) -> bytes:
    """A red box on nothing; without one, red all over."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0) if box else (255, 0, 0, 255))
    if box:
        picture.paste((255, 0, 0, 255), box)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def answers(content: bytes, status: int = 200, **headers: str) -> Answers:
    told = {
        "content-type": "image/png",
        **{name.replace("_", "-").lower(): value for name, value in headers.items()},
    }
    return lambda request: httpx.Response(status, content=content, headers=told)


def call(line: str) -> Call:
    Path("one.sh").write_text(line)
    [found] = curl.read(Path("one.sh"))
    return found


def sent(line: str) -> httpx.Request:
    found = call(line)
    request = found.request(found.url, found.headers)
    request.read()
    return request


def differing(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [one.strip() for one in capsys.readouterr().out.splitlines() if one.startswith("    ")]


class TestCurl:
    def test_a_form_with_a_file(self, folder: Path) -> None:
        request = sent(UPLOAD)
        assert (request.method, str(request.url)) == ("POST", f"{OLD}/v1.0/removebg")
        assert request.headers["x-api-key"] == "old-key"
        assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
        assert b'name="image_file"; filename="shoe.jpg"' in request.content
        assert b"a photo" in request.content
        assert b'name="size"\r\n\r\nauto' in request.content

    @pytest.mark.parametrize(
        ("told", "body", "media_type"),
        [
            ("-d a=1 -d b=2", b"a=1&b=2", "application/x-www-form-urlencoded"),
            ("--data-urlencode 'url=a b&c'", b"url=a+b%26c", "application/x-www-form-urlencoded"),
            ("-d @body.txt", b"one two", "application/x-www-form-urlencoded"),
            ("--data-binary @body.txt", b"one\n two", "application/x-www-form-urlencoded"),
            ("--data-raw @body.txt", b"@body.txt", "application/x-www-form-urlencoded"),
            ("--json '{\"a\": 1}'", b'{"a": 1}', "application/json"),
            ("-d '{}' -H 'content-type: application/json'", b"{}", "application/json"),
        ],
    )
    def test_bodies(self, folder: Path, told: str, body: bytes, media_type: str) -> None:
        Path("body.txt").write_text("one\n two")
        request = sent(f"curl {told} {OLD}/x")
        assert (request.method, request.content) == ("POST", body)
        assert request.headers["content-type"] == media_type

    def test_a_query_and_a_password(self, folder: Path) -> None:
        request = sent(f"curl -G -d size=4k -u ada:secret '{OLD}/x?a=1'")
        assert (request.method, str(request.url)) == ("GET", f"{OLD}/x?a=1&size=4k")
        assert request.headers["authorization"] == "Basic YWRhOnNlY3JldA=="
        assert "content-type" not in request.headers

    def test_variables_as_a_shell_puts_them(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NAME", 'a "b" \'c')
        monkeypatch.setenv("BASE", OLD)
        request = sent("curl -d \"n=${NAME}\" -d '$ref' -d \\$x $BASE/x")
        assert str(request.url) == f"{OLD}/x"
        assert request.content == b'n=a "b" \'c&$ref&$x'

    def test_lines_and_quotations_that_go_on(self, folder: Path) -> None:
        Path("two.sh").write_text(f"set -e\ncurl {OLD}/a\n\ncurl --json '{{\n}}' {OLD}/b\n")
        assert [(one.line, one.url) for one in curl.read(Path("two.sh"))] == [
            (2, f"{OLD}/a"),
            (4, f"{OLD}/b"),
        ]

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            (f"curl --insecure {OLD}/a", "line 1: unrecognized arguments: --insecure"),
            ("curl -s", "line 1: there must be one address, not 0"),
            (f"curl {OLD}/a {OLD}/b", "line 1: there must be one address, not 2"),
            (f"curl -F image_file {OLD}/a", "line 1: a field must be written as name=value"),
            (f"curl -F a=@none.jpg {OLD}/a", "line 1: [Errno 2] No such file or directory"),
            (f"curl -F a=1 -d b=2 {OLD}/a", "line 1: --form can't be used with --data"),
            (f'curl -H "X-Api-Key: $NO_KEY" {OLD}/a', "line 1: $NO_KEY is not set"),
            (f"curl -H key {OLD}/a", "line 1: a header must be written as 'Name: value'"),
            ("wget /a", "has no line that begins with curl"),
            ("curl 'x", "a quotation isn't closed"),
        ],
    )
    def test_what_cant_be_sent(self, folder: Path, line: str, why: str) -> None:
        Path("one.sh").write_text(line)
        with pytest.raises(NoCalls) as raised:
            curl.read(Path("one.sh"))
        assert why in str(raised.value)


class TestAnswers:
    def test_alike(self, run: Any, capsys: pytest.CaptureFixture[str]) -> None:
        old = answers(png((200, 100), (10, 10, 90, 90)), X_Width="200", Server="theirs", CF_Ray="1")
        new = answers(png((200, 100), (12, 9, 94, 90)), X_Width="200")
        assert run(UPLOAD, old, new) == (0, [f"{OLD}/v1.0/removebg", f"{NEW}/v1.0/removebg"])
        told = capsys.readouterr()
        assert told.out.startswith("line 2: POST /v1.0/removebg: same (")
        assert told.err == "1 of 1 calls are answered alike.\n"

    @pytest.mark.parametrize(
        ("new", "told"),
        [
            (answers(png((200, 80), (10, 10, 90, 70))), "size: 200x100, now 200x80"),
            (
                answers(png((200, 100), (15, 10, 90, 90))),
                "box: 80x80 at 10,10, now 75x80 at 15,10",
            ),
            (answers(png((200, 100), None)), "box: 80x80 at 10,10, now all of it"),
            (answers(b"no picture"), "picture: one, now none"),
        ],
    )
    def test_other_pictures(
        self, run: Any, capsys: pytest.CaptureFixture[str], new: Answers, told: str
    ) -> None:
        assert run(UPLOAD, answers(png((200, 100), (10, 10, 90, 90))), new)[0] == 1
        assert differing(capsys) == [told]

    def test_the_tolerance_is_a_choice(self, run: Any) -> None:
        old, new = (answers(png((200, 100), (left, 10, 90, 90))) for left in (10, 15))
        assert [run(UPLOAD, old, new, "--tolerance", one)[0] for one in ("2.4", "2.5")] == [1, 0]

    def test_other_headers(self, run: Any, capsys: pytest.CaptureFixture[str]) -> None:
        told = {"X_Type": "product", "X_Foreground_Top": "10", "X_Credits_Charged": "1"}
        new = {"X_Foreground_Top": "15", "X_Credits_Charged": "0", "X_More": "1"}
        picture = png((200, 100), (10, 10, 90, 90))
        assert run(UPLOAD, answers(picture, **told), answers(picture, **new))[0] == 1
        assert differing(capsys) == ["headers missing: x-type", "x-foreground-top: 10, now 15"]

    def test_json_with_a_picture_and_a_zip(
        self, run: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def json_of(size: tuple[int, int], **more: Any) -> Answers:
            noise = Image.effect_noise(size, 90).convert("RGB")
            out = BytesIO()
            noise.save(out, "PNG")
            text = base64.b64encode(out.getvalue()).decode()
            return lambda request: httpx.Response(200, json={"data": {"b64": text, **more}})

        assert run(UPLOAD, json_of((60, 40), top=1), json_of((60, 30), left="1"))[0] == 1
        assert differing(capsys) == [
            "size (data.b64): 60x40, now 60x30",
            "JSON without: data.top: number",
            "JSON with: data.left: text",
        ]

        def zip_of(*names: str) -> Answers:
            out = BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                for name in names:
                    archive.writestr(name, png((20, 10), None))
            return answers(out.getvalue(), Content_Type="application/zip")

        assert run(UPLOAD, zip_of("color.png", "alpha.png"), zip_of("color.png"))[0] == 1
        assert differing(capsys) == ["picture (alpha.png): one, now none"]

    def test_refusals_are_compared_too(self, run: Any, capsys: pytest.CaptureFixture[str]) -> None:
        old = answers(b"{}", 402, Content_Type="application/json")
        assert run(UPLOAD, old, answers(png((9, 9), None)))[0] == 1
        assert differing(capsys) == [
            "status: 402, now 200",
            "content type: application/json, now image/png",
            "picture: none, now one",
        ]

    def test_refused_alike_is_said(self, run: Any, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(UPLOAD, answers(b"", 403), answers(b"", 403))[0] == 0
        assert ": same, refused with 403 (" in capsys.readouterr().out

    def test_no_answer(self, run: Any, capsys: pytest.CaptureFixture[str]) -> None:
        def refuses(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("Connection refused")

        assert run(UPLOAD, answers(b""), refuses, "--json")[0] == 1
        row = json.loads(capsys.readouterr().out)
        assert row == {
            **{"line": 2, "method": "POST", "path": "/v1.0/removebg"},
            "differences": ["no answer now: Connection refused"],
            "seconds": [row["seconds"][0], None],
        }


class TestKeys:
    def test_each_service_gets_its_own(self, run: Any) -> None:
        keys: list[str] = []

        def answer(request: httpx.Request) -> httpx.Response:
            keys.append(request.headers["x-api-key"])
            return httpx.Response(200)

        assert run(UPLOAD, answer, answer, "-H", "X-API-KEY: ps_new")[0] == 0
        assert keys == ["old-key", "ps_new"]

    @pytest.mark.parametrize(
        "address", ["https://api.remove.bg.example/v1.0", "https://other.example/v1.0"]
    )
    def test_nothing_is_sent_to_a_third_address(
        self, run: Any, address: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(f"{UPLOAD}curl {address}/account\n", answers(b""), answers(b"")) == (2, [])
        assert f"The address in line 4 doesn't begin with {OLD}." in capsys.readouterr().err
