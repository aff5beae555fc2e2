"""Converting and checking when weights are fetched: once, whole or not at all, never in the way."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from processing.engine.networks import weights
from processing.engine.networks.registry import Registry
from processing.engine.networks.runtimes import converting, records
from processing.engine.networks.runtimes.mnn_network import MnnNetwork
from processing.engine.networks.runtimes.records import Check
from processing.engine.networks.weights import ModelWeights

CHECK = Check(difference=0.0004, mnn_seconds=0.25, onnxruntime_seconds=0.5)
RUNS = (
    "u2netp: MNN 3.6.1 runs it (0.25 s of computing a pass, ONNX Runtime 0.50 s; the largest "
    "difference is 0.0004)"
)
CONVERTS = "u2netp: converting for MNN, as it is not converted for MNN yet"


class Processes:
    """Stands in for the two processes; `codes` are what the next of each kind end with."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}
        self.told = json.dumps(asdict(CHECK))
        self.started: list[str] = []

    def __call__(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        module = command[2].rpartition(".")[2]
        self.started.append(module)
        if module == "converter":
            Path(command[5]).write_bytes(b"converted")
        code = self.codes.get(module, 0)
        told = f"MNN use high precision\n{self.told}\n"
        return subprocess.CompletedProcess(command, code, told, "Traceback\nOSError: it is full\n")


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Processes:
    processes = Processes()
    monkeypatch.setattr(subprocess, "run", processes)
    monkeypatch.setattr(records, "mnn_version", lambda: "3.6.1")
    return processes


@pytest.fixture
def entry() -> ModelWeights:
    found = weights.find("fast")
    assert found is not None
    return found


@pytest.fixture
def prepare(tmp_path: Path, entry: ModelWeights) -> Callable[[], list[str]]:
    def prepare() -> list[str]:
        told: list[str] = []
        converting.prepare(entry, tmp_path, threads=2, report=told.append)
        return told

    return prepare


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_converted_and_checked_once(
    tmp_path: Path, entry: ModelWeights, processes: Processes, prepare: Callable[[], list[str]]
) -> None:
    assert prepare() == [CONVERTS, RUNS]
    assert prepare() == [RUNS]
    assert processes.started == ["converter", "self_check"]
    record = records.read(tmp_path, entry)
    assert record is not None
    assert (record.mnn, record.size, dict(record.checks)) == (
        "3.6.1",
        9,
        {records.checked_with(): CHECK},
    )
    assert files(tmp_path) == ["u2netp.mnn", "u2netp.mnn.json"]


def test_another_processor_is_checked_without_converting_again(
    processes: Processes, prepare: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare()
    monkeypatch.setattr(records, "processor", lambda: "another")
    assert prepare() == [RUNS]
    assert processes.started == ["converter", "self_check", "self_check"]


def test_what_is_done_needs_no_folder_that_can_be_written_to(
    processes: Processes, prepare: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_one(path: Path) -> None:
        raise OSError(f"no lock in {path.parent}")

    prepare()
    monkeypatch.setattr(weights, "only_one", only_one)
    assert prepare() == [RUNS]
    monkeypatch.setattr(records, "processor", lambda: "another")
    [told] = prepare()
    assert told.startswith("u2netp: ONNX Runtime runs it: no lock in ")
    assert processes.started == ["converter", "self_check"]


@pytest.mark.parametrize("damage", [b"", b"convert", b"CONVERTED"])
def test_a_damaged_file_is_converted_anew(
    tmp_path: Path, processes: Processes, prepare: Callable[[], list[str]], damage: bytes
) -> None:
    prepare()
    (tmp_path / "u2netp.mnn").write_bytes(damage)
    assert prepare()[-1] == RUNS
    assert processes.started == ["converter", "self_check"] * 2
    assert (tmp_path / "u2netp.mnn").read_bytes() == b"converted"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (1, "converter failed: OSError: it is full"),
        (-signal.SIGSEGV, "converter broke off (SIGSEGV)"),
        (-signal.SIGKILL, "converter was ended (SIGKILL), perhaps for want of memory"),
    ],
)
def test_a_failed_conversion_leaves_nothing_and_is_tried_again(
    tmp_path: Path, processes: Processes, prepare: Callable[[], list[str]], code: int, why: str
) -> None:
    processes.codes["converter"] = code
    assert prepare() == [CONVERTS, f"u2netp: ONNX Runtime runs it: {why}"]
    assert files(tmp_path) == []
    del processes.codes["converter"]
    assert prepare() == [CONVERTS, RUNS]


@pytest.mark.parametrize(
    ("code", "why", "again"),
    [
        # The processor lacks what MNN's code needs: so it will the next time.
        (-signal.SIGILL, "MNN's self-check failed: self_check broke off (SIGILL)", False),
        (-signal.SIGKILL, "self_check was ended (SIGKILL), perhaps for want of memory", True),
        (-35, "self_check was ended (signal 35), perhaps for want of memory", True),
        (1, "self_check failed: OSError: it is full", True),
    ],
)
def test_a_check_that_broke_off_is_remembered_where_it_would_again(
    processes: Processes, prepare: Callable[[], list[str]], code: int, why: str, again: bool
) -> None:
    processes.codes["self_check"] = code
    assert prepare()[-1] == f"u2netp: ONNX Runtime runs it: {why}"
    del processes.codes["self_check"]
    assert prepare() == [RUNS if again else f"u2netp: ONNX Runtime runs it: {why}"]


@pytest.mark.parametrize(
    "told", ["", "MNN uses all of it", "[]", '{"speed": 1}', '{"difference": "much"}']
)
def test_findings_that_can_not_be_read_are_no_check(
    processes: Processes, prepare: Callable[[], list[str]], told: str
) -> None:
    findings, processes.told = processes.told, told
    why = "self_check printed something other than its findings"
    assert prepare()[-1] == f"u2netp: ONNX Runtime runs it: {why}"
    processes.told = findings
    assert prepare() == [RUNS]


def test_no_room(
    tmp_path: Path,
    processes: Processes,
    prepare: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 5_000_000))
    needs = f"converting it for MNN needs 11 MB in {tmp_path}, which has 5"
    assert prepare() == [CONVERTS, f"u2netp: ONNX Runtime runs it: {needs}"]
    assert (processes.started, files(tmp_path)) == ([], [])


