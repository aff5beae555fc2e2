"""`python -m processing.engine.networks.runtimes.converter MODEL WEIGHTS TARGET`: convert one network
of weights.toml for MNN. `converting` runs it in a process of its own: it takes 1.1 GB for IS-Net, and
what MNN's converter, C++ that checks little, does to its process is then no matter.

Not by the command `mnnconvert`, which comes with MNN: importing its module runs `pip install` for a
logging client and sends what was converted, with the machine's id, to MNN's makers.
"""

import sys
from pathlib import Path

from processing.engine.networks import weights
from processing.engine.networks.runtimes import graphs
from processing.engine.networks.runtimes.mnn_network import MnnNetwork


def convert(name: str, source: Path, target: Path) -> None:
    """Write the network, as it is run, to `target`. Raises NotThatGraph, OSError, MemoryError,
    RuntimeError."""
    import _tools  # MNN's converter

    entry = weights.find(name)
    if entry is None:
        raise LookupError(f"weights.toml lacks {name}.")
    # Of one name, so that what a killed process left is written over and removed by the next.
    graph = target.with_name(f".{name}.converting.onnx")
    try:
        graph.write_bytes(graphs.as_run(source.read_bytes(), entry))
        options = ["--fp16"] if entry.half else []
        files = ["--modelFile", str(graph), "--MNNModel", str(target)]
        _tools.mnnconvert(["mnnconvert", "-f", "ONNX", *files, "--bizCode", "packshot", *options])
    finally:
        graph.unlink(missing_ok=True)
    # The converter says "Converted Success!" of a file that the disk had no room for, too.
    side = entry.input
    shapes = MnnNetwork(target, threads=1).shapes
    if shapes != ((1, 3, side, side), (1, 1, side, side)):
        raise RuntimeError(f"the converted network has the shapes {shapes}")


if __name__ == "__main__":
    convert(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
