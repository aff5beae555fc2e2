"""The launcher, with small scripts in place of the site's processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from config.launch import guards, queue
from config.launch.guards import check_port, lock_folder
from config.launch.supervisor import StartError
from config.launch.table import Site, demand_of, stages
from tests.system.site import free_port

ROOT = Path(__file__).resolve().parents[2]

# A master with one worker, like Dramatiq's and granian's. It notes what happens to it in a file.
CHILD = """
import os, signal, sys, time
from config.launch.lifeline import tie_forks
folder, name, stubborn = sys.argv[1], sys.argv[2], "stubborn" in sys.argv
def note(what):
    with open(f"{folder}/events", "a") as file:
        file.write(f"{name} {what}\\n")
def stop(*_):
    if not stubborn:
        note("stops")
        os.kill(worker, signal.SIGTERM)
        os._exit(0)
def tell(file, pid):
    open(f"{folder}/{file}.new", "w").write(str(pid))
    os.rename(f"{folder}/{file}.new", f"{folder}/{file}")
tie_forks()
worker = os.fork()
if worker == 0:  # it would load Django now: what it does itself comes too late
    while True:
        time.sleep(60)
signal.signal(signal.SIGTERM, stop)
print("hello from", name, flush=True)
note("starts")
tell(f"{name}.worker", worker)
tell(f"{name}.pid", os.getpid())
while True:
    time.sleep(60)
"""

LAUNCHER = """
import sys
from pathlib import Path
from config.launch import processes
from config.launch.guards import lock_folder
from config.launch.lifeline import tie_forks
from config.launch.supervisor import StartError, Supervisor, say
processes.BACKOFF = (0.05,)
folder = Path(sys.argv[1])
def process(name, *options, **more):
    command = (sys.executable, "-m", "child", str(folder), name, *options)
    return processes.Process(name, command, forked="forks" in sys.argv, **more)
def has_started(*names):
    return lambda: all((folder / f"{name}.pid").exists() for name in names)
def stage(*names, **more):
    return processes.Stage(names[0], tuple(map(process, names)), has_started(*names), **more)
try:
    lock = lock_folder(folder)
except StartError as error:
    sys.exit(str(error))
