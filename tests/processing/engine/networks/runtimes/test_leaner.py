"""U2-Net's graph, written so that it costs less and answers the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnxruntime
import pytest

from processing.engine.arrays import F32
from processing.engine.networks.runtimes import leaner, protobuf

SIDE = 20
DEAD = {"a": (1, 2), "b": (0, 5)}


def tensor(name: str, array: F32) -> bytes:
    numbers = [(1, size) for size in array.shape]
    raw = np.ascontiguousarray(array, np.float32).tobytes()
    return protobuf.written([*numbers, (2, 1), (8, name.encode()), (9, raw)])


def value(name: str, channels: int) -> bytes:
    sizes = [(1, protobuf.written([(1, size)])) for size in (1, channels, SIDE, SIDE)]
    shape = protobuf.written([(1, 1), (2, protobuf.written(sizes))])
    return protobuf.written([(1, name.encode()), (2, protobuf.written([(1, shape)]))])


def node(kind: str, inputs: Sequence[str], output: str, pads: Sequence[int] = ()) -> bytes:
    fields: list[tuple[int, int | bytes]] = [(1, name.encode()) for name in inputs]
    fields += [(2, output.encode()), (4, kind.encode())]
    if pads:
        numbers = [(8, pad) for pad in pads]
        fields.append((5, protobuf.written([(1, b"pads"), *numbers, (20, 7)])))
    return protobuf.written(fields)


def weights() -> dict[str, F32]:
    """Two layers of 8 channels, of which those in DEAD are far below zero; and two side outputs."""
    random = np.random.default_rng(5)
    shapes = {"wa": (8, 3, 3, 3), "wb": (8, 8, 3, 3), "ws": (1, 8, 3, 3), "wt": (1, 8, 3, 3)}
    made = {name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}
    made |= {name: random.normal(0, 0.3, 8).astype(np.float32) for name in ("ba", "bb")}
    made |= {name: random.normal(0, 0.3, 1).astype(np.float32) for name in ("bs", "bt")}
    made["ba"][list(DEAD["a"])] = made["bb"][list(DEAD["b"])] = -1000
    return made


def graph(last: str = "Add") -> bytes:
    """As U2-Net ends: a layer, another from it, the side output of their sum; here also one of each."""
    nodes = [
        node("Conv", ["x", "wa", "ba"], "pa", (1, 1, 1, 1)),
        node("Relu", ["pa"], "a"),
        node("Conv", ["a", "wb", "bb"], "pb", (1, 1, 1, 1)),
        node("Relu", ["pb"], "b"),
        node(last, ["b", "a"], "sum"),
        node("Conv", ["sum", "ws", "bs"], "s", (1, 1, 1, 1)),
        node("Conv", ["b", "wt", "bt"], "t", (1, 1, 1, 1)),
        node("Add", ["s", "t"], "y"),
    ]
    tensors = [(5, tensor(name, array)) for name, array in weights().items()]
    ends = [(11, value("x", 3)), (12, value("y", 1))]
    return protobuf.written([*((1, one) for one in nodes), (2, b"toy"), *tensors, *ends])


def answer(graph: bytes, picture: F32) -> F32:
    model = protobuf.written([(1, 7), (7, graph), (8, protobuf.written([(2, 13)]))])
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": picture})[0])


def test_it_answers_the_same_with_less() -> None:
    picture = np.random.default_rng(1).normal(0, 1, (1, 3, SIDE, SIDE)).astype(np.float32)
    before, after = graph(), leaner.leaner(graph(), DEAD)
    np.testing.assert_allclose(answer(after, picture), answer(before, picture), atol=1e-5)
    tensors = [protobuf.fields(body) for number, body in protobuf.messages(after) if number == 5]
    shapes = {fields[8][0]: tuple(fields[1]) for fields in tensors}
    assert (shapes[b"wa"], shapes[b"wb"]) == ((6, 3, 3, 3), (6, 6, 3, 3))
    # Of the sum's side output each layer's part, which replaces the sum; of the other its own.
    assert (shapes[b"ws"], shapes[b"ws.1"], shapes[b"wt"]) == (
        (9, 6, 1, 1),
        (9, 6, 1, 1),
        (9, 6, 1, 1),
    )
    kinds = [
        protobuf.fields(body)[4][0] for number, body in protobuf.messages(after) if number == 1
    ]
    assert kinds.count(b"Add") == 2  # of the nine, and the toy's own last one


@pytest.mark.parametrize("dead", [{"c": (1,)}, {"a": (1,)}])
def test_another_graph_is_refused(dead: dict[str, tuple[int, ...]]) -> None:
    # There is no such layer; and a product of two layers is more than one that reads channels.
    with pytest.raises(ValueError, match=r"not built as U2-Net is|is read by Mul"):
        leaner.leaner(graph("Mul"), dead)
