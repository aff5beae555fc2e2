"""Each network under each runtime, bare: `python -m benchmarks networks`.

For every installed network of weights.toml that cuts out, a process of its own for each runtime, in
turn: the seconds of a pass by the clock and of computing (summed over the threads; the better measure on
a machine that does something else, too), both of the quickest pass, the seconds until the network is
loaded, and the most memory that the process had, Python and NumPy's 30 to 50 MB included. Last, how many
times as fast MNN is, and how far the answers are apart.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.engine.memory import peak_mb
from benchmarks.engine.photos import models_dir
from processing.engine.networks import weights
from processing.engine.networks.runtimes import graphs, matting, records
from processing.engine.networks.runtimes.matting import Network
from processing.engine.networks.runtimes.mnn_network import MnnNetwork
from processing.engine.networks.runtimes.onnx_network import OnnxNetwork
from processing.engine.networks.runtimes.self_check import drawn
from processing.engine.networks.weights import ModelWeights

RUNTIMES = ("onnxruntime", "mnn")


@dataclass(slots=True)
class Found:
    """What one process measured."""

    seconds: float
    computing: float
    loading: float
    peak: float


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    if arguments.one:
        _one(arguments)
        return
    for entry in weights.catalogue():
        if entry.task != "matting":
            continue
        if not records.converted(arguments.models_dir, entry).is_file():
            print(
                f"{entry.name} is not installed, or not converted: `make models NAMES={entry.name}`"
            )
            continue
        _compare(entry, arguments)


def _compare(entry: ModelWeights, arguments: argparse.Namespace) -> None:
    print(f"{entry.name}, {entry.input} pixels, {arguments.threads} threads")
    print(f"  {'':<12}   a pass  computing  loading     peak")
    found: dict[str, list[Found]] = {runtime: [] for runtime in RUNTIMES}
    with tempfile.TemporaryDirectory() as folder:
        answers = {runtime: Path(folder, f"{runtime}.npy") for runtime in RUNTIMES}
        for _ in range(arguments.rounds):
            for runtime in RUNTIMES:
                found[runtime].append(_process(entry.name, runtime, answers[runtime], arguments))
        theirs, ours = (np.load(answers[runtime]) for runtime in RUNTIMES)
    best = {runtime: _best(measured) for runtime, measured in found.items()}
    for runtime, of in best.items():
        print(
            f"  {runtime:<12} {of.seconds:>6.2f} s   {of.computing:>6.2f} s {of.loading:>6.2f} s "
            f"{of.peak:>5.0f} MB"
        )
    theirs_best, ours_best = best["onnxruntime"], best["mnn"]
    print(
        f"  MNN: {theirs_best.seconds / ours_best.seconds:.2f} x as fast, "
        f"{theirs_best.computing / ours_best.computing:.2f} x by computing, with "
        f"{ours_best.peak / theirs_best.peak:.2f} of the memory; answers differ by at most "
        f"{float(np.abs(theirs - ours).max()):.5f}\n"
    )


def _best(measured: list[Found]) -> Found:
    return Found(
        min(one.seconds for one in measured),
        min(one.computing for one in measured),
        min(one.loading for one in measured),
        max(one.peak for one in measured),
    )


def _process(name: str, runtime: str, answer: Path, arguments: argparse.Namespace) -> Found:
    command = [
        *(sys.executable, "-m", "benchmarks.engine.networks", "--one", name, runtime, str(answer)),
        *("--models-dir", str(arguments.models_dir)),
        *("--threads", str(arguments.threads), "--passes", str(arguments.passes)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Found(**json.loads(done.stdout))


def _one(arguments: argparse.Namespace) -> None:
    name, runtime, answer = arguments.one
    entry = weights.find(name)
    assert entry is not None
    planes = matting.planes_of(drawn(), entry.session, entry.input)
    start = time.perf_counter()
    network: Network
    if runtime == "mnn":
        path = records.converted(arguments.models_dir, entry)
        network = MnnNetwork(path, threads=arguments.threads)
    else:
        model = graphs.as_run((arguments.models_dir / entry.file).read_bytes(), entry)
        network = OnnxNetwork(model, threads=arguments.threads, providers=("CPUExecutionProvider",))
    loading = time.perf_counter() - start
    np.save(answer, network.run(planes))
    seconds, computing = [], []
    for _ in range(arguments.passes):
        clock, processor = time.perf_counter(), time.process_time()
        network.run(planes)
        seconds.append(time.perf_counter() - clock)
        computing.append(time.process_time() - processor)
    print(json.dumps(asdict(Found(min(seconds), min(computing), loading, peak_mb()))))


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks networks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="processes per network and runtime")
    parser.add_argument("--passes", type=int, default=5, help="passes of each, after a first")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