afterwards = None
{table}
tie_forks()
more = {"keep_open": (lock,), "afterwards": afterwards}
sys.exit(Supervisor(table, on_ready=lambda: say("ready"), **more).run())
"""
THREE_STAGES = 'table = [stage("queue"), stage("worker", "clock"), stage("web")]'


class Launched:
    """A launcher under test and the folder its children write to."""

    def __init__(self, folder: Path, table: str, *options: str) -> None:
        self.folder = folder
        self.options = options
        (folder / "child.py").write_text(CHILD)
        (folder / "launcher.py").write_text(LAUNCHER.replace("{table}", textwrap.dedent(table)))
        self.process = self.again()

    def again(self) -> subprocess.Popen[str]:
        """Start a launcher on the same folder."""
        return subprocess.Popen(
            [sys.executable, self.folder / "launcher.py", self.folder, *self.options],
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{self.folder}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_for_line(self, wanted: str) -> list[str]:
        """What was printed up to the line that starts so."""
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if line.startswith(wanted):
                return lines
        raise AssertionError(f"no line {wanted!r} in {lines}")

    def finish(self) -> tuple[int, list[str]]:
        """Exit status and the rest of the output."""
        output, _ = self.process.communicate(timeout=10)
        return self.process.returncode, output.splitlines()

    def pid(self, name: str) -> int:
        return int((self.folder / name).read_text())

    def events(self) -> list[str]:
        return (self.folder / "events").read_text().splitlines()

    def is_running(self, name: str) -> bool:
        return alive(self.pid(name))


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(is_so: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(params=["forks", "executes"])
def launch(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Launched]]:
    launched: list[Launched] = []

    def start(table: str) -> Launched:
        launched.append(Launched(tmp_path, table, request.param))
        return launched[-1]

    yield start
    for one in launched:
        one.process.kill()
        one.process.communicate()


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")


def test_starts_stage_by_stage_and_stops_the_other_way_round(
    launch: Callable[[str], Launched],
) -> None:
    site = launch(THREE_STAGES)
    lines = site.wait_for_line("ready")
    assert lines[0] == "queue  | hello from queue"
    assert sorted(lines[1:3]) == ["clock  | hello from clock", "worker | hello from worker"]
    assert lines[3:] == ["web    | hello from web", "ready"]

    site.process.send_signal(signal.SIGINT)
    assert site.finish() == (0, [])
    started, stopped = site.events()[:4], site.events()[4:]
    assert started[0] == "queue starts"
    assert started[3] == "web starts"
    assert stopped[0] == "web stops"
    assert sorted(stopped[1:3]) == ["clock stops", "worker stops"]
    assert stopped[3:] == ["queue stops"]  # each was told exactly once


def test_what_goes_on_afterwards_is_ended_first(launch: Callable[[str], Launched]) -> None:
    site = launch('table = [stage("web")]; afterwards = process("models", once=True)')
    assert site.wait_for_line("ready") == ["web | hello from web", "ready"]
    site.wait_for_line("hello from models")
    eventually((site.folder / "models.pid").exists)
    site.process.send_signal(signal.SIGINT)
    assert site.finish() == (0, [])
    assert site.events() == ["web starts", "models starts", "models stops", "web stops"]


def test_what_fails_afterwards_is_not_started_again(launch: Callable[[str], Launched]) -> None:
    site = launch('table = [stage("web")]; afterwards = process("models", once=True)')
    site.wait_for_line("hello from models")
    eventually((site.folder / "models.pid").exists)
    os.kill(site.pid("models.pid"), signal.SIGKILL)
    eventually(lambda: not site.is_running("models.worker"))
    assert site.is_running("web.pid")
    site.process.send_signal(signal.SIGINT)
    assert site.finish() == (0, [])
    assert site.events() == ["web starts", "models starts", "web stops"]


def test_a_crashed_process_is_started_again_alone(launch: Callable[[str], Launched]) -> None:
    site = launch(THREE_STAGES)
    site.wait_for_line("ready")
    before = {name: site.pid(f"{name}.pid") for name in ("queue", "worker", "clock", "web")}
    left_behind = site.pid("worker.worker")
    os.kill(before["worker"], signal.SIGKILL)

    site.wait_for_line("worker ended (signal 9). Restarting it in 0.05 s.")
    site.wait_for_line("worker | hello")
    eventually(lambda: site.pid("worker.pid") != before["worker"])
    after = {name: site.pid(f"{name}.pid") for name in before}
    assert {name for name in before if before[name] != after[name]} == {"worker"}
    assert not alive(left_behind)
    assert all(map(alive, after.values()))
    assert sorted(site.events()[4:]) == ["worker starts"]


def test_nothing_is_left_when_the_launcher_is_killed(launch: Callable[[str], Launched]) -> None:
    site = launch(THREE_STAGES)
    site.wait_for_line("ready")
    names = [
        f"{name}.{kind}"
        for name in ("queue", "worker", "clock", "web")
        for kind in ("pid", "worker")
    ]
    assert all(map(site.is_running, names))
    site.process.kill()
    eventually(lambda: not any(map(site.is_running, names)))


def test_one_that_does_not_stop_is_killed_with_its_group_after_the_grace(
    launch: Callable[[str], Launched],
) -> None:
    site = launch(
        """
        stubborn = process("web", "stubborn", grace=0.3)
        table = [stage("queue"), processes.Stage("web", (stubborn,), has_started("web"))]
        """
    )
    site.wait_for_line("ready")
    assert site.is_running("web.worker")
    began = time.monotonic()
    site.process.send_signal(signal.SIGTERM)
    assert site.finish()[0] == 0
    assert 0.3 <= time.monotonic() - began < 1.5
    assert not site.is_running("web.worker")
    assert site.events()[-1] == "queue stops"


def test_a_once_process_must_succeed_before_the_next_stage(
    launch: Callable[[str], Launched],
) -> None:
    site = launch(
        """
        def once(status):
            code = f"print('preparing'); raise SystemExit({status})"
            return processes.Process("once", (sys.executable, "-c", code), once=True)
        def once_stage(status):
            return processes.Stage("once", (once(status),))
        table = [stage("queue"), once_stage(0), once_stage(3), stage("web")]
        """
    )
    status, lines = site.finish()
    assert status == 1
    assert lines == [
        "queue | hello from queue",
        "preparing",
        "preparing",
        "Packshot could not start: once ended (status 3); see its output above.",
    ]
    assert site.events() == ["queue starts", "queue stops"]


def test_crashing_again_and_again_before_being_ready_ends_the_start(
    launch: Callable[[str], Launched],
) -> None:
    site = launch(
        """
        broken = processes.Process("web", (sys.executable, "-c", "1 / 0"))
        table = [processes.Stage("web", (broken,), lambda: False)]
        """
    )
    status, lines = site.finish()
    assert status == 1
    assert lines.count("web | ZeroDivisionError: division by zero") == 3
    assert lines[-1] == "Packshot could not start: web ended (status 1); see its output above."


def test_a_stage_that_never_gets_ready_ends_the_start(launch: Callable[[str], Launched]) -> None:
    site = launch('table = [processes.Stage("Redis", (), lambda: False, patience=0.1)]')
    assert site.finish() == (
        1,
        ["Packshot could not start: Redis was not ready after 0.1 seconds."],
    )


def test_a_second_launcher_on_the_same_folder_is_refused(
    launch: Callable[[str], Launched],
) -> None:
    site = launch(THREE_STAGES)
    site.wait_for_line("ready")
    second = site.again()
    output, _ = second.communicate(timeout=5)
    assert second.returncode == 1
    assert output == (
        f"Packshot is already running on {site.folder} (process {site.process.pid}). "
        "Stop it first, or set VAR_DIR to another folder.\n"
    )
    assert len(site.events()) == 4


def test_the_folder_is_free_once_the_last_process_is_gone(
    launch: Callable[[str], Launched],
) -> None:
    site = launch(THREE_STAGES)
    site.wait_for_line("ready")
    site.process.kill()
    site.process.wait()
    os.close(lock_folder(site.folder))
    assert not any(site.is_running(f"{name}.pid") for name in ("queue", "worker", "clock", "web"))


LEAVES_AN_ORPHAN = """
import os, sys, time
from pathlib import Path
from config.launch.guards import lock_folder
lock_folder(Path(sys.argv[1]))
if os.fork() == 0:
    os.setsid()
    Path(sys.argv[1], "orphan").write_text(str(os.getpid()))
    time.sleep(60)
