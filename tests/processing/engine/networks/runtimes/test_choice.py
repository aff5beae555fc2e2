"""Which runtime is chosen, by what lies in the models folder; nothing is run here."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from processing.engine import libraries
from processing.engine.errors import ModelNotInstalled
from processing.engine.networks import weights
from processing.engine.networks.runtimes import choice, records
from processing.engine.networks.runtimes.records import Check, Record
from processing.engine.networks.weights import ModelWeights

CONTENT = b"converted"
GOOD = Check(difference=0.0004, mnn_seconds=0.3, onnxruntime_seconds=0.5)
REMEDY = "run `make models NAMES=u2netp`"


@pytest.fixture
def entry() -> ModelWeights:
    found = weights.find("fast")
    assert found is not None
    return found


@pytest.fixture
def record(tmp_path: Path, entry: ModelWeights, monkeypatch: pytest.MonkeyPatch) -> Record:
    """A converted network that passed its self-check, under MNN 3.6.1."""
    installed = libraries.version_of
    monkeypatch.setattr(
        libraries, "version_of", lambda name: "3.6.1" if name == "MNN" else installed(name)
    )
    records.converted(tmp_path, entry).write_bytes(CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    made = Record(entry.version, "3.6.1", digest, len(CONTENT), {records.checked_with(): GOOD})
    records.write(tmp_path, entry, made)
    return made


@pytest.mark.usefixtures("record")
def test_mnn_runs_what_passed_its_check(tmp_path: Path, entry: ModelWeights) -> None:
    assert choice.of(entry, tmp_path) == choice.Choice("mnn", "MNN, MNN 3.6.1")


@pytest.mark.usefixtures("record")
def test_onnxruntime_by_request_and_beyond_the_processor(
    tmp_path: Path, entry: ModelWeights
) -> None:
    gpu = ("CUDAExecutionProvider", "CPUExecutionProvider")
    asked, on_gpu = (
        choice.of(entry, tmp_path, wish="onnxruntime"),
        choice.of(entry, tmp_path, providers=gpu),
    )
    assert asked == on_gpu
    assert (asked.runtime, asked.why) == ("onnxruntime", "")


@pytest.mark.parametrize(
    ("check", "why"),
    [
        (replace(GOOD, difference=0.0021), "MNN's self-check failed: its answer differs by 0.0021"),
        (
            replace(GOOD, difference=float("nan")),
            "MNN's self-check failed: its answer differs by nan",
        ),
        (
            replace(GOOD, mnn_seconds=0.51),
            "MNN is slower on this processor (0.51 s of computing a pass, ONNX Runtime 0.50 s)",
        ),
        (Check(failed="it broke off"), "MNN's self-check failed: it broke off"),
        (None, f"MNN was not checked on this processor yet; {REMEDY}"),
    ],
)
def test_what_failed_or_lacks_its_check_is_run_by_onnxruntime_unless_forced(
    tmp_path: Path, entry: ModelWeights, record: Record, check: Check | None, why: str
) -> None:
    checks = {"another processor": GOOD}
    if check is not None:
        checks[records.checked_with()] = check
    records.write(tmp_path, entry, replace(record, checks=checks))
    found = choice.of(entry, tmp_path)
    assert (found.runtime, found.why) == ("onnxruntime", why)
    assert choice.of(entry, tmp_path, wish="mnn").runtime == "mnn"


def test_no_mnn(tmp_path: Path, entry: ModelWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "mnn_version", lambda: None)
    why = "MNN is not installed (it has no wheel for every Python and processor)"
    assert (choice.of(entry, tmp_path).runtime, choice.of(entry, tmp_path).why) == (
        "onnxruntime",
        why,
    )
    with pytest.raises(ModelNotInstalled) as refused:
        choice.of(entry, tmp_path, wish="mnn")
    assert refused.value.message == (
        f"NETWORK_RUNTIME is mnn, but u2netp can't be run by it: {why}."
    )


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("no record", "it is not converted for MNN yet"),
        ("half a record", "it is not converted for MNN yet"),
        ("a list", "it is not converted for MNN yet"),
        ("a newer record", "it is not converted for MNN yet"),
        ("another MNN", "it was converted by MNN 3.6.0, and MNN 3.6.1 is installed"),
        ("other weights", "it was converted from other weights"),
        ("no file", "its converted file u2netp.mnn is missing"),
        ("cut short", "its converted file u2netp.mnn is cut short or another"),
        ("damaged", "its converted file u2netp.mnn is damaged (SHA-256 mismatch)"),
    ],
)
def test_what_is_not_rightly_converted_is_run_by_onnxruntime_and_never_by_mnn(
    tmp_path: Path, entry: ModelWeights, record: Record, what: str, why: str
) -> None:
    path, beside = records.converted(tmp_path, entry), tmp_path / "u2netp.mnn.json"
    match what:
        case "no record":
            beside.unlink()
        case "half a record":
            beside.write_bytes(beside.read_bytes()[:-20])
        case "a list":
            beside.write_text("[]")
        case "a newer record":
            beside.write_text('{"checks": {}, "weights": "", "sort": 2}')
        case "another MNN":
            records.write(tmp_path, entry, replace(record, mnn="3.6.0"))
        case "other weights":
            records.write(tmp_path, entry, replace(record, weights="u2netp 0"))
        case "no file":
            path.unlink()
        case "cut short":
            path.write_bytes(CONTENT[:-1])
        case "damaged":
            path.write_bytes(CONTENT.upper())
    told = f"{why}; {REMEDY}"
    found = choice.of(entry, tmp_path)
    assert (found.runtime, found.why) == ("onnxruntime", told)
    with pytest.raises(ModelNotInstalled) as refused:
        choice.of(entry, tmp_path, wish="mnn")
    assert told in refused.value.message


def test_a_file_that_may_not_be_read(tmp_path: Path, entry: ModelWeights, record: Record) -> None:
    path = records.converted(tmp_path, entry)
    path.unlink()
    path.mkdir()  # which root can't read either
    records.write(tmp_path, entry, replace(record, size=path.stat().st_size))
    found = choice.of(entry, tmp_path)
    why = "its converted file u2netp.mnn can't be read (Is a directory)"
    assert (found.runtime, found.why) == ("onnxruntime", f"{why}; {REMEDY}")


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("number", ["0.0004", "0.3", "0.5"])
def test_a_record_without_numbers(tmp_path: Path, entry: ModelWeights, number: str) -> None:
    beside = tmp_path / "u2netp.mnn.json"
    beside.write_text(beside.read_text().replace(number, '"small"'))
    found = choice.of(entry, tmp_path)
    assert (found.runtime, found.why) == (
        "onnxruntime",
        f"it is not converted for MNN yet; {REMEDY}",
    )


def test_a_record_that_could_not_be_written_leaves_the_old_one(
    tmp_path: Path, entry: ModelWeights, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        records.write(tmp_path, entry, replace(record, mnn="9"))
    assert records.read(tmp_path, entry) == record
    assert sorted(path.name for path in tmp_path.iterdir()) == ["u2netp.mnn", "u2netp.mnn.json"]
