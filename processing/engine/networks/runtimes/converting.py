"""Making networks ready for MNN, when weights are fetched and never while pictures are served:
convert what isn't converted, check on this processor what isn't checked, and write down both.

Whatever goes wrong leaves ONNX Runtime to run the network, and is told in one line.
"""

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from processing.engine.networks import weights
from processing.engine.networks.runtimes import records
from processing.engine.networks.runtimes.records import Check, Record
from processing.engine.networks.weights import ModelWeights, Report

_ROOT = Path(__file__).resolve().parents[4]
_PACKAGE = __name__.rpartition(".")[0]
_TIMEOUT = 900
# How a process ends that ran instructions which its processor doesn't have, or broke otherwise. A
# process that was killed may have been in want of memory instead, and is tried again.
_BROKE = (signal.SIGILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGABRT)


class _Failed(Exception):
    """It didn't work this time; the message says why."""


def prepare(
    entry: ModelWeights, models_dir: Path, *, threads: int, report: Report = lambda line: None
) -> None:
    """Have MNN run a network, if it can: convert it, check it, and remember both.

    Two processes may call this at once: the second waits, then finds it done. Where all is done
    already, nothing is run or imported.
    """
    if records.mnn_version() is None:
        report(f"{entry.name}: ONNX Runtime runs it: {records.NOT_INSTALLED}")
        return
    try:
        # Before the lock, for which a folder that nobody may write to has no place.
        record = _done(entry, models_dir)
        if record is None:
            with weights.only_one(models_dir / f".{entry.name}.mnn.lock") as lock:
                record = _converted(entry, models_dir, lock, report)
                record = _checked(record, entry, models_dir, lock, threads)
    except (_Failed, OSError) as error:
        report(f"{entry.name}: ONNX Runtime runs it: {error}")
        return
    report(f"{entry.name}: {_verdict(record)}")


def _done(entry: ModelWeights, models_dir: Path) -> Record | None:
    """The record of a network that is converted and was checked on this processor, else None."""
    record = records.read(models_dir, entry)
    if record is None or records.problem_of(record, models_dir, entry):
        return None
    return record if records.checked_with() in record.checks else None


def _verdict(record: Record) -> str:
    found = record.checks[records.checked_with()]
    if found.problem:
        return f"ONNX Runtime runs it: {found.problem}"
    return (
        f"MNN {record.mnn} runs it ({found.mnn_seconds:.2f} s of computing a pass, ONNX Runtime "
        f"{found.onnxruntime_seconds:.2f} s; the largest difference is {found.difference:.1g})"
    )


def _converted(entry: ModelWeights, models_dir: Path, lock: int, report: Report) -> Record:
    record = records.read(models_dir, entry)
    problem = records.problem_of(record, models_dir, entry)
    if record is not None and not problem:
        return record
    report(f"{entry.name}: converting for MNN, as {problem}")
    _need_room(models_dir, 2 * entry.size + entry.size // 2)
    target = records.converted(models_dir, entry)
    part = target.with_name(f"{target.name}.part")
    try:
        _run(lock, "converter", entry.name, str(models_dir / entry.file), str(part))
        record = Record(
            entry.version, str(records.mnn_version()), weights.sha256_of(part), part.stat().st_size
        )
        # Without a record, what lies there while both are changed counts as not converted.
        records.forget(models_dir, entry)
        part.replace(target)
        records.write(models_dir, entry, record)
    finally:
        part.unlink(missing_ok=True)
    return record


def _checked(
    record: Record, entry: ModelWeights, models_dir: Path, lock: int, threads: int
) -> Record:
    if records.checked_with() in record.checks:
        return record
    converted = records.converted(models_dir, entry)
    try:
        files = (str(models_dir / entry.file), str(converted))
        told = _run(lock, "self_check", entry.name, *files, str(threads))
        found = Check(**json.loads(told.splitlines()[-1]))
        _ = found.problem  # a TypeError where a number is none
    except _Broke as error:
        found = Check(failed=str(error))
    except (IndexError, ValueError, TypeError) as error:
        raise _Failed("self_check printed something other than its findings") from error
    record = replace(record, checks={**record.checks, records.checked_with(): found})
    records.write(models_dir, entry, record)
    return record


class _Broke(_Failed):
    """The process ended by itself, as it would again."""


def _run(lock: int, module: str, *arguments: str) -> str:
    """Run a module beside this one; returns what it printed. Raises _Failed, _Broke.

    It holds the lock, too: where this process is killed, the next one waits until it has ended, as
    both would write the same files.
    """
    command = [sys.executable, "-m", f"{_PACKAGE}.{module}", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, cwd=_ROOT, capture_output=True, text=True, timeout=_TIMEOUT, pass_fds=(lock,)
        )
    except subprocess.TimeoutExpired as error:
        raise _Failed(f"{module} did not finish in {_TIMEOUT // 60} minutes") from error
    if done.returncode == 0:
        return done.stdout
    if done.returncode < 0:
        name = _name_of(-done.returncode)
        if -done.returncode in _BROKE:
            raise _Broke(f"{module} broke off ({name})")
        raise _Failed(f"{module} was ended ({name}), perhaps for want of memory")
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    raise _Failed(f"{module} failed: {last}")


def _name_of(number: int) -> str:
    """A signal's name; those of real time have none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _need_room(models_dir: Path, size: int) -> None:
    free = shutil.disk_usage(models_dir).free
    if free < size:
        raise _Failed(
            f"converting it for MNN needs {size / 1e6:.0f} MB in {models_dir}, which has {free / 1e6:.0f}"
        )
