"""Which runtime a network of weights.toml is run by, decided by what lies on disk: nothing is run,
imported or converted for it, so every process of a site decides alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.engine.errors import ModelNotInstalled
from processing.engine.libraries import installed
from processing.engine.networks.runtimes import records
from processing.engine.networks.weights import ModelWeights

MNN, ONNXRUNTIME, AUTO = "mnn", "onnxruntime", "auto"
# What may be asked for.
WISHES = (AUTO, MNN, ONNXRUNTIME)
_TITLES = {MNN: "MNN", ONNXRUNTIME: "ONNX Runtime"}
_ON_PROCESSOR = ("CPUExecutionProvider",)


@dataclass(frozen=True, slots=True)
class Choice:
    """A runtime, its version, and why MNN isn't it (nothing where it is, or wasn't asked for)."""

    runtime: str
    version: str
    why: str = ""

    @property
    def title(self) -> str:
        """The runtime as people call it."""
        return _TITLES[self.runtime]


def of(
    entry: ModelWeights,
    models_dir: Path,
    *,
    wish: str = AUTO,
    providers: Sequence[str] = _ON_PROCESSOR,
) -> Choice:
    """Choose the runtime of a network whose weights are there.

    MNN where it is installed, the network is converted and the self-check on this processor passed;
    ONNX Runtime otherwise, and wherever `providers` name more than the processor. A `wish` of "mnn" skips
    the self-check, and one of "onnxruntime" all of it.
    Raises ModelNotInstalled where "mnn" is wished for and can't be.
    """
    if not may_be_mnn(wish, providers):
        return _onnxruntime()
    if records.mnn_version() is None:
        why = records.NOT_INSTALLED
    else:
        record = records.read(models_dir, entry)
        why = records.problem_of(record, models_dir, entry)
        remedy = f"; run `make models NAMES={entry.name}`"
        if why:
            why += remedy
        elif record is not None and wish == AUTO:
            check = record.checks.get(records.checked_with())
            why = (
                f"MNN was not checked on this processor yet{remedy}"
                if check is None
                else check.problem
            )
    if why and wish == MNN:
        raise ModelNotInstalled(
            f"NETWORK_RUNTIME is mnn, but {entry.name} can't be run by it: {why}."
        )
    return _onnxruntime(why) if why else Choice(MNN, installed("MNN"))


def is_likely_mnn(wish: str, providers: Sequence[str]) -> bool:
    """Whether MNN will run the networks that are fetched from now on, if its self-check passes."""
    return may_be_mnn(wish, providers) and records.mnn_version() is not None


def may_be_mnn(wish: str, providers: Sequence[str]) -> bool:
    """Whether the settings leave MNN a network to run."""
    return wish != ONNXRUNTIME and tuple(providers) == _ON_PROCESSOR


def _onnxruntime(why: str = "") -> Choice:
    return Choice(ONNXRUNTIME, installed("onnxruntime"), why)
