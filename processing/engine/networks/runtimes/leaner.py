"""U2-Net's graph, written so that it costs less and answers the same.

Both changes are exact but for rounding, and `run_sha256` in weights.toml says what must come out:

- Each side output is a convolution of 3 x 3 from 64 channels to one, which runtimes compute as if it
  had many outputs. A product of 64 by 9 at each place, and then the sum of nine neighbours, is a
  third of that work. Of the largest one, whose input is the sum of two layers that nothing else
  reads, the nine are summed instead of the 64.
- Channels that stay at zero whatever the picture (`dead` in weights.toml: training has driven them
  there) are left out of the layer and of what reads it. On 351 photos, noise and plain colors none of
  them came above -0.01 before its rectifier, and each of the others above 0.8.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from processing.engine.arrays import F32
from processing.engine.networks.runtimes import protobuf

# Numbers of onnx.proto's fields: of GraphProto, NodeProto, TensorProto and AttributeProto.
_NODE, _INITIALIZER = 1, 5
_INPUT, _OUTPUT, _OP_TYPE, _ATTRIBUTE = 1, 2, 4, 5
_DIMS, _DATA_TYPE, _TENSOR_NAME, _RAW_DATA = 1, 2, 8, 9
_ATTRIBUTE_NAME, _INTS, _ATTRIBUTE_TYPE = 1, 8, 20
_FLOAT, _TYPE_INTS = 1, 7
_SIDE_KERNEL = (1, 3, 3)  # outputs, height, width


@dataclass(frozen=True, slots=True)
class _Node:
    """A node of the graph; `raw` is its message."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    raw: bytes


class _Graph:
    """A GraphProto: nodes in their order, weights by name, and everything else as it is."""

    def __init__(self, data: bytes) -> None:
        self.nodes: list[_Node] = []
        self.weights: dict[str, F32] = {}
        self._rest: list[tuple[int, bytes]] = []
        for number, body in protobuf.messages(data):
            if number == _NODE:
                self.nodes.append(_node(body))
            elif number == _INITIALIZER and (tensor := _tensor(body)) is not None:
                self.weights[tensor[0]] = tensor[1]
            else:
                self._rest.append((number, body))

    def to_bytes(self) -> bytes:
        """Write the graph anew."""
        nodes = [(_NODE, node.raw) for node in self.nodes]
        weights = [(_INITIALIZER, _written(name, array)) for name, array in self.weights.items()]
        return protobuf.written([*nodes, *self._rest, *weights])

    def maker(self, layer: str) -> _Node:
        return next(node for node in self.nodes if layer in node.outputs)

    def readers(self, layer: str) -> list[_Node]:
        return [node for node in self.nodes if layer in node.inputs]


def leaner(data: bytes, dead: Mapping[str, Sequence[int]]) -> bytes:
    """Rewrite a GraphProto; `dead` lists, by the name of a layer behind its rectifier, channels to leave out.

    Raises ValueError for a graph that isn't built as U2-Net is.
    """
    graph = _Graph(data)
    try:
        for node in [node for node in graph.nodes if _is_side(node, graph)]:
            _split(node, graph)
        for layer, channels in dead.items():
            _leave_out(layer, channels, graph)
    except (StopIteration, KeyError) as error:
        raise ValueError(f"not built as U2-Net is: {error!r}") from error
    return graph.to_bytes()


def _is_side(node: _Node, graph: _Graph) -> bool:
    if node.kind != "Conv" or len(node.inputs) != 3:
        return False
    outputs, _, *kernel = graph.weights[node.inputs[1]].shape
    return (outputs, *kernel) == _SIDE_KERNEL


