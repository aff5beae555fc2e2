"""The self-check's measure and picture; it is run for real in test_converting."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from processing.engine.networks.registry import Registry
from processing.engine.networks.runtimes import self_check
from processing.engine.networks.runtimes.self_check import check, drawn

CONVERTED = Path("converted.mnn")


class Runtimes:
    """Stands in for both runtimes; each pass of MNN takes what is next in `mnn`, ONNX Runtime's 2 s."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, mnn: list[float]) -> None:
        self.now, self.made = 0.0, 0
        self.mnn = iter(mnn)
        monkeypatch.setattr(time, "process_time", lambda: self.now)
        monkeypatch.setattr(self_check, "MnnNetwork", lambda *_, **__: self)
        monkeypatch.setattr(self_check, "OnnxNetwork", lambda *_, **__: Steady(self))

    def run(self, planes: np.ndarray) -> np.ndarray:
        self.now += next(self.mnn)
        return np.asarray(planes[0, 0] + np.float32(0.25))


class Steady:
    def __init__(self, runtimes: Runtimes) -> None:
        self.runtimes = runtimes
        runtimes.made += 1

    def run(self, planes: np.ndarray) -> np.ndarray:
        self.runtimes.now += 2.0
        return np.asarray(planes[0, 0])


@pytest.mark.parametrize(
    ("mnn", "seconds", "rounds"),
    [
        ([9.0, 1.5, 1.0], 1.0, 1),
        ([9.0, 3.0, 2.5, 9.0, 2.0, 7.0], 2.0, 2),
        ([9.0, 3.0, 2.5] * 3 + [9.0, 2.25, 4.0], 2.25, 4),
    ],
)
def test_the_quickest_pass_counts_and_a_slow_one_is_measured_again(
    models_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    mnn: list[float],
    seconds: float,
    rounds: int,
) -> None:
    runtimes = Runtimes(monkeypatch, mnn)
    found = check("u2netp", models_dir / "u2netp.onnx", CONVERTED, 2)
    assert (found.mnn_seconds, found.onnxruntime_seconds, runtimes.made) == (seconds, 2.0, rounds)
    assert found.difference == pytest.approx(0.25, abs=1e-6)


def test_the_drawn_picture_has_something_to_find(registry: Registry) -> None:
    matte = registry.matte("fast", drawn())
    assert matte[180, 163] > 0.99
    assert (matte[20, 20], matte[300, 30]) == (0.0, 0.0)
    assert 0.1 < float(matte.mean()) < 0.3
