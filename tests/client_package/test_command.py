"""The command `packshot`: what it makes, skips, tells, and ends with."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import packshot
from packshot import cli
from packshot.cli import cutout, signed_in
from packshot.files import Written
from packshot.runs.work import SiteMaker
from tests.client_package.conftest import KEY, data, refused
from tests.client_package.stand_in import StandIn

URL = "https://packshot.example"
MADE = packshot.Client.__init__


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StandIn:
    """A site that is signed in to, in a folder with three photos."""
    stand_in = StandIn()
    reach(monkeypatch, stand_in)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PACKSHOT_CONFIG", str(tmp_path / "config/sign-in.json"))
    monkeypatch.setenv("PACKSHOT_URL", URL)
    monkeypatch.setenv("PACKSHOT_API_KEY", KEY)
    for name in ("a", "b", "c"):
        Path(f"{name}.jpg").write_bytes(f"photo {name}".encode())
    return stand_in


def reach(patch: pytest.MonkeyPatch, answer: Callable[[httpx.Request], httpx.Response]) -> None:
    """Let every client of the command speak to a function."""

    def without_network(client: Any, *args: Any, **kwargs: Any) -> None:
        kwargs["transport"] = httpx.MockTransport(answer)
        kwargs["retries"] = packshot.Retries(attempts=2, first_pause=0.0)
        MADE(client, *args, **kwargs)

    patch.setattr(packshot.Client, "__init__", without_network)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def states(told: list[dict[str, Any]]) -> dict[str, str]:
    return {one["photo"]: one["state"] for one in told if "photo" in one}


def test_what_is_done_is_not_done_again(site: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["cutout", "a.jpg", "b.jpg", "c.jpg", "--white", "--out", "out", "--json"]
    assert cli.run(command) == 0
    told = lines(capsys)
    assert states(told) == dict.fromkeys(("a.jpg", "b.jpg", "c.jpg"), "done")
    assert told[-1] == {"summary": {"done": 3, "skipped": 0, "failed": 0}}
    assert Path("out/a.jpg").read_bytes() == b"made of photo a"
    assert site.made[0] == {
        **{"imageId": site.made[0]["imageId"], "display": "url", "tool": "remove-background"},
        **{"format": "jpg", "bgColor": "white"},
    }
    assert cli.run(command) == 0
    assert lines(capsys)[-1] == {"summary": {"done": 0, "skipped": 3, "failed": 0}}
    assert (site.uploads, len(site.made)) == (3, 3)
    # Another photo under the name, a result that was changed, and other options are other work.
    Path("a.jpg").write_bytes(b"photo new")
    Path("out/b.jpg").write_bytes(b"made of photo B")
    assert cli.run(command) == 0
    assert states(lines(capsys)) == {"a.jpg": "done", "b.jpg": "done", "c.jpg": "skipped"}
    assert Path("out/a.jpg").read_bytes() == b"made of photo new"
    assert (site.uploads, len(site.made)) == (4, 5)  # b was there already
    assert cli.run([*command, "--crop"]) == 0
    assert (site.uploads, len(site.made)) == (4, 8)


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_journal_cut_short_is_survived(
    site: StandIn, capsys: pytest.CaptureFixture[str], cut: int
) -> None:
    command = ["cutout", "a.jpg", "b.jpg", "c.jpg", "--out", "out", "-j1", "--json"]
    assert cli.run(command) == 0
    journal = Path("out/.packshot/journal.jsonl")
    journal.write_bytes(journal.read_bytes()[:-cut] + b"\0")
    with journal.open("ab") as file:
        file.write(b'["no fact"]\n{"did": "result"}\n{"did')
    capsys.readouterr()
    assert cli.run(command) == 0
    assert states(lines(capsys)) == {"a.jpg": "skipped", "b.jpg": "skipped", "c.jpg": "done"}
    assert site.uploads == 3
    assert cli.run(command) == 0
    assert lines(capsys)[-1] == {"summary": {"done": 0, "skipped": 3, "failed": 0}}


def test_photos_fail_alone(site: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.jpg").write_bytes(b"text, not a picture")
    Path("b.jpg").write_bytes(b"empty room")
    command = ["cutout", "a.jpg", "b.jpg", "c.jpg", "--out", "out", "--json"]
    assert cli.run(command) == 1
    told = {one["photo"]: one for one in lines(capsys) if "photo" in one}
    assert {name: one.get("code") for name, one in told.items()} == {
        **{"a.jpg": "VALIDATION_ERROR", "b.jpg": "NOTHING_FOUND", "c.jpg": None}
    }
    assert sorted(path.name for path in Path("out").glob("*.*")) == [".packshot", "c.png"]
    Path("a.jpg").write_bytes(b"photo a")
    assert cli.run(command) == 1
    assert states(lines(capsys)) == {"a.jpg": "done", "b.jpg": "failed", "c.jpg": "skipped"}


def test_a_photo_that_was_deleted_on_the_site_is_uploaded_again(site: StandIn) -> None:
    assert cli.run(["cutout", "a.jpg", "--out", "out"]) == 0
    site.photos.clear()
    assert cli.run(["cutout", "a.jpg", "--out", "out", "--white"]) == 0
    assert site.uploads == 2


def test_a_used_up_quota_ends_the_run(site: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    site.quota = 1
    command = ["cutout", "a.jpg", "b.jpg", "c.jpg", "--out", "out", "-j1", "--json"]
    assert cli.run(command) == 4
    told = lines(capsys)
    assert states(told) == {"a.jpg": "done", "b.jpg": "failed"}
    assert site.uploads == 2
    site.quota = 10
    assert cli.run(command) == 0
    assert states(lines(capsys)) == {"a.jpg": "skipped", "b.jpg": "done", "c.jpg": "done"}
    assert site.uploads == 3


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refused(401, "AUTHENTICATION_REQUIRED"), 3),
        (refused(403, "PERMISSION_DENIED"), 3),
        (refused(503, "SERVICE_UNAVAILABLE", headers={"Retry-After": "0"}), 5),
        (refused(429, "RATE_LIMITED", headers={"Retry-After": "9999"}), 5),
        (httpx.ConnectError("refused"), 5),
        (httpx.Response(200, text="<html>"), 5),
    ],
)
def test_what_all_photos_share_ends_the_run(
    site: StandIn, monkeypatch: pytest.MonkeyPatch, answer: Any, code: int
) -> None:
    asked = []

    def says(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)

    reach(monkeypatch, says)
    assert cli.run(["cutout", "a.jpg", "b.jpg", "c.jpg", "-j1", "--out", "out"]) == code
    assert len(asked) <= 2


def test_no_space_left_is_told_and_leaves_nothing_half_done(
    site: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(file: Written, part: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Written, "write", full)
        assert cli.run(["cutout", "a.jpg", "b.jpg", "-j1", "--out", "out"]) == 6
    assert "No space left" in capsys.readouterr().err
    assert [path.name for path in Path("out").iterdir()] == [".packshot"]
    assert len(site.made) == 1
    assert cli.run(["cutout", "a.jpg", "b.jpg", "--out", "out"]) == 0
    assert site.uploads == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["cutout", "a.jpg", "--white", "--color", "red"],
        ["cutout", "a.jpg", "--size", "big"],
        ["cutout", "a.jpg", "--padding", "10%"],
        ["cutout", "a.jpg", "--edge", "soft"],
        ["cutout", "a.jpg", "--mask", "--size", "20x20"],
        ["cutout", "missing.jpg"],
        ["cutout", "a.jpg", "other/a.png"],
        ["cutout", "a.jpg", "--out", "."],
        ["edit", "a.jpg"],
        ["edit", "a.jpg", "--plan", "{no json"],
        ["edit", "a.jpg", "--plan", "missing.json"],
        ["edit", "a.jpg", "--look", "nosuchlook"],
        ["batch", ".", "--look", "amazon", "--tool", "upscale"],
        ["batch", "empty", "--look", "amazon"],
        ["batch", ".", "--tool", "upscale", "--options", "[]"],
        ["listing", "a.jpg", "--platform", "depop", "--hint", "shoe size=40"],
        ["login", "packshot.example"],
        ["nosuchcommand"],
    ],
)
def test_wrong_usage_is_told_before_anything_is_sent(
    site: StandIn, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    Path("empty").mkdir()
    Path("other").mkdir()
    Path("other/a.png").write_bytes(b"photo")
    assert cli.run(arguments) == 2
    assert "Error" in capsys.readouterr().err
    assert site.uploads == 0


def test_what_nobody_foresaw_is_no_success(site: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(SiteMaker, "make", broken)
    with pytest.raises(ZeroDivisionError):
        cli.run(["cutout", "a.jpg", "b.jpg", "--out", "out"])


def test_a_listing_is_told_in_words_and_kept(
    site: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Any] = []
    price = {"basis": "prior", "n": 0, "isEstimate": True, "note": "An estimate."}
    draft = {
        **{"title": "Cream blazer", "description": "A cream blazer.", "suggestedPrice": 2400},
        **{"priceRangeMin": 1200, "priceRangeMax": 4600, "platform": "depop", "currency": "USD"},
        **{"price": price, "category": "blazer", "tags": ["cream", "blazer"], "confidence": 0.9},
        **{"attributes": {"size": "M", "colors": ["cream", "white"]}, "evidence": []},
        **{"provider": "rules", "warnings": ["No brand was seen.", "An estimate."]},
        **{"questions": [], "problems": [], "group": "clothing"},
        "candidates": [
            {"category": "blazer", "name": "blazer", "group": "clothing", "confidence": 0.9}
        ],
        "jobId": "job_1",
    }

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/images":
            return site(request)
        asked.append(json.loads(request.read()))
        return refused(409, "CONFLICT") if "jobId" in asked[-1] else data(draft)

    reach(monkeypatch, answer)
    command = ["listing", "a.jpg", "--platform", "depop", "--hint", "size=M"]
    assert cli.run(command) == 0
    assert asked == [{"imageIds": ["img_p1"], "platform": "depop", "hints": {"size": "M"}}]
    assert capsys.readouterr().out.splitlines() == [
        *("Cream blazer", "", "A cream blazer.", "", "Price: 2400 USD (minor units)"),
        *("An estimate.", "size: M", "colors: cream, white", "Tags: cream, blazer"),
        "Note: No brand was seen.",
    ]
    assert cli.run([*command, "--save"]) == 1
    assert asked[-1] == {"jobId": "job_1"}


def test_flags_become_what_the_api_takes() -> None:
    cases: Any = (
        ({}, "remove-background", {"format": "png"}, None),
        (
            {"color": "#eee", "crop": True, "model": "high", "edge": 20.0},
            "remove-background",
            {"format": "jpg", "bg_color": "#eee", "crop": True, "model": "high", "edge": 20.0},
            None,
        ),
        ({"mask": True}, "remove-background", {"format": "png", "output": "mask"}, None),
        (
            {"white": True, "size": "2000x2000", "padding": "10%", "edge": "fine"},
            "edit",
            {},
            {
                "layout": {"size": "2000x2000", "padding": "10%"},
                "background": {"color": "white"},
                "export": {"format": "jpg"},
                "cutting": {"edge": "fine"},
            },
        ),
        (
            {"shadow": "soft", "crop": True, "ending": "avif"},
            "edit",
            {},
            {
                "layout": {"size": "croppedSubject"},
                "background": {},
                "export": {"format": "avif"},
                "shadow": {"mode": "soft"},
            },
        ),
    )
    for chosen, tool, options, plan in cases:
        work = cutout.work_of(cutout.Flags(**chosen))
        assert (work.tool, work.options, work.plan) == (tool, options, plan)


def test_edits_are_made_by_look_and_plan(site: StandIn) -> None:
    Path("plan.json").write_text('{"background": {"color": "red"}}')
    assert cli.run(["edit", "a.jpg", "--look", "my look", "--out", "out"]) == 0
    assert cli.run(["edit", "a.jpg", "--look", "amazon", "--plan", "plan.json", "--out", "o2"]) == 0
    mine, amazon = ({**one, "imageId": 0, "display": 0} for one in site.made)
    assert (mine["presetId"], "edit" in mine) == ("preset_1", False)
    assert (amazon["presetId"], amazon["edit"]) == (
        "look_amazon",
        {"background": {"color": "red"}},
    )
    assert Path("out/a.jpg").exists()  # the picture's own format
    assert cli.run(["edit", "a.jpg", "--look", "my look", "--out", "out"]) == 0
    assert len(site.made) == 2


def test_a_folder_is_worked_off_in_batches(
    site: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, content in (
        ("shop/a.jpg", b"photo a"),
        ("shop/more/b.PNG", b"photo b"),
        ("shop/copy of a.jpg", b"photo a"),
        ("shop/notes.txt", b"text"),
        ("shop/.hidden.jpg", b"text"),
        ("shop/room.jpg", b"empty room"),
    ):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)
    command = ["batch", "shop", "--look", "amazon,my look", "--out", "shop/out", "--json"]
    assert cli.run([*command, "--at-once", "4"]) == 1
    told = lines(capsys)
    assert told[-1] == {"summary": {"done": 6, "skipped": 0, "failed": 2}}
    assert {one["photo"] for one in told if one.get("code") == "NOTHING_FOUND"} == {"shop/room.jpg"}
    made = {str(path): path.read_bytes() for path in Path("shop/out").rglob("*.jpg")}
    assert made == {
        "shop/out/Amazon/a.jpg": b"made of Amazonphoto a",
        "shop/out/Amazon/copy of a.jpg": b"made of Amazonphoto a",
        "shop/out/Amazon/more/b.jpg": b"made of Amazonphoto b",
        "shop/out/My-look/a.jpg": b"made of My lookphoto a",
        "shop/out/My-look/copy of a.jpg": b"made of My lookphoto a",
        "shop/out/My-look/more/b.jpg": b"made of My lookphoto b",
    }
    assert site.uploads == 3
    assert [len(one["items"]) for one in site.batches.values()] == [4, 2]
    assert cli.run(command) == 1
    assert lines(capsys)[-1]["summary"] == {"done": 0, "skipped": 6, "failed": 2}
    assert len(site.batches) == 2
    # What has failed is made again, in its batch.
    [room] = [name for name, (_, content) in site.photos.items() if content == b"empty room"]
    site.photos[room] = ("room.jpg", b"photo room")
    assert cli.run(command) == 0
    assert lines(capsys)[-1]["summary"] == {"done": 2, "skipped": 6, "failed": 0}
    assert [batch["retried"] for batch in site.batches.values()] == [0, 2]


def test_packs_have_a_folder_for_each_market(
    site: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("shop/more").mkdir(parents=True)
    Path("shop/more/a.jpg").write_bytes(b"photo a")
    command = ["batch", "shop", "--pack", "ebay,spring shop", "--look", "amazon", "--json"]
    assert cli.run([*command, "--out", "out"]) == 0
    told = lines(capsys)
    assert told[-1]["summary"] == {"done": 3, "skipped": 0, "failed": 0}
    assert {(one["look"], one["market"]) for one in told[:-1]} == {
        *(("Amazon", ""), ("eBay", "ebay"), ("eBay 1600", "ebay"))
    }
    assert {str(path): path.read_bytes() for path in Path("out").rglob("*.jpg")} == {
        "out/Amazon/more/a.jpg": b"made of Amazonphoto a",
        "out/ebay/more/a-eBay.jpg": b"made of eBayebayphoto a",
        "out/ebay/more/a-eBay-1600.jpg": b"made of eBay 1600ebayphoto a",
    }
    assert site.batches["batch_1"]["asked"]["packIds"] == ["market_ebay", "pack_1"]
    assert cli.run([*command, "--out", "out"]) == 0
    assert lines(capsys)[-1]["summary"] == {"done": 0, "skipped": 3, "failed": 0}
    assert cli.run([*command, "--out", "new", "--at-once", "2"]) == 2
    assert cli.run(["batch", "shop", "--pack", "nosuchpack"]) == 2
    assert "eBay, Spring shop" in capsys.readouterr().err


def test_an_interrupted_batch_is_gone_on_with(
    site: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["batch", ".", "--tool", "remove-background", "--out", "out", "--json"]
    site.interrupts = 1
    assert cli.run(command) == 130
    assert not list(Path("out").glob("*.jpg"))
    capsys.readouterr()
    assert cli.run(command) == 0
    assert lines(capsys)[-1]["summary"] == {"done": 3, "skipped": 0, "failed": 0}
    assert (site.uploads, len(site.batches)) == (3, 1)
    assert site.batches["batch_1"]["asked"]["operation"] == "remove-background"


def test_signing_in_keeps_the_key_to_oneself(
    site: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PACKSHOT_URL")
    monkeypatch.delenv("PACKSHOT_API_KEY")
    assert cli.run(["cutout", "a.jpg"]) == 3
    asked: list[httpx.Request] = []

    def says(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.headers["Authorization"] != f"Bearer {KEY}":
            return refused(401, "AUTHENTICATION_REQUIRED", "No such key.")
        return refused(403, "PERMISSION_DENIED", "It needs the scope account:read.")

    reach(monkeypatch, says)
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert cli.run(["login", URL]) == 3
    entered = Path("key.txt")
    entered.write_text(f"{KEY}\n")
    old = os.umask(0)
    try:
        for url, warns in (("http://packshot.example", True), (f"{URL}/", False)):
            with entered.open() as stdin:
                monkeypatch.setattr("sys.stdin", stdin)
                assert cli.run(["login", url]) == 0
            assert ("use https" in capsys.readouterr().err) == warns
    finally:
        os.umask(old)
    kept = Path("config/sign-in.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert signed_in.known() == signed_in.SignIn(URL, KEY)
    assert KEY not in repr(signed_in.known())
    assert cli.run(["status"]) == 3
    told = capsys.readouterr()
    assert KEY not in told.out + told.err
    # The key goes nowhere else.
    monkeypatch.setenv("PACKSHOT_URL", "https://elsewhere.example")
    before = len(asked)
    assert cli.run(["status"]) == 3
    assert len(asked) == before
    monkeypatch.delenv("PACKSHOT_URL")
    kept.write_text("{")
    assert cli.run(["status"]) == 3
    assert "damaged" in capsys.readouterr().err
    assert cli.run(["logout"]) == 0
    assert not kept.exists()


def test_the_status_is_shown(
    site: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quota = {"operation": "edit", "limit": 10, "used": 4, "remaining": 6}
    me = {
        **{"user": {"id": "u", "email": "e@x", "name": "n"}, "role": "owner"},
        **{"account": {"id": "a", "name": "Shop", "currency": "EUR"}},
        **{"plan": {"slug": "pro", "name": "Pro"}},
        "quotas": [quota | {"resetsAt": "2026-06-01T00:00:00Z"}],
    }
    reach(monkeypatch, lambda request: data(me))
    assert cli.run(["status"]) == 0
    told = capsys.readouterr().out
    assert "Shop, Pro" in told
    assert "6 of 10 left" in told
    assert cli.run(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["account"]["name"] == "Shop"


def test_shells_complete_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert cli.run(["completion", shell]) == 0
        assert "_PACKSHOT_COMPLETE" in capsys.readouterr().out
    asked = {"_PACKSHOT_COMPLETE": "bash_complete", "COMP_WORDS": "packshot cut", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "packshot"],
        env=os.environ | asked | {"PYTHONPATH": str(Path(packshot.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "plain,cutout" in done.stdout
