"""Who is dead, however that came."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.failures import process_marks

OTHER = """
import sys, time
from pathlib import Path
from django.conf import settings
settings.configure(VAR_DIR=Path(sys.argv[1]))
from config.failures import process_marks
process_marks.note(sys.argv[2:])
print(process_marks.mark(), flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR_DIR = tmp_path
    for kept in ("_MINE", "_FILES", "_NOTES"):
        monkeypatch.setattr(process_marks, kept, {})


@contextmanager
def another_process(folder: Path, *busy_with: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-c", OTHER, str(folder), *busy_with]
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def test_a_killed_process_is_dead_at_once(tmp_path: Path) -> None:
    with another_process(tmp_path) as (mark, process):
        assert not process_marks.is_dead(mark)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert process_marks.is_dead(mark)


def test_this_process_lives(tmp_path: Path) -> None:
    mark = process_marks.mark()
    assert process_marks.mark() == mark
    assert not process_marks.is_dead(mark)
    with another_process(tmp_path) as (other, _):
        assert other != mark


@pytest.mark.parametrize("mark", ["", "elsewhere:0123456789abcdef", "nonsense"])
def test_nobody_knows_of_other_sites(mark: str) -> None:
    assert not process_marks.is_dead(mark)


def test_a_mark_is_no_path() -> None:
    site = process_marks.mark().partition(":")[0]
    assert not process_marks.is_dead(f"{site}:../../secrets/site_id")
    assert process_marks.is_dead(f"{site}:0123456789abcdef")  # removed since


def test_what_the_living_are_busy_with(tmp_path: Path) -> None:
    process_marks.note(["mine", "that takes long"])
    process_marks.note(["mine"])
    with another_process(tmp_path, "a", "b") as (_, process), another_process(tmp_path, "c"):
        assert process_marks.notes() == {"mine", "a", "b", "c"}
        process.kill()
        process.wait(10)
        assert process_marks.notes() == {"mine", "c"}
    process_marks.note([])
    assert process_marks.notes() == set()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who is stopped")
def test_who_is_stopped_is_busy_with_nothing(tmp_path: Path) -> None:
    with another_process(tmp_path, "a") as (mark, process):
        assert process_marks.is_at_work(mark)
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        assert (process_marks.notes(), process_marks.is_at_work(mark)) == (set(), False)
        assert not process_marks.is_dead(mark)
        process.send_signal(signal.SIGCONT)
        os.waitid(os.P_PID, process.pid, os.WCONTINUED)
        assert (process_marks.notes(), process_marks.is_at_work(mark)) == ({"a"}, True)


def test_who_looks_lets_nothing_go(tmp_path: Path) -> None:
    """Closing a file gives up all locks on it that the process has (fcntl(2))."""
    process_marks.mark()
    process_marks.notes()
    [own] = (tmp_path / "run/processes").iterdir()
    tries = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    done = subprocess.run([sys.executable, "-c", tries, str(own)], capture_output=True, check=False)
    assert b"BlockingIOError" in done.stderr


def test_a_full_disk_leaves_one_file_and_one_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", fail)
    assert process_marks.mark() == process_marks.mark()
    assert len(list((tmp_path / "run/processes").iterdir())) == 1


def test_a_file_that_another_process_removes_meanwhile_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "run/processes"
    folder.mkdir(parents=True)
    (folder / "gone").symlink_to("nowhere")  # listed, and not found when it is looked at
    assert not process_marks.is_dead(process_marks.mark())
