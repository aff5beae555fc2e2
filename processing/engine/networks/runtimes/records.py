"""What is known of a converted network: which weights it was made of, by which MNN, and how its
self-check on a processor went. One small JSON file beside it, written whole or not at all.

A file that can't be read, or that is of other weights or another MNN, is as good as none: the network
is converted and checked again when weights are next fetched.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from processing.engine import libraries
from processing.engine.libraries import installed
from processing.engine.networks import weights
from processing.engine.networks.weights import ModelWeights

NOT_INSTALLED = "MNN is not installed (it has no wheel for every Python and processor)"
# How far the two runtimes' answers may be apart, of 1.
LIMIT = 0.002


@dataclass(frozen=True, slots=True)
class Check:
    """A self-check: the largest difference of the two answers, and the processor's seconds that a pass
    took, summed over its threads; or how MNN ended (`failed`)."""

    difference: float = 0.0
    mnn_seconds: float = 0.0
    onnxruntime_seconds: float = 0.0
    failed: str = ""

    @property
    def problem(self) -> str:
        """Why MNN isn't to be used here, or nothing."""
        if self.failed:
            return f"MNN's self-check failed: {self.failed}"
        if not self.difference <= LIMIT:
            return f"MNN's self-check failed: its answer differs by {self.difference:.2g}"
        if self.mnn_seconds > self.onnxruntime_seconds:
            return (
                f"MNN is slower on this processor ({self.mnn_seconds:.2f} s of computing a pass, "
                f"ONNX Runtime {self.onnxruntime_seconds:.2f} s)"
            )
        return ""


@dataclass(frozen=True, slots=True)
class Record:
    """A conversion: `weights` and `mnn` say what it was made of and by, `sha256` and `size` what came
    out; `checks` has the self-checks by `checked_with()`."""

    weights: str
    mnn: str
    sha256: str
    size: int
    checks: Mapping[str, Check] = field(default_factory=dict)


def mnn_version() -> str | None:
    """The version of MNN that is installed, or None; nothing is imported."""
    return libraries.version_of("MNN")


def converted(models_dir: Path, entry: ModelWeights) -> Path:
    """Where the converted network lies."""
    return models_dir / f"{entry.name}.mnn"


def read(models_dir: Path, entry: ModelWeights) -> Record | None:
    """The record of a converted network; None where there is none, or it can't be read."""
    try:
        facts = json.loads(_path(models_dir, entry).read_bytes())
        checks = {with_what: Check(**check) for with_what, check in facts.pop("checks").items()}
        for check in checks.values():
            _ = check.problem  # a TypeError where a number is none
        return Record(**facts, checks=checks)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write(models_dir: Path, entry: ModelWeights, record: Record) -> None:
    """Put the record in place of another, so that no reader sees half of it; the caller holds the
    network's lock. Raises OSError."""
    path = _path(models_dir, entry)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(json.dumps(asdict(record), indent=1))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def forget(models_dir: Path, entry: ModelWeights) -> None:
    """Remove the record, so that the network counts as not converted. Raises OSError."""
    _path(models_dir, entry).unlink(missing_ok=True)


def problem_of(record: Record | None, models_dir: Path, entry: ModelWeights) -> str:
    """Why the converted network can't be run as it lies there, or nothing. 88 MB take 60 ms, once.

    Customers read this, too: it tells no path.
    """
    if record is None:
        return "it is not converted for MNN yet"
    if record.mnn != mnn_version():
        return f"it was converted by MNN {record.mnn}, and MNN {mnn_version()} is installed"
    if record.weights != entry.version:
        return "it was converted from other weights"
    path = converted(models_dir, entry)
    try:
        facts = path.stat()
    except OSError:
        return f"its converted file {path.name} is missing"
    if facts.st_size != record.size:
        return f"its converted file {path.name} is cut short or another"
    try:
        found = _sha256(path, facts.st_mtime_ns, facts.st_ino)
    except OSError as error:
        return f"its converted file {path.name} can't be read ({error.strerror})"
    if found != record.sha256:
        return f"its converted file {path.name} is damaged (SHA-256 mismatch)"
    return ""


def checked_with() -> str:
    """What a self-check holds for: this ONNX Runtime on this kind of processor."""
    return f"{installed('onnxruntime')} on {processor()}"


@cache
def processor() -> str:
    """Name the processor by its architecture, its model and a hash of all that it says it can do;
    where there is no /proc/cpuinfo, as on macOS, by what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    wanted = ("model name", "flags", "Features", "CPU implementer", "CPU part", "CPU variant")
    facts: dict[str, Any] = {}
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() in wanted:
            facts.setdefault(key.strip(), set()).add(value.strip())
    told = repr(sorted((key, sorted(values)) for key, values in facts.items()))
    model = ", ".join(sorted(facts.get("model name", {"unnamed"})))
    return f"{platform.machine()} {model} {hashlib.sha256(told.encode()).hexdigest()[:12]}"


def _path(models_dir: Path, entry: ModelWeights) -> Path:
    return models_dir / f"{entry.name}.mnn.json"


@lru_cache(maxsize=16)
def _sha256(path: Path, _changed: int, _inode: int) -> str:
    return weights.sha256_of(path)
