"""A worker that can say nothing, as a library holds Python's lock, keeps its job: its machine vouches."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings

from config.failures import process_marks
from processing.models import Job
from processing.worker import claims, runner, sweeps, tasks, transitions

Submit = Callable[..., Job]
NOW = datetime(2027, 3, 5, 12, tzinfo=UTC)
# Its one thread is in C, with the lock, as in a forward pass of MNN.
SILENT = """
import ctypes, sys
from pathlib import Path
from django.conf import settings
settings.configure(VAR_DIR=Path(sys.argv[1]))
from config.failures import process_marks
process_marks.note([sys.argv[2]])
print("at work", flush=True)
ctypes.PyDLL(None).sleep(60)
"""
HANGS = """
import ctypes, sys
import django
django.setup()
from processing.models import Job
from processing.worker import claims
claims.end_process_that_hangs()
with claims.held(Job(claim_id=Job().pk)):
    pass
print("the first is done", flush=True)
with claims.held(Job(claim_id=Job().pk)):
    ctypes.PyDLL(None).sleep(60)
"""


@pytest.fixture(autouse=True)
def _of_its_own(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR_DIR = tmp_path
    for kept in ("_MINE", "_FILES", "_NOTES"):
        monkeypatch.setattr(process_marks, kept, {})
    monkeypatch.setattr(tasks.run_job, "send", lambda _: None)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def claimed(submit: Submit, clock: time_machine.Coordinates) -> Job:
    taken = transitions.claim(submit().pk)
    assert taken is not None
    return taken


@contextmanager
def silent_worker(job: Job) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SILENT, str(django_settings.VAR_DIR), str(job.claim_id)]
    environment = {**os.environ, "PYTHONPATH": str(django_settings.BASE_DIR)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "at work\n"
            yield process
        finally:
            process.kill()


def row(job: Job) -> tuple[str, int, datetime | None]:
    job.refresh_from_db()
    return job.state, job.attempts, job.heartbeat_at


def test_a_job_is_its_workers_for_as_long_as_that_lives(
    claimed: Job, clock: time_machine.Coordinates
) -> None:
    with silent_worker(claimed) as worker:
        for minutes in (1, 2):
            then = NOW + timedelta(minutes=minutes)
            clock.move_to(then)
            assert sweeps.abandoned_jobs() == 0
            assert row(claimed) == ("processing", 1, then)
        worker.kill()
        worker.wait(10)
        clock.move_to(then + timedelta(seconds=15))
        assert sweeps.abandoned_jobs() == 0
        clock.move_to(then + timedelta(seconds=16))
        assert sweeps.abandoned_jobs() == 1
        assert row(claimed) == ("pending", 1, then)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who is stopped")
def test_a_worker_that_is_stopped_loses_its_job(
    claimed: Job, clock: time_machine.Coordinates
) -> None:
    with silent_worker(claimed) as worker:
        worker.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, worker.pid, os.WSTOPPED)
        clock.move_to(NOW + timedelta(seconds=16))
        assert sweeps.abandoned_jobs() == 1
    assert row(claimed) == ("pending", 1, NOW)


def test_work_that_hangs_is_given_away(claimed: Job, clock: time_machine.Coordinates) -> None:
    with silent_worker(claimed):
        last = NOW + timedelta(seconds=899)
        clock.move_to(last)
        assert sweeps.abandoned_jobs() == 0
        clock.move_to(NOW + timedelta(seconds=916))
        assert sweeps.abandoned_jobs() == 1
    assert row(claimed) == ("pending", 1, last)


def test_nobody_vouches_for_a_claim_that_another_has_taken_over(
    claimed: Job, clock: time_machine.Coordinates
) -> None:
    clock.move_to(NOW + timedelta(seconds=16))
    assert transitions.requeue_lost(claimed)
    again = transitions.claim(claimed.pk)
    assert again is not None
    with silent_worker(claimed):
        clock.move_to(NOW + timedelta(seconds=33))
        assert sweeps.abandoned_jobs() == 1
    assert row(again)[:2] == ("pending", 2)


def test_a_fresh_heartbeat_is_not_written_again(
    claimed: Job, clock: time_machine.Coordinates
) -> None:
    with claims.held(claimed):
        clock.move_to(NOW + timedelta(seconds=5))
        assert claims.vouch() == 0
        clock.move_to(NOW + timedelta(seconds=6))
        assert claims.vouch() == 1
    clock.move_to(NOW + timedelta(seconds=20))
    assert claims.vouch() == 0


@pytest.mark.usefixtures("middle_model")
def test_a_worker_holds_its_claim_until_the_result_is_kept(
    claimed: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, noted = runner._keep, []

    def watched(*given: Any) -> None:
        noted.append(process_marks.notes())
        keep(*given)

    monkeypatch.setattr(runner, "_keep", watched)
    runner.run(claimed)
    assert noted == [{str(claimed.claim_id)}]
    assert process_marks.notes() == set()
    assert row(claimed)[0] == "completed"


def test_a_disk_without_room_stops_no_work(claimed: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(process_marks, "note", full)
    with claims.held(claimed):
        assert claims.vouch() == 0


def test_a_process_that_hangs_ends_and_tells_where(tmp_path: Path) -> None:
    environment = {
        **{"DJANGO_SETTINGS_MODULE": "config.settings_test", "VAR_DIR": str(tmp_path)},
        **{"JOB_MAX_SECONDS": "0.5", "PATH": os.environ["PATH"]},
    }
    done = subprocess.run(
        [sys.executable, "-c", HANGS],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "the first is done\n")
    assert 'File "<string>", line 12 in <module>' in done.stderr
