"""`packshot watch`: what is taken when, where it goes, and what a crash or a full disk leaves."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from packshot import Client, cli
from packshot.files import Written
from packshot.runs import run
from packshot.runs.hot_folder import HotFolder, Times
from packshot.runs.journal import Journal
from packshot.runs.report import Report
from packshot.runs.run import Run
from packshot.runs.watching import alone
from packshot.runs.work import SiteMaker, Work
from tests.client_package.stand_in import StandIn
from tests.client_package.test_command import KEY, URL, reach

WORK = Work("remove-background", {"format": "png"}, ending=".png")


@dataclass
class Watched:
    """A hot folder with a clock of its own: four seconds without a change, and 30 more for what is no
    picture."""

    folder: Path
    site: StandIn
    client: Client
    now: float = 0.0
    hot: HotFolder = field(init=False)
    report: Report = field(init=False)

    def start(self) -> None:
        """Begin, as if after a restart."""
        out = self.folder / "results"
        journal = Journal(out)
        self.report = Report(0, as_json=False, bars=False)
        run = Run(out, journal, SiteMaker(self.client, journal), self.report)
        self.hot = HotFolder(self.folder, run, WORK, times=Times(), clock=lambda: self.now)

    def turns(self, *seconds: float) -> None:
        """Look after each so many seconds."""
        with ThreadPoolExecutor(2) as pool:
            for passed in seconds:
                self.now += passed
                self.hot.turn(pool)

    def lay(self, name: str, content: bytes = b"photo") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def holds(self) -> dict[str, bytes]:
        """Every file but the journal."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and ".packshot" not in path.parts
        }


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Watched:
    site = StandIn()
    reach(monkeypatch, site)
    made = Watched(tmp_path / "hot", site, Client(URL, KEY))
    made.folder.mkdir()
    made.start()
    return made


def test_a_photo_is_taken_when_it_no_longer_grows(watched: Watched) -> None:
    path = watched.lay("a.jpg", b"ph")
    watched.turns(0, 3)
    path.write_bytes(b"photo a")
    watched.turns(3, 3)
    assert watched.site.uploads == 0
    watched.turns(1)
    assert watched.holds() == {"done/a.jpg": b"photo a", "results/a.png": b"made of photo a"}
    watched.turns(10)
    assert watched.site.uploads == 1


def test_what_is_no_photo_fails_alone(watched: Watched) -> None:
    watched.lay("shop/text.jpg", b"text")
    watched.lay("empty.jpg", b"empty room")
    watched.lay("a.jpg", b"photo a")
    for name in ("notes.txt", ".hidden.jpg", "a.jpg.part", ".folder/b.jpg"):
        watched.lay(name, b"photo")
    watched.turns(0, 4, 20)
    assert (watched.folder / "shop/text.jpg").exists()  # it may be half a photo
    watched.turns(10)
    watched.turns(4)
    others = {"notes.txt", ".hidden.jpg", "a.jpg.part", ".folder/b.jpg"}
    assert watched.holds().keys() - others == {
        *("done/a.jpg", "results/a.png", "failed/empty.jpg", "failed/empty.jpg.txt"),
        *("failed/shop/text.jpg", "failed/shop/text.jpg.txt"),
    }
    assert watched.holds()["failed/empty.jpg.txt"] == b"The photo shows no product.\n"
    assert watched.site.uploads == 4  # the text twice


def test_a_second_version_replaces_the_first(watched: Watched) -> None:
    for content in (b"photo one", b"photo two", b"photo one"):
        watched.lay("a.jpg", content)
        watched.turns(0, 4)
        assert watched.holds() == {"done/a.jpg": content, "results/a.png": b"made of " + content}
    assert len(watched.site.made) == 3