def _split(side: _Node, graph: _Graph) -> None:
    """Make one convolution to a single channel two: to nine channels, and to their sum."""
    layer, kernel, bias = side.inputs
    [name] = side.outputs
    terms = _terms(layer, graph)
    products = [f"{name}.nine.{number}" for number in range(len(terms))]
    # (1, c, 3, 3) to (9, c, 1, 1): what each place gives to each of its neighbours.
    weights = graph.weights.pop(kernel)[0]
    graph.weights[kernel] = np.ascontiguousarray(weights.reshape(-1, 9, 1, 1).swapaxes(0, 1))
    graph.weights[f"{name}.neighbours"] = np.eye(9, dtype=np.float32).reshape(1, 9, 3, 3)
    added = []
    for number, (term, product) in enumerate(zip(terms, products, strict=True)):
        own = kernel if number == 0 else f"{kernel}.{number}"
        # A weight of its own for each: of each layer, other channels may be left out.
        graph.weights[own] = graph.weights[kernel].copy()
        added.append(_new("Conv", (term, own), product))
    if len(products) > 1:
        added.append(_new("Add", products, f"{name}.nine"))
    summed = added[-1].outputs[0]
    added.append(_new("Conv", (summed, f"{name}.neighbours", bias), name, pads=(1, 1, 1, 1)))
    at = graph.nodes.index(side)
    graph.nodes[at : at + 1] = added


def _terms(layer: str, graph: _Graph) -> tuple[str, ...]:
    """The layers whose sum a layer is, where nothing but the one reader needs that sum, which then goes."""
    maker = graph.maker(layer)
    if maker.kind != "Add" or len(graph.readers(layer)) > 1:
        return (layer,)
    graph.nodes.remove(maker)
    return maker.inputs


def _leave_out(layer: str, channels: Sequence[int], graph: _Graph) -> None:
    rectifier = graph.maker(layer)
    convolution = graph.maker(rectifier.inputs[0])
    for name in convolution.inputs[1:]:
        graph.weights[name] = np.delete(graph.weights[name], channels, axis=0)
    for reader in graph.readers(layer):
        if reader.kind != "Conv":
            raise ValueError(f"{layer} is read by {reader.kind}")
        name = reader.inputs[1]
        graph.weights[name] = np.delete(graph.weights[name], channels, axis=1)


def _node(body: bytes) -> _Node:
    kind, inputs, outputs = "", [], []
    for number, value in protobuf.messages(body):
        if number == _INPUT:
            inputs.append(value.decode())
        elif number == _OUTPUT:
            outputs.append(value.decode())
        elif number == _OP_TYPE:
            kind = value.decode()
    return _Node(kind, tuple(inputs), tuple(outputs), body)


def _tensor(body: bytes) -> tuple[str, F32] | None:
    """Name and numbers of a TensorProto; None where they are not 32-bit floats as raw bytes."""
    fields = protobuf.fields(body)
    [kind], [name] = fields[_DATA_TYPE], fields[_TENSOR_NAME]
    if kind != _FLOAT or _RAW_DATA not in fields or not isinstance(name, bytes):
        return None
    raw = b"".join(part for part in fields[_RAW_DATA] if isinstance(part, bytes))
    shape = tuple(size for size in fields.get(_DIMS, []) if isinstance(size, int))
    if len(raw) != 4 * math.prod(shape):
        raise ValueError(f"{name!r} has {len(raw)} bytes for {shape}")
    return name.decode(), np.frombuffer(raw, "<f4").reshape(shape)


def _written(name: str, array: F32) -> bytes:
    raw = np.ascontiguousarray(array, "<f4").tobytes()
    sizes: list[tuple[int, int | bytes]] = [(_DIMS, size) for size in array.shape]
    return protobuf.written(
        [*sizes, (_DATA_TYPE, _FLOAT), (_TENSOR_NAME, name.encode()), (_RAW_DATA, raw)]
    )


def _new(kind: str, inputs: Iterable[str], output: str, *, pads: Sequence[int] = ()) -> _Node:
    inputs = tuple(inputs)
    fields: list[tuple[int, int | bytes]] = [(_INPUT, name.encode()) for name in inputs]
    fields += [(_OUTPUT, output.encode()), (_OP_TYPE, kind.encode())]
    if pads:
        numbers = [(_INTS, pad) for pad in pads]
        attribute: list[tuple[int, int | bytes]] = [(_ATTRIBUTE_NAME, b"pads"), *numbers]
        attribute.append((_ATTRIBUTE_TYPE, _TYPE_INTS))
        fields.append((_ATTRIBUTE, protobuf.written(attribute)))
    return _Node(kind, inputs, (output,), protobuf.written(fields))
