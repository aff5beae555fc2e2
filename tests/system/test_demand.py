"""Processes that run only while there is work for them: the supervisor's part, on a real queue server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from config.launch.demand import Demand
from tests.system.site import is_alive, until
from tests.system.test_queue import Server, client, fading, running  # noqa: F401  (fixtures)

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")

# Notes that it started, and ends in order when it is told to: with a last message, or without.
CHILD = """
import os, pathlib, sys, time
import redis
folder, url = pathlib.Path(sys.argv[1]), sys.argv[2]
with open(folder / "starts", "a") as file:
    file.write(f"{os.getpid()}\\n")
end = folder / f"end.{os.getpid()}"
while not end.exists():
    time.sleep(0.01)
with redis.Redis.from_url(url) as client:
    client.delete("dramatiq:work.msgs")
    if end.read_text():
        client.hset("dramatiq:work.msgs", "late", "{}")
"""
LAUNCHER = """
import sys
from pathlib import Path
from config.launch import demand, processes
from config.launch.supervisor import Supervisor, say
processes.BACKOFF = (0.05,)
folder, url, count, demand._LOOK_SECONDS = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
command = (sys.executable, "-m", "child", folder, url)
stage = processes.Stage("workers", tuple(
    processes.Process(f"work-{n}", command, on_demand=("work", "more")) for n in range(count)
))
wanted = demand.Demand(url, ["work", "more"])
sys.exit(Supervisor([stage], on_ready=lambda: say("ready"), demand=wanted).run())
"""
NEVER = 10_000.0  # seconds: only a word wakes


class Launched:
    def __init__(self, folder: Path, url: str, count: int, look_seconds: float) -> None:
        self.folder = folder
        (folder / "child.py").write_text(CHILD)
        (folder / "launcher.py").write_text(LAUNCHER)
        self.process = subprocess.Popen(
            [
                *(sys.executable, folder / "launcher.py"),
                *(folder, url, str(count), str(look_seconds)),
            ],
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{folder}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def started(self, count: int) -> list[int]:
        """The processes that were started, as soon as there are so many; never more."""
        noted = self.folder / "starts"

        def look() -> list[int] | None:
            lines = noted.read_text().split() if noted.exists() else []
            return [int(line) for line in lines] if len(lines) >= count else None

        found = until(look, seconds=10)
        assert len(found) == count
        return found

    def end(self, pid: int, last_message: str = "") -> None:
        """Have one of them end in order, and wait until it has."""
        new = self.folder / f"new.{pid}"
        new.write_text(last_message)
        new.rename(self.folder / f"end.{pid}")
        until(lambda: not is_alive(pid), seconds=10)


Launch = Callable[..., Launched]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    launched: list[Launched] = []

    def start(url: str, *, count: int = 1, look_seconds: float = NEVER) -> Launched:
        launched.append(Launched(tmp_path, url, count, look_seconds))
        return launched[-1]

    yield start
    for one in launched:
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(10) == 0
        one.process.communicate()


def send(client: redis.Redis, name: str, *, queue: str = "work", told: bool = True) -> None:  # noqa: F811
    client.hset(f"dramatiq:{queue}.msgs", name, "{}")
    if told:
        client.publish(f"packshot:queued:{queue}", "")


def until_it_listens(client: redis.Redis) -> None:  # noqa: F811
    until(lambda: client.pubsub_numsub("packshot:queued:work")[0][1], seconds=10)


@pytest.mark.parametrize("queue", ["work", "more", "work.DQ"])
def test_a_word_of_a_message_starts_a_process(
    running: Server,  # noqa: F811
    client: redis.Redis,  # noqa: F811
    launch: Launch,
    queue: str,
) -> None:
    site = launch(running.url)
    until_it_listens(client)
    client.publish("packshot:queued:work", "")  # of a message that somebody else has done by now
    send(client, "a", queue=queue)
    [pid] = site.started(1)
    client.delete(f"dramatiq:{queue}.msgs")
    site.end(pid)
    send(client, "b", queue=queue)
    assert site.started(2)[0] == pid


def test_as_many_are_started_as_there_is_work_for(
    running: Server,  # noqa: F811
    client: redis.Redis,  # noqa: F811
    launch: Launch,
) -> None:
    site = launch(running.url, count=3)
    until_it_listens(client)
    send(client, "a")
    site.started(1)
    send(client, "b", queue="more")
    site.started(2)
    for name in ("c", "d", "e"):
        send(client, name)
    site.started(3)


def test_a_message_of_which_nobody_told_is_found(
    running: Server,  # noqa: F811
    client: redis.Redis,  # noqa: F811
    launch: Launch,
) -> None:
    send(client, "a", told=False)
    site = launch(running.url, look_seconds=0.2)
    [pid] = site.started(1)
    site.end(pid)
    send(client, "b", told=False)
    site.started(2)


def test_a_message_that_comes_as_the_process_ends_starts_it_again(
    running: Server,  # noqa: F811
    client: redis.Redis,  # noqa: F811
    launch: Launch,
) -> None:
    site = launch(running.url)
    until_it_listens(client)
    send(client, "a")
    [pid] = site.started(1)
    site.end(pid, last_message="of which nobody told")
    site.started(2)


def test_one_that_is_killed_is_started_again(
    running: Server,  # noqa: F811
    client: redis.Redis,  # noqa: F811
    launch: Launch,
) -> None:
    site = launch(running.url)
    until_it_listens(client)
    send(client, "a")
    [pid] = site.started(1)
    os.kill(pid, signal.SIGKILL)
    site.started(2)


def test_a_server_that_went_away_is_listened_to_when_it_is_back(
    fading: Server,  # noqa: F811
    launch: Launch,
) -> None:
    site = launch(fading.url, look_seconds=0.1)
    with redis.Redis.from_url(fading.url) as first:
        until_it_listens(first)
    fading.stop()
    until(lambda: Demand(fading.url, ["work"]).look() == {}, seconds=10)
    fading.process = subprocess.Popen(fading.command, stdout=subprocess.DEVNULL)
    with redis.Redis.from_url(fading.url) as second:
        until(lambda: Demand(fading.url, ["work"]).look() == {"work": 0}, seconds=10)
        until_it_listens(second)
        send(second, "a")
        site.started(1)