def test_a_version_that_comes_during_the_work_is_next(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = watched.lay("a.jpg", b"photo one")
    real = SiteMaker.fetch

    def slow(*args: Any) -> Path:
        if path.read_bytes() == b"photo one":
            path.write_bytes(b"photo number two")
        return real(*args)

    monkeypatch.setattr(SiteMaker, "fetch", slow)
    watched.turns(0, 4)
    assert path.exists()
    watched.turns(0, 4)
    assert watched.holds() == {
        "done/a.jpg": b"photo number two",
        "results/a.png": b"made of photo number two",
    }


def test_a_version_that_comes_in_the_last_moment_is_next(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = watched.lay("a.jpg", b"photo one")
    real = HotFolder._move

    def late(*args: Any) -> None:
        if path.read_bytes() == b"photo one":
            path.write_bytes(b"photo number two")
        real(*args)

    monkeypatch.setattr(HotFolder, "_move", late)
    watched.turns(0, 4)
    assert watched.holds() == {"a.jpg": b"photo number two", "results/a.png": b"made of photo one"}
    watched.turns(0, 4)
    assert watched.holds() == {
        "done/a.jpg": b"photo number two",
        "results/a.png": b"made of photo number two",
    }


@pytest.mark.parametrize("at", ["digest", "upload"])
def test_a_photo_that_vanishes_is_forgotten(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], at: str
) -> None:
    path = watched.lay("a.jpg")
    watched.lay("b.jpg", b"photo b")
    watched.turns(0)
    before(monkeypatch, at, path.unlink)
    watched.turns(4)
    assert watched.holds().keys() == {"done/b.jpg", "results/b.png"}
    assert "a.jpg is gone" in " ".join(capsys.readouterr().err.split())
    assert watched.report.counts["failed"] == 0


def before(patch: pytest.MonkeyPatch, step: str, does: Callable[[], None]) -> None:
    """Do something before a photo `a.jpg` is hashed or uploaded."""
    owner = run if step == "digest" else SiteMaker
    real = getattr(owner, step)

    def first(*args: Any) -> Any:
        if any(isinstance(one, Path) and one.name == "a.jpg" for one in args):
            does()
        return real(*args)

    patch.setattr(owner, step, first)


def test_a_restart_goes_on_where_it_was(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.lay("a.jpg", b"photo a")
    with monkeypatch.context() as patch:

        def killed(*_: Any) -> None:
            raise KeyboardInterrupt

        patch.setattr(HotFolder, "_move", killed)
        with pytest.raises(KeyboardInterrupt):
            watched.turns(0, 4)
    assert watched.holds().keys() == {"a.jpg", "results/a.png"}
    watched.start()
    watched.turns(0, 4)
    assert watched.holds().keys() == {"done/a.jpg", "results/a.png"}
    assert (watched.site.uploads, len(watched.site.made)) == (1, 1)


def test_no_space_left_is_waited_out(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    watched.lay("a.jpg", b"photo a")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Written, "write", full)
        watched.turns(0, 4, 14, 1)
    assert watched.holds().keys() == {"a.jpg"}
    assert capsys.readouterr().err.count("No space left") == 2
    watched.turns(29)
    assert watched.holds().keys() == {"a.jpg"}  # each pause is a longer one
    watched.turns(1)
    assert watched.holds().keys() == {"done/a.jpg", "results/a.png"}
    assert watched.site.uploads == 1


def test_a_used_up_quota_is_waited_out(watched: Watched) -> None:
    watched.site.quota = 0
    watched.lay("a.jpg", b"photo a")
    watched.turns(0, 4)
    assert watched.holds().keys() == {"a.jpg"}
    watched.site.quota = 1
    watched.turns(15)
    assert watched.holds().keys() == {"done/a.jpg", "results/a.png"}


def test_two_photos_never_have_one_result(watched: Watched) -> None:
    watched.lay("a.jpg", b"photo a")
    watched.turns(0, 4)
    watched.lay("a.png", b"photo of another")
    watched.turns(0, 4)
    assert watched.holds().keys() == {
        *("done/a.jpg", "results/a.png", "failed/a.png", "failed/a.png.txt")
    }
    assert watched.holds()["results/a.png"] == b"made of photo a"


def test_of_two_that_come_at_once_one_is_made(watched: Watched) -> None:
    watched.lay("shop/a.png", b"photo of another")
    watched.lay("shop/a.jpg", b"photo a")
    watched.turns(0, 4)
    assert watched.holds() == {
        **{"done/shop/a.jpg": b"photo a", "results/shop/a.png": b"made of photo a"},
        "failed/shop/a.png": b"photo of another",
        "failed/shop/a.png.txt": b"Its result would replace that of a.jpg.\n",
    }


def test_one_command_watches_a_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = StandIn()
    reach(monkeypatch, site)
    monkeypatch.setenv("PACKSHOT_URL", URL)
    monkeypatch.setenv("PACKSHOT_API_KEY", KEY)
    hot, inside = tmp_path / "hot", tmp_path / "hot/shop/inside"
    inside.mkdir(parents=True)
    (inside / "a.jpg").write_bytes(b"photo a")
    once = ["--once", "--settle", "0", "--every", "0.1"]
    for held, others in ((hot, (hot, inside, hot / "shop/..")), (inside, (inside, hot))):
        with alone(held):
            for other in others:
                assert cli.run(["watch", str(other), *once]) == 2
                assert f"Another command watches {held}" in capsys.readouterr().err
    assert site.uploads == 0
    assert cli.run(["watch", str(hot), *once]) == 0  # whoever held it is gone
    assert (hot / "results/shop/inside/a.png").read_bytes() == b"made of photo a"


def test_a_folder_is_worked_off_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = StandIn()
    reach(monkeypatch, site)
    monkeypatch.setenv("PACKSHOT_URL", URL)
    monkeypatch.setenv("PACKSHOT_API_KEY", KEY)
    (tmp_path / "a.jpg").write_bytes(b"photo a")
    once = ["watch", str(tmp_path), "--once", "--settle", "0", "--every", "0.1"]
    assert cli.run([*once, "--white", "--json"]) == 0
    assert (tmp_path / "results/a.jpg").read_bytes() == b"made of photo a"
    assert '"state": "done"' in capsys.readouterr().out
    (tmp_path / "b.jpg").write_bytes(b"photo b")
    assert cli.run([*once, "--look", "amazon"]) == 0
    assert site.made[-1]["presetId"] == "look_amazon"
    (tmp_path / "c.jpg").write_bytes(b"photo c")
    site.quota = 0
    assert cli.run(once) == 4
    for wrong in (["--look", "amazon", "--white"], ["--out", str(tmp_path)], ["--threads", "2"]):
        assert cli.run([*once, *wrong]) == 2
