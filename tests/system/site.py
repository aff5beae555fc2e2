"""A whole site of one's own: every process of it, on a free port, with its data in a new folder.

with Site() as site:
    client = site.client(site.demo("pro")["apiKey"])
    client.get("/usage")

Weights are taken from PACKSHOT_MODELS_DIR, or from where `make models` puts them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self, TypeVar

import httpx
import psycopg
import redis

from tests import prepared

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180.0
AGAIN_SECONDS = 30.0  # within which work that was broken off must run again
# Nothing else is handed on: neither the test suite's settings nor the caller's own.
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "PYTHONPATH")
_Found = TypeVar("_Found")


class Site:
    """Keyword arguments are settings, by their names in the environment.

    One that is ``from_nothing`` makes its own tables and static files.
    """

    def __init__(self, *, from_nothing: bool = False, **settings: str) -> None:
        # Not pytest's own folder: a socket's path may have 107 characters.
        self.var = Path(tempfile.mkdtemp(prefix="packshot-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        models = os.environ.get("PACKSHOT_MODELS_DIR", str(ROOT / "var/models"))
        # The empty ones keep what a .env file in the project says out of it.
        self.env = {name: os.environ[name] for name in _INHERITED if name in os.environ} | {
            "VAR_DIR": str(self.var),
            "PORT": str(self.port),
            "SITE_URL": self.url,
            "HOST": "127.0.0.1",
            "MODELS_DIR": models,
            "DATABASE_URL": f"sqlite:///{self.var / 'packshot.sqlite3'}",
            "REDIS_URL": "",
            "S3_BUCKET": "",
            "EMAIL_URL": "consolemail://",
            "DEFAULT_MODEL": "fast",
            "FETCH_MODELS": "none",
            **settings,
        }
        if not from_nothing:
            database = None if "DATABASE_URL" in settings else self.var / "packshot.sqlite3"
            prepared.lay_out(self.var, database)
        self.log = self.var / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self._manager: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, *_: object) -> None:
        self.remove()

    def start(self) -> Self:
        """Start it and wait until work can be done."""
        said_before = self.launch()
        try:
            until(lambda: self._is_ready(said_before), seconds=START_SECONDS, pause=0.1)
        except AssertionError as error:
            raise AssertionError(f"the site did not start:\n{self.tail()}") from error
        return self

    def launch(self) -> int:
        """Start it without waiting; how much its log held before."""
        with self.log.open("ab") as log:
            said_before = log.tell()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.launch"],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return said_before

    def stop(self) -> int:
        """What Ctrl-C does. The launcher's exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def remove(self) -> None:
        if self._manager is not None:
            self._manager.communicate()  # no more commands: it ends
        if self.process is not None and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()  # its children go with it
                self.process.wait()
        shutil.rmtree(self.var, ignore_errors=True)

    def manage(self, *arguments: str) -> str:
        """What ``manage.py`` prints."""
        if self._manager is None:
            self._manager = self._new_manager()
        asks, answers = self._manager.stdin, self._manager.stdout
        assert asks is not None
        assert answers is not None
        asks.write(f"{json.dumps(arguments)}\n")
        asks.flush()
        answer = answers.readline()
        assert answer, f"{arguments} failed:\n{self.tail()}"
        return str(json.loads(answer))

    def _new_manager(self) -> subprocess.Popen[str]:
        address = {"REDIS_URL": self.redis_url, "DJANGO_SETTINGS_MODULE": "config.settings"}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.system.manager"],
                cwd=ROOT,
                env=self.env | address,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def demo(self, plan: str) -> dict[str, str]:
        """A new account: email, password, plan, sessionToken, apiKey."""
        facts: dict[str, str] = json.loads(self.manage("demo_account", "--plan", plan, "--json"))
        return facts

    def client(self, api_key: str) -> httpx.Client:
        """To be closed. It knows the API's address: ``client.get("/usage")``."""
        limits = httpx.Limits(max_connections=100)
        headers = {"x-api-key": api_key}
        base = f"{self.url}/api/v1"
        # Without trust_env=False a proxy of the machine's would be asked for 127.0.0.1.
        return httpx.Client(
            base_url=base, headers=headers, timeout=60, limits=limits, trust_env=False
        )

    def tail(self, lines: int = 60) -> str:
        """The end of what the site printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    @property
    def redis_url(self) -> str:
        embedded = self.var / "run/redis_url"
        return self.env["REDIS_URL"] or embedded.read_text().strip()

    def inside(self, folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
        """What a folder holds at any depth, while the site goes on adding and removing."""
        for top, folders, files in os.walk(folder):
            for path in (Path(top, name) for name in folders + files):
                with suppress(FileNotFoundError):
                    yield path, path.lstat()

    def files(self) -> set[Path]:
        """Every stored file of every picture."""
        return {
            path for path, found in self.inside(self.var / "media") if stat.S_ISREG(found.st_mode)
        }

    @contextmanager
    def nothing_kept(self) -> Iterator[None]:
        """While the block runs, whoever would write a picture's row waits."""
        address = self.env["DATABASE_URL"]
        if address.startswith("sqlite"):
            with closing(sqlite3.connect(self.var / "packshot.sqlite3", timeout=20)) as held:
                held.execute("BEGIN IMMEDIATE")
                yield
        else:
            with psycopg.connect(address) as other:
                other.execute("LOCK TABLE media_library_image IN SHARE ROW EXCLUSIVE MODE")
                yield

    def freeze(self, pid: int) -> None:
        """Stop a process, though not while it holds SQLite's only write lock, as all would wait."""
        until(lambda: self._frozen(pid), seconds=AGAIN_SECONDS, pause=0.1)

    def _frozen(self, pid: int) -> bool:
        os.kill(pid, signal.SIGSTOP)
        until(lambda: (_stat(pid) or "T")[0] == "T", seconds=AGAIN_SECONDS)
        if not self.env["DATABASE_URL"].startswith("sqlite"):
            return True
        try:
            with closing(sqlite3.connect(self.var / "packshot.sqlite3", timeout=2)) as asking:
                asking.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            os.kill(pid, signal.SIGCONT)
            return False
        return True

    @contextmanager
    def nothing_queued(self) -> Iterator[None]:
        """While the block runs, whoever would put a message on the queue waits."""
        with redis.Redis.from_url(self.redis_url) as client:
            client.client_pause(30_000, all=False)  # reading goes on
            try:
                yield
            finally:
                client.client_unpause()

    def queue_pid(self) -> int:
        with redis.Redis.from_url(self.redis_url) as client:
            return int(client.info("server")["process_id"])

    def worker_pid(self, queue: str = "images") -> int:
        """A process that works on pictures, as soon as there is one."""
        return min(until(lambda: self.worker_pids(queue), seconds=60, pause=0.1))

    def worker_pids(self, queue: str = "images") -> set[int]:
        """Those that are alive among the processes that announced themselves."""
        with redis.Redis.from_url(self.redis_url, decode_responses=True) as client:
            values = [client.get(key) for key in client.scan_iter(f"packshot:worker:{queue}:*")]
        processes = {int(value.partition(" ")[0]) for value in values if value}
        return {process for process in processes if is_alive(process)}

    def pid(self, name: str) -> int:
        """The launcher's own child of that name."""
        assert self.process is not None
        for folder in Path("/proc").iterdir():
            is_child = folder.name.isdecimal() and _parent(int(folder.name)) == self.process.pid
            if is_child and (folder / "comm").read_text() == f"{name}\n":
                return int(folder.name)
        raise AssertionError(f"the launcher runs no {name!r}")

    def _is_ready(self, said_before: int) -> bool:
        """Whether the launcher says so: for a moment a killed one's web server may still answer."""
        if self.process is None or self.process.poll() is not None:
            raise AssertionError("the launcher has ended")
        return b"Packshot is ready" in self.log.read_bytes()[said_before:]

    def answers(self, path: str) -> bool:
        """Whether the site says 200 there."""
        # Not httpx.get: it would read all the authorities' certificates each time it is asked.
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        with closing(connection):
            try:
                connection.request("GET", path)
                return connection.getresponse().status == 200
            except (OSError, HTTPException):
                return False


def until(look: Callable[[], _Found | None], *, seconds: float, pause: float = 0.02) -> _Found:
    """What ``look`` finds, as soon as it finds anything. AssertionError if that takes too long.

    What asks a site should ``pause`` for longer: it takes the processor from whom it waits for.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"nothing after {seconds:g} s"
        time.sleep(pause)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected doesn't."""
    state = _stat(pid)
    return state is not None and state[0] != "Z"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _parent(pid: int) -> int | None:
    state = _stat(pid)
    return int(state[1]) if state else None


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
