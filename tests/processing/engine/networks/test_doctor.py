"""What `manage.py doctor` says of a machine, and when it ends as broken."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config import doctor
from processing.engine.networks import room

MISSING = "u2netp is missing, without which no site starts, run `make models NAMES=u2netp`"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models of a machine with room; run by ONNX Runtime, as that is always there."""
    settings.MODELS_DIR = tmp_path
    settings.NETWORK_RUNTIME = "onnxruntime"
    settings.JOB_MEMORY_MB = 0
    monkeypatch.setattr(doctor, "CHECKS", ())  # tests/config/test_doctor.py has these
    monkeypatch.setattr(room, "free_mb", lambda _: 10_000)
    monkeypatch.setattr(room, "memory_mb", lambda: 5_500)
    for name in ("IMAGE_WORKERS", "BATCH_WORKERS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def fast(folder: Path, models_dir: Path) -> Path:
    shutil.copy(models_dir / "u2netp.onnx", folder)
    return folder / "u2netp.onnx"


def told(*, broken: str = "") -> dict[str, str]:
    """What it said of each model, by name."""
    out = StringIO()
    if broken:
        with pytest.raises(CommandError) as caught:
            call_command("doctor", stdout=out)
        assert str(caught.value) == f"Broken: {broken}"
    else:
        call_command("doctor", stdout=out)
        assert out.getvalue().endswith("Nothing is broken.\n")
    return dict(line.split(": ", 1) for line in out.getvalue().splitlines() if " or " in line)


@pytest.mark.usefixtures("fast")
def test_a_machine_in_order() -> None:
    said = told()
    assert said["u2netp or fast"] == f"installed, run by onnxruntime {version('onnxruntime')}"
    assert said["isnet-general-use or high"] == "not installed"
    assert said["realesr-animevideov3-x4 or upscale"] == "not installed"


def test_what_no_site_can_do_without() -> None:
    assert told(broken=MISSING)["u2netp or fast"] == "not installed"


def test_a_damaged_file(fast: Path) -> None:
    fast.write_bytes(b"cut short")
    said = told(broken=f"u2netp is damaged, delete {fast} and run `make models NAMES=u2netp`")
    assert said["u2netp or fast"] == "damaged"


@pytest.mark.usefixtures("fast")
def test_a_download_that_broke_off(folder: Path) -> None:
    (folder / "isnet-general-use-fp16.onnx.part.tgz").write_bytes(bytes(3_200_000))
    assert told()["isnet-general-use or high"] == "not installed, half fetched (3.2 MB)"


@pytest.mark.usefixtures("fast")
def test_a_machine_without_room(
    settings: Any, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    settings.JOB_MEMORY_MB = 500
    said = told()["isnet-general-use or high"]
    assert said == ("not installed, no room: it takes 1600 MB, and JOB_MEMORY_MB allows a job 500")
    settings.JOB_MEMORY_MB = 0
    monkeypatch.setenv("BATCH_WORKERS", "3")
    assert "4 processes that run it take 7100 MB" in told()["isnet-general-use or high"]


@pytest.mark.usefixtures("fast")
def test_a_runtime_that_is_forced_and_can_not_be(settings: Any) -> None:
    settings.NETWORK_RUNTIME = "mnn"
    with pytest.raises(CommandError, match="NETWORK_RUNTIME is mnn, but u2netp can't be run by it"):
        call_command("doctor", stdout=StringIO())


@pytest.mark.usefixtures("fast")
def test_why_not_the_quicker_runtime(settings: Any) -> None:
    """Where MNN is installed the network is not converted for it here; where not, that is why."""
    settings.NETWORK_RUNTIME = "auto"
    said = told()["u2netp or fast"]
    assert said.startswith(f"installed, run by onnxruntime {version('onnxruntime')} (")
    assert ("is not converted for MNN yet" in said) is not ("MNN is not installed" in said)