time.sleep(60)
"""


def test_a_lock_that_only_orphans_hold_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "ORDERLY_SECONDS", 0.1)
    launcher = subprocess.Popen([sys.executable, "-c", LEAVES_AN_ORPHAN, tmp_path], cwd=ROOT)
    orphan = tmp_path / "orphan"
    eventually(lambda: orphan.exists() and bool(orphan.read_text()))
    with pytest.raises(StartError, match=rf"running on .* \(process {launcher.pid}\)\."):
        lock_folder(tmp_path)
    assert alive(int(orphan.read_text()))
    launcher.kill()
    launcher.wait()
    lock = lock_folder(tmp_path)
    assert not alive(int(orphan.read_text()))
    assert (tmp_path / "lock").read_text() == str(os.getpid())
    os.close(lock)


def test_a_lock_whose_holder_cannot_be_seen_names_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another container, say, where its number is another process's here, or this one's."""
    monkeypatch.setattr(guards, "LEFTOVER_SECONDS", 0.1)
    monkeypatch.setattr(guards, "_holders", lambda path: set())
    lock = lock_folder(tmp_path)
    with pytest.raises(StartError, match=r"\(processes left behind: unknown, perhaps another"):
        lock_folder(tmp_path)
    os.close(lock)


ORPHANED_BEFORE_IT_IS_TIED = """
import os, signal, sys, time
from config.launch import lifeline
tie = lifeline._tie
def late(parent, number):
    os.write(tells, b"forked")
    while os.getppid() == parent:
        time.sleep(0.01)
    tie(parent, number)
    os.write(tells, b", lives on")
lifeline._tie = late
told, tells = os.pipe()
os.set_inheritable(told, True)
if os.fork() == 0:
    lifeline.tie_forks()
    if os.fork() == 0:
        os.write(tells, b", does its work")
        os._exit(0)
    os.kill(os.getpid(), signal.SIGKILL)
os.close(tells)
os.wait()
words = b""
while more := os.read(told, 100):
    words += more
print(words.decode())
"""


def test_a_fork_whose_master_died_before_it_was_tied_ends_at_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ORPHANED_BEFORE_IT_IS_TIED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )
    assert done.stdout == "forked\n"


