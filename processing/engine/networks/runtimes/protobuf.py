"""Protocol Buffers' wire format, as much of it as ONNX files need
(https://protobuf.dev/programming-guides/encoding/). The onnx package would be 100 MB with protobuf.
"""

from collections.abc import Iterator, Sequence

VARINT, EIGHT_BYTES, LENGTH, FOUR_BYTES = 0, 1, 2, 5


def places(data: bytes | bytearray, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """List a message's fields: number, and where tag, content and the next field begin. Raises
    ValueError, IndexError."""
    while at < end:
        tag = at
        key, body = varint(data, at)
        match key & 7:
            case wire if wire == VARINT:
                _, at = varint(data, body)
            case wire if wire == LENGTH:
                length, body = varint(data, body)
                at = body + length
            case wire if wire == EIGHT_BYTES:
                at = body + 8
            case wire if wire == FOUR_BYTES:
                at = body + 4
            case wire:
                raise ValueError(f"unknown wire type {wire} at {tag}")
        yield key >> 3, tag, body, at


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """List the fields of a message that has none but messages, texts and bytes. Raises ValueError."""
    for number, tag, body, end in places(data, 0, len(data)):
        if data[tag] & 7 != LENGTH:
            raise ValueError(f"field {number} is a number")
        yield number, data[body:end]


def fields(data: bytes) -> dict[int, list[int | bytes]]:
    """Read a message: the values of each field, by its number."""
    found: dict[int, list[int | bytes]] = {}
    for number, tag, body, end in places(data, 0, len(data)):
        is_number = varint(data, tag)[0] & 7 == VARINT
        value = varint(data, body)[0] if is_number else data[body:end]
        found.setdefault(number, []).append(value)
    return found


def written(values: Sequence[tuple[int, int | bytes]]) -> bytes:
    """Write a message of numbers (not negative) and bytes."""
    parts = []
    for number, value in values:
        if isinstance(value, int):
            parts += [spelled(number << 3 | VARINT), spelled(value)]
        else:
            parts += [spelled(number << 3 | LENGTH), spelled(len(value)), value]
    return b"".join(parts)


def varint(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """Read a number of 7 bits a byte, the lowest first; returns it and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def spelled(number: int) -> bytes:
    """Write a number as `varint` reads it."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])
