"""`python -m processing.engine.networks.runtimes.self_check MODEL WEIGHTS CONVERTED THREADS`: run one
network by both runtimes on a drawn picture, and print a records.Check as JSON, as the last line.

`converting` runs it in a process of its own: a runtime that this processor can't run may end it, and the
memory, of one runtime after the other (1.1 GB for IS-Net), goes back to the system.
"""

import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from processing.engine.arrays import F32, U8
from processing.engine.networks import weights
from processing.engine.networks.runtimes import graphs, matting
from processing.engine.networks.runtimes.matting import Network
from processing.engine.networks.runtimes.mnn_network import MnnNetwork
from processing.engine.networks.runtimes.onnx_network import OnnxNetwork
from processing.engine.networks.runtimes.records import Check

# The first pass warms up; of the others the quickest counts, in all rounds.
_PASSES, _ROUNDS = 3, 4
_SIDE = 512


def check(name: str, source: Path, converted: Path, threads: int) -> Check:
    """Compare the runtimes' answers, and what the processor spent on a pass: its seconds, not the
    clock's, as whatever else the machine does at the moment would decide about those.

    It shows a little in the processor's seconds, too, as threads that wait for others spin: so where MNN
    seems slower, both are measured again.
    """
    entry = weights.find(name)
    if entry is None:
        raise LookupError(f"weights.toml lacks {name}.")
    planes = matting.planes_of(drawn(), entry.session, entry.input)
    model = graphs.as_run(source.read_bytes(), entry)

    def by_onnxruntime() -> Network:
        return OnnxNetwork(model, threads=threads, providers=("CPUExecutionProvider",))

    def by_mnn() -> Network:
        return MnnNetwork(converted, threads=threads)

    their_seconds = our_seconds = math.inf
    for _ in range(_ROUNDS):
        # One network at a time: the first is gone before the second is made.
        theirs, seconds = _timed(by_onnxruntime, planes)
        their_seconds = min(their_seconds, seconds)
        ours, seconds = _timed(by_mnn, planes)
        our_seconds = min(our_seconds, seconds)
        if our_seconds <= their_seconds:
            break
    return Check(float(np.abs(ours - theirs).max()), our_seconds, their_seconds)


def drawn() -> U8:
    """Draw a bottle on a table before a wall, uint8 (512, 512, 3): something to cut out."""
    y, x = np.mgrid[0:_SIDE, 0:_SIDE].astype(np.float32)
    wall = 225 - 0.06 * y + 12 * np.sin(x / 90)
    picture = np.stack([wall, wall - 4, wall - 12], axis=-1)
    table = y > 400
    picture[table] = np.stack([150 + 0.1 * x, 120 + 0.08 * x, 95 + 0.05 * x], axis=-1)[table]
    half_width = np.where(y < 190, 26, np.minimum(84, 26 + (y - 190) * 0.9))
    bottle = (np.abs(x - 262) < half_width) & (y > 80) & (y < 445)
    shade = 1 - np.abs(x - 246) / 130
    picture[bottle] = (shade[..., None] * np.array([40, 112, 92]))[bottle] + 12
    label = bottle & (y > 290) & (y < 390)
    picture[label] = (shade[..., None] * np.array([238, 226, 196]))[label]
    stripes = label & (((y - x * 0.2) % 22) < 7)
    picture[stripes] = (shade[..., None] * np.array([190, 40, 36]))[stripes]
    return np.asarray(np.clip(picture, 0, 255), dtype=np.uint8)


def _timed(make: Callable[[], Network], planes: F32) -> tuple[F32, float]:
    network = make()
    answer, seconds = network.run(planes), []
    for _ in range(_PASSES - 1):
        start = time.process_time()
        network.run(planes)
        seconds.append(time.process_time() - start)
    return answer, min(seconds)


if __name__ == "__main__":
    found = check(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    sys.stdout.write(f"{json.dumps(asdict(found))}\n")
