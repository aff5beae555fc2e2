"""An ONNX file as it is run: its first output alone, and where asked a smaller input or a leaner graph.

U2-Net and IS-Net have 7 and 12 outputs, of which one is read; the rest cost time and, as large feature
maps, memory. IS-Net's export has the side of its input written into 39 constants (what its upsampling
aims at) and into the shapes, so that no runtime can resize it: MNN's `resizeTensor` leaves the constants
as they are. Both are changed in the file's bytes, without its length: the onnx package, 100 MB with
protobuf, is not needed for that. The SHA-256 of what must come out is in weights.toml, so nothing
that was changed by mistake is ever run.
"""

import hashlib
import re
import struct

from processing.engine.networks.runtimes import leaner, protobuf
from processing.engine.networks.weights import ModelWeights

# Numbers of onnx.proto's fields.
_MODEL_GRAPH, _GRAPH_NODE, _GRAPH_WEIGHT, _GRAPH_INPUT = 7, 1, 5, 11
_GRAPH_OUTPUT, _GRAPH_VALUE_INFO, _NODE_INPUT = 12, 13, 1
_INFO_NAME, _INFO_TYPE, _TYPE_TENSOR, _TENSOR_ELEMENTS, _TENSOR_SHAPE = 1, 2, 1, 1, 2
_SHAPE_DIMENSION, _DIMENSION_NUMBER, _DIMENSION_NAME, _WEIGHT_NAME, _FLOAT = 1, 1, 2, 8, 1

# A TensorProto of two equal int64 numbers: dims [2], data_type INT64, 16 bytes of raw_data.
_PAIR = re.compile(rb"\x08\x02\x10\x07J\x10(.{8})\1", re.DOTALL)
# A TensorShapeProto (1, channels, n, n): each dimension a number of one byte or two, or the channels
# a name. Group 1 or 2 is n, as it is spelled.
_SHAPE = re.compile(
    rb"\x0a\x02\x08\x01"
    rb"(?:\x0a\x02\x08[\x00-\x7f]|\x0a\x03\x08[\x80-\xff][\x00-\x7f]|\x0a.\x12.unk__[0-9]+)"
    rb"(?:\x0a\x02\x08([\x00-\x7f])\x0a\x02\x08\1|\x0a\x03\x08([\x80-\xff][\x00-\x7f])\x0a\x03\x08\2)",
    re.DOTALL,
)
# How often IS-Net halves its input.
_HALVINGS = 6


class NotThatGraph(Exception):
    """The file is another than weights.toml means, or damaged."""


def as_run(data: bytes, entry: ModelWeights) -> bytes:
    """Return the file's bytes with one output, at the side and without the channels that weights.toml names.

    Raises NotThatGraph when the result isn't what weights.toml says.
    """
    graph = bytearray(data)
    try:
        _keep_first_output(graph)
    except (IndexError, ValueError) as error:
        raise NotThatGraph(f"{entry.file} is no ONNX file: {error}") from error
    if entry.made_for:
        _resize(graph, entry.made_for, entry.input)
    if entry.dead:
        graph = _leaner(graph, entry)
    if hashlib.sha256(graph).hexdigest() != entry.run_sha256:
        raise NotThatGraph(f"{entry.file} is not the file that weights.toml means.")
    return bytes(graph)


def of_any_size(data: bytes, entry: ModelWeights) -> bytes:
    """Return the bytes of a file that was made for pictures of one size, (n, 3, h, w), for one picture of any.

    Its sizes are written into the descriptions of its input, its outputs and what lies between, and nowhere
    else. Weights that are named as inputs, too, which keeps runtimes from computing with them beforehand, are
    weights alone then, and what no node reads is left out. Raises NotThatGraph when the result isn't what weights.toml says.
    """
    try:
        model = protobuf.fields(data)
        [graph] = _messages(model[_MODEL_GRAPH])
        parts = protobuf.fields(graph)
        weights = {_weight_name(one): one for one in _messages(parts[_GRAPH_WEIGHT])}
        names = [_name(one) for one in _messages(parts[_GRAPH_INPUT])]
        [shown] = [name for name in names if name not in weights]
        read = {name for node in _messages(parts[_GRAPH_NODE]) for name in _inputs(node)}
        parts[_GRAPH_WEIGHT] = [weight for name, weight in weights.items() if name in read]
        parts[_GRAPH_INPUT] = [_described(shown, (1, 3, b"height", b"width"))]
        parts[_GRAPH_OUTPUT] = [_described(_name(one)) for one in _messages(parts[_GRAPH_OUTPUT])]
        parts.pop(_GRAPH_VALUE_INFO, None)
    except (IndexError, KeyError, ValueError) as error:
        raise NotThatGraph(f"{entry.file} is not the file that weights.toml means.") from error
    model[_MODEL_GRAPH] = [_message_of(parts)]
    changed = _message_of(model)
    if hashlib.sha256(changed).hexdigest() != entry.run_sha256:
        raise NotThatGraph(f"{entry.file} is not the file that weights.toml means.")
    return changed