def test_no_mnn(
    processes: Processes, prepare: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "mnn_version", lambda: None)
    [line] = prepare()
    assert line.startswith("u2netp: ONNX Runtime runs it: MNN is not installed")
    assert processes.started == []


def test_two_at_once_convert_once(processes: Processes, prepare: Callable[[], list[str]]) -> None:
    told: list[list[str]] = []
    threads = [threading.Thread(target=lambda: told.append(prepare())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert processes.started == ["converter", "self_check"]
    assert sorted(told, key=len) == [[RUNS], [RUNS], [CONVERTS, RUNS]]


def test_a_converter_that_outlives_who_started_it_keeps_others_waiting(
    tmp_path: Path,
    processes: Processes,
    prepare: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inherited: list[int] = []

    def killed(command: list[str], *, pass_fds: tuple[int, ...], **_: object) -> None:
        inherited.extend(map(os.dup, pass_fds))  # as a child has them
        raise OSError("killed")

    monkeypatch.setattr(subprocess, "run", killed)
    prepare()
    with (tmp_path / ".u2netp.mnn.lock").open() as lock:
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for descriptor in inherited:
            os.close(descriptor)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.skipif(records.mnn_version() is None, reason="MNN has no wheel for this Python")
def test_fast_is_converted_checked_and_run_by_mnn(
    tmp_path: Path, models_dir: Path, entry: ModelWeights, photo: Callable[[str], bytes]
) -> None:
    (tmp_path / entry.file).symlink_to(models_dir / entry.file)
    by_onnxruntime = Registry(tmp_path)
    rgb = np.asarray(Image.open(BytesIO(photo("wool-hat"))).convert("RGB"))
    theirs = by_onnxruntime.matte("fast", rgb)
    assert by_onnxruntime.provider("fast") == "onnxruntime/u2netp"
    version = by_onnxruntime.version("fast")

    told: list[str] = []
    converting.prepare(entry, tmp_path, threads=2, report=told.append)
    record = records.read(tmp_path, entry)
    assert record is not None
    [check] = record.checks.values()
    assert (check.failed, check.difference < records.LIMIT) == ("", True)
    # How fast this machine is today is no matter here.
    forced = Registry(tmp_path, runtime="mnn")
    assert forced.provider("fast") == "mnn/u2netp"
    assert forced.version("fast") != version
    ours = forced.matte("fast", rgb)
    assert float(np.abs(ours - theirs).max()) * 255 < 1.01
    assert np.count_nonzero(ours == theirs) > 0.99 * ours.size

    script = (
        "import sys, hashlib, numpy as np; from pathlib import Path; from PIL import Image;"
        "from processing.engine.networks.registry import Registry;"
        "rgb = np.asarray(Image.open(sys.stdin.buffer).convert('RGB'));"
        "matte = Registry(Path(sys.argv[1]), runtime='mnn').matte('fast', rgb);"
        "sys.stdout.buffer.write(matte.tobytes())"
    )
    there = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], input=photo("wool-hat"), capture_output=True
    )
    # The same bytes again, here and in another process, where nothing else is on standard output.
    assert there.stdout == ours.tobytes() == forced.matte("fast", rgb).tobytes()

    assert _beside(lambda: forced.matte("fast", rgb)) > 10

    short = tmp_path / "short.mnn"
    short.write_bytes(records.converted(tmp_path, entry).read_bytes()[:-500_000])
    with pytest.raises(MemoryError, match=r"can't load .* or the file is damaged"):
        MnnNetwork(short, threads=1)


@pytest.mark.skipif(
    sys.platform != "linux" or records.mnn_version() is None,
    reason="only Linux limits a process's memory; MNN has no wheel for every Python",
)
@pytest.mark.parametrize("megabytes", [3, 40])
def test_a_network_that_finds_no_memory_is_a_shortage(
    megabytes: int, models_dir: Path, entry: ModelWeights
) -> None:
    """3 MB are not enough for the file, and 40 not for its planes."""
    script = (
        "import sys, MNN, numpy; from pathlib import Path;"
        "from processing.engine import memory; from processing.engine.errors import OutOfMemory;"
        "from processing.engine.networks.runtimes.mnn_network import MnnNetwork;"
        f"memory.limit_growth({megabytes})\n"
        "try:\n with memory.shortage_told(): MnnNetwork(Path(sys.argv[1]), threads=1)\n"
        "except OutOfMemory: sys.exit(3)"
    )
    path = records.converted(models_dir, entry)
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True)
    assert done.returncode == 3


def _beside(work: Callable[[], object]) -> int:
    """How often another thread's turn comes while some work is done in this one."""
    turns, ended = 0, threading.Event()

    def count() -> None:
        nonlocal turns
        while not ended.wait(0.001):
            turns += 1

    thread = threading.Thread(target=count)
    thread.start()
    work()
    ended.set()
    thread.join()
    return turns


def test_the_processor_is_named_by_what_it_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def cpuinfo(flags: str) -> str:
        records.processor.cache_clear()
        text = f"processor : 0\nmodel name : Fast One\nflags : {flags}\n\nprocessor : 1\n"
        monkeypatch.setattr(Path, "read_text", lambda _: text)
        return records.processor()

    try:
        assert cpuinfo("avx2 fma") == cpuinfo("avx2 fma") != cpuinfo("avx2")
        assert " Fast One " in cpuinfo("avx2")
    finally:
        records.processor.cache_clear()