@pytest.mark.parametrize(
    "master",
    [
        ["dramatiq", "config.worker", "-p", "1", "--worker-fork-timeout", "10"],
        ["granian", "--interface", "asginl", "config.launch.web:application"],
    ],
    ids=["worker", "web"],
)
def test_a_worker_whose_master_is_killed_while_it_loads_the_site_ends(
    tmp_path: Path, master: list[str]
) -> None:
    """Started by hand, or where the launcher can't fork."""
    (tmp_path / "django").mkdir()
    (tmp_path / "django" / "__init__.py").write_text(
        "import os, time\n"
        f"open({str(tmp_path / 'new')!r}, 'w').write(str(os.getpid()))\n"
        f"os.rename({str(tmp_path / 'new')!r}, {str(tmp_path / 'pid')!r})\n"
        "time.sleep(60)\n"
    )
    options = ["--port", str(free_port())] if master[0] == "granian" else []
    process = subprocess.Popen(
        [sys.executable, "-m", *master, *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        eventually((tmp_path / "pid").exists, seconds=20)
    finally:
        process.kill()
        process.wait()
    worker = int((tmp_path / "pid").read_text())
    assert worker != process.pid
    eventually(lambda: not alive(worker))


def test_a_taken_port_is_refused_with_a_free_one_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=rf"^Port {port} is taken\. Try PORT=\d+ make run$"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_impossible_hosts_and_ports_are_refused() -> None:
    with pytest.raises(StartError, match=r"^PORT=70000 is not a port number\.$"):
        check_port("127.0.0.1", 70000)
    with pytest.raises(StartError, match=r"^HOST=nowhere\.invalid is not an address"):
        check_port("nowhere.invalid", 8000)


@pytest.mark.parametrize(
    ("name", "text"), [("PORT", "web"), ("WORKER_IDLE_SECONDS", "-1"), ("BATCH_WORKERS", "1.5")]
)
def test_numbers_of_the_launcher_that_can_t_be_read_are_refused(name: str, text: str) -> None:
    message = f"^{name}={text} can't be read; it takes a whole number of at least 0.$"
    with pytest.raises(StartError, match=message):
        Site.from_env({name: text}, ROOT)


@pytest.mark.parametrize("name", ["IMAGE_WORKERS", "BATCH_WORKERS"])
def test_a_site_without_workers_needs_a_queue_that_others_can_reach(name: str) -> None:
    with pytest.raises(StartError, match=rf"^{name}=0 needs a REDIS_URL"):
        Site.from_env({name: "0"}, ROOT)
    outside = {name: "0", "REDIS_URL": "redis://queue.example:6379"}
    assert getattr(Site.from_env(outside, ROOT), name.lower()) == 0


@pytest.mark.parametrize("is_deep", [False, True], ids=["socket", "loopback"])
def test_the_embedded_queue_keeps_what_it_holds(tmp_path: Path, is_deep: bool) -> None:
    var = tmp_path / ("d" * 100 if is_deep else "v")

    def run(use: Callable[[redis.Redis], object]) -> object:
        embedded = queue.embedded(var)
        assert embedded.process is not None
        assert (var / "run/redis_url").read_text().strip() == embedded.url
        assert embedded.url.startswith("redis://:" if is_deep else "unix:///")
        server = subprocess.Popen(embedded.process.command)
        try:
            eventually(lambda: queue.answers(embedded.url))
            with redis.Redis.from_url(embedded.url) as client:
                return use(client)
        finally:
            server.terminate()
            assert server.wait(5) == 0

    run(lambda client: client.rpush("jobs", "one", "two"))
    assert run(lambda client: client.lrange("jobs", 0, -1)) == [b"one", b"two"]
    assert (var / "run/redis_url").stat().st_mode & 0o777 == 0o600


def test_the_sites_own_table_in_order(tmp_path: Path) -> None:
    site = Site.from_env({"VAR_DIR": str(tmp_path), "PORT": "8123"}, ROOT)
    table = stages(site)
    assert [[process.name for process in stage.processes] for stage in table] == [
        ["queue"],
        ["prepare"],
        ["worker", "batches", "batches-2", "studio", "tasks", "buckets", "webhooks", "scheduler"],
        ["web"],
    ]
    on_demand = {one.name: one.on_demand for one in table[2].processes}
    assert on_demand == {
        "worker": (),
        "batches": ("batches",),
        "batches-2": ("batches",),
        "studio": ("studio",),
        "tasks": ("previews", "copies", "accounts"),
        "buckets": ("buckets",),
        "webhooks": ("webhooks",),
        "scheduler": (),
    }
    web = table[3].processes[0]
    assert site.address == "http://127.0.0.1:8123"
    assert "--port 8123" in " ".join(web.command)
    assert web.env["REDIS_URL"] == f"unix://{tmp_path}/run/queue.sock"


def test_processes_that_never_leave_are_not_started_on_demand(tmp_path: Path) -> None:
    env = {"VAR_DIR": str(tmp_path), "WORKER_IDLE_SECONDS": "0"}
    table = stages(Site.from_env(env, ROOT))
    assert all(one.on_demand == () for stage in table for one in stage.processes)
    assert demand_of(table) is None


def test_a_redis_url_takes_the_embedded_queues_place(tmp_path: Path) -> None:
    env = {"VAR_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1/0"}
    table = stages(Site.from_env(env, ROOT))
    assert table[0].processes == ()
    assert table[0].is_ready() is False
    assert table[3].processes[0].env["REDIS_URL"] == "redis://127.0.0.1:1/0"
    assert not (tmp_path / "run").exists()
