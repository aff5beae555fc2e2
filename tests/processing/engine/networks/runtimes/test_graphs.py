"""An ONNX file's bytes, changed to be run: one output, another side."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from processing.engine.networks import weights
from processing.engine.networks.runtimes import graphs
from processing.engine.networks.weights import ModelWeights


def varint(value: int, length: int = 0) -> bytes:
    digits: list[int] = []
    while value or not digits or len(digits) < length:
        digits.append(value & 127)
        value >>= 7
    return bytes([*(digit | 128 for digit in digits[:-1]), digits[-1]])


def message(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def value(name: str, channels: int, side: int) -> bytes:
    """A ValueInfoProto, float32 (1, channels, side, side); 128 and above take two bytes."""
    wide = 2 if side > 95 else 1
    dims = [(1, 1), (channels, 1), (side, wide), (side, wide)]
    shape = b"".join(message(1, b"\x08" + varint(number, length)) for number, length in dims)
    return message(1, name.encode()) + message(2, message(1, b"\x08\x01" + message(2, shape)))


def constant(name: str, numbers: list[int]) -> bytes:
    tensor = (
        b"\x08"
        + varint(len(numbers))
        + b"\x10\x07"
        + message(9, struct.pack(f"<{len(numbers)}q", *numbers))
    )
    attribute = message(1, b"value") + message(5, tensor) + b"\xa0\x01\x04"
    return message(1, message(2, name.encode()) + message(4, b"Constant") + message(5, attribute))


def node(kind: str, inputs: list[str], output: str, *attributes: bytes) -> bytes:
    names = b"".join(message(1, name.encode()) for name in inputs) + message(2, output.encode())
    return message(
        1, names + message(4, kind.encode()) + b"".join(message(5, one) for one in attributes)
    )


def graph(side: int, *, outputs: int) -> bytes:
    """Halve the picture and enlarge it again, to a side that stands in a constant, as in IS-Net."""
    pair = message(1, b"kernel_shape") + b"\xa0\x01\x07" + b"\x40\x02\x40\x02"
    step = message(1, b"strides") + b"\xa0\x01\x07" + b"\x40\x02\x40\x02"
    axis = message(1, b"axis") + b"\xa0\x01\x02" + b"\x18\x00"
    tag = 12 if outputs == 2 else 13
    nodes = (
        node("MaxPool", ["x"], "half", pair, step),
        constant("channels", [1, 3]),
        constant("side", [side, side]),
        node("Concat", ["channels", "side"], "shape", axis),
        node("Resize", ["half", "", "", "shape"], "whole"),
    )
    parts = (
        b"".join(nodes),
        message(2, b"toy"),
        message(11, value("x", 3, side)),
        message(12, value("whole", 3, side)),
        message(tag, value("half", 3, side // 2)),
    )
    return b"\x08\x07" + message(7, b"".join(parts)) + message(8, b"\x10\x0d")


def toy(before: int, after: int, expected: bytes) -> ModelWeights:
    entry = weights.find("high")
    assert entry is not None
    digest = hashlib.sha256(expected).hexdigest()
    return replace(entry, made_for=before, input=after, run_sha256=digest)


@pytest.mark.parametrize(("before", "after"), [(64, 48), (1024, 768), (128, 96)])
def test_outputs_and_sides_change_and_nothing_else(before: int, after: int) -> None:
    expected = graph(after, outputs=1)
    changed = graphs.as_run(graph(before, outputs=2), toy(before, after, expected))
    assert changed == expected
    session = onnxruntime.InferenceSession(changed, providers=["CPUExecutionProvider"])
    picture = np.arange(3 * after * after, dtype=np.float32).reshape(1, 3, after, after)
    answers = session.run(None, {"x": picture})
    assert [answer.shape for answer in answers] == [(1, 3, after, after)]
    assert float(answers[0].max()) == float(picture.max())


def test_another_result_than_the_expected_is_never_run() -> None:
    with pytest.raises(graphs.NotThatGraph, match="is not the file that weights"):
        graphs.as_run(graph(32, outputs=2), toy(64, 48, graph(48, outputs=1)))


@pytest.mark.parametrize("data", [b"", b"\xff" * 12, b"no graph", graph(64, outputs=2)[:-40]])
def test_what_is_no_graph_is_refused(data: bytes) -> None:
    with pytest.raises(graphs.NotThatGraph):
        graphs.as_run(data, toy(64, 48, b"?"))


def test_fast_is_run_with_the_output_that_was_its_first(models_dir: Path) -> None:
    entry = weights.find("fast")
    assert entry is not None
    session = onnxruntime.InferenceSession(
        graphs.as_run((models_dir / entry.file).read_bytes(), entry),
        providers=["CPUExecutionProvider"],
    )
    assert [output.name for output in session.get_outputs()] == ["1959"]