def _messages(values: list[int | bytes]) -> list[bytes]:
    found = [value for value in values if isinstance(value, bytes)]
    if len(found) != len(values):
        raise ValueError("a number stands where a message should")
    return found


def _message_of(parts: dict[int, list[int | bytes]]) -> bytes:
    return protobuf.written(
        [(number, value) for number, values in parts.items() for value in values]
    )


def _name(info: bytes) -> bytes:
    [name] = _messages(protobuf.fields(info)[_INFO_NAME])
    return name


def _weight_name(tensor: bytes) -> bytes:
    [name] = _messages(protobuf.fields(tensor)[_WEIGHT_NAME])
    return name


def _inputs(node: bytes) -> list[bytes]:
    return _messages(protobuf.fields(node).get(_NODE_INPUT, []))


def _described(name: bytes, shape: tuple[int | bytes, ...] = ()) -> bytes:
    """A ValueInfoProto of floats, of that shape where one is given."""
    sides = [
        protobuf.written([(_DIMENSION_NUMBER if isinstance(side, int) else _DIMENSION_NAME, side)])
        for side in shape
    ]
    tensor: list[tuple[int, int | bytes]] = [(_TENSOR_ELEMENTS, _FLOAT)]
    if sides:
        dimensions = protobuf.written([(_SHAPE_DIMENSION, side) for side in sides])
        tensor.append((_TENSOR_SHAPE, dimensions))
    kind = protobuf.written([(_TYPE_TENSOR, protobuf.written(tensor))])
    return protobuf.written([(_INFO_NAME, name), (_INFO_TYPE, kind)])


def _keep_first_output(graph: bytearray) -> None:
    """Make the other outputs what they are without being asked for: values of known shape. Only the
    tag changes; what nothing needs is then left out by whoever loads the graph."""
    [(start, end)] = [
        (body, end)
        for number, _, body, end in protobuf.places(graph, 0, len(graph))
        if number == _MODEL_GRAPH
    ]
    places = protobuf.places(graph, start, end)
    outputs = [tag for number, tag, _, _ in places if number == _GRAPH_OUTPUT]
    for tag in outputs[1:]:
        graph[tag] = _GRAPH_VALUE_INFO << 3 | protobuf.LENGTH


def _leaner(model: bytearray, entry: ModelWeights) -> bytearray:
    try:
        parts = protobuf.fields(bytes(model))
        [graph] = parts[_MODEL_GRAPH]
        if not isinstance(graph, bytes):
            raise ValueError("the graph is a number")
        parts[_MODEL_GRAPH] = [leaner.leaner(graph, entry.dead)]
    except (IndexError, KeyError, ValueError) as error:
        raise NotThatGraph(f"{entry.file} is not the file that weights.toml means.") from error
    return bytearray(
        protobuf.written([(number, value) for number, values in parts.items() for value in values])
    )


def _resize(graph: bytearray, before: int, after: int) -> None:
    """Scale the sides that the graph was made for, in constants and in shapes."""
    sides = {before >> n: (after >> n) for n in range(_HALVINGS + 1)}
    for found in list(_PAIR.finditer(graph)):
        (side,) = struct.unpack("<q", found[1])
        if side in sides:
            graph[found.start(1) : found.end()] = struct.pack("<qq", sides[side], sides[side])
    for found in list(_SHAPE.finditer(graph)):
        spelled = found[1] or found[2]
        side, _ = protobuf.varint(spelled, 0)
        if side in sides:
            new = _spelled(sides[side], len(spelled))
            height, width = found.end() - 2 * len(new) - 3, found.end() - len(new)
            graph[height : height + len(new)] = new
            graph[width : width + len(new)] = new


def _spelled(number: int, length: int) -> bytes:
    """Spell a number as a varint of one byte or two, also where one would do (96 for 128)."""
    return bytes([number] if length == 1 else [number & 127 | 128, number >> 7])
