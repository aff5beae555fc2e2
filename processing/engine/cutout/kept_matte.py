"""A cutting-out as it is kept: what the network and the edges took their time for, in a small file.

It is a grey PNG of the alpha channel, so that any viewer shows it. Two chunks of our own go with it:
the freed colors, as differences to the photo's own, where there are any; and who made it. Together
with the photo they are the cutout again, to the last bit, and no network runs.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import cv2
import numpy as np

from processing.engine.arrays import U8
from processing.engine.cutout.result import Cutout, Subject
from processing.engine.files import png
from processing.engine.files.decode import Decoded
from processing.engine.files.formats.deflate import compressed
from processing.engine.rendered import Look

# Ancillary and private, as a PNG's chunks are told apart by the case of their letters.
_COLORS, _SAID = b"clRs", b"saId"
_COUNT = struct.Struct(">I")
_FRAME = 12  # of a chunk: length, name, checksum
_END = b"\0\0\0\0IEND\xaeB`\x82"


def packed(photo: Decoded, subject: Subject) -> bytes:
    """The file for a subject that was cut out of a photo."""
    cutout = subject.cutout
    said = {
        "provider": subject.provider,
        "uncertainty": subject.uncertainty,
        "model": subject.model,
        "looks": [asdict(look) for look in subject.looks],
        "hook": cutout.hook,
    }
    chunks = [(_SAID, json.dumps(said).encode()), (_COLORS, _differences(photo.rgb, cutout.rgb))]
    return png.encode(cutout.alpha, ancillary=chunks)


def is_whole(data: bytes) -> bool:
    """Whether a file begins and ends as `packed` made it, with both of its own chunks."""
    if not (data.startswith(png.SIGNATURE) and data.endswith(_END)):
        return False
    return {_SAID, _COLORS} <= {kind for kind, _ in _own_chunks(data)}


def applied(data: bytes, photo: Decoded) -> Subject:
    """The subject that the file was `packed` from, of the same photo decoded anew.

    Raises ValueError for a file of another photo, or one that is damaged.
    """
    alpha = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if alpha is None or alpha.shape != photo.rgb.shape[:2]:
        raise ValueError("The kept matte is damaged, or belongs to another photo.")
    chunks = dict(_own_chunks(data))
    said: dict[str, Any] = json.loads(chunks[_SAID])
    colors = _with_differences(photo.rgb, chunks[_COLORS])
    return Subject(
        Cutout(colors, np.asarray(alpha, dtype=np.uint8), said.get("hook")),
        provider=said["provider"],
        uncertainty=said["uncertainty"],
        model=said["model"],
        looks=tuple(_look(look) for look in said["looks"]),
    )


def _look(said: dict[str, Any]) -> Look:
    region = said["region"]
    return Look(**said | {"region": None if region is None else tuple(region)})


def _differences(before: U8, after: U8) -> bytes:
    """Where pixels (h, w, 3) differ, as steps from one to the next, and by which bits."""
    apart = np.asarray(cv2.bitwise_xor(before, after), dtype=np.uint8)
    red, green, blue = cv2.split(apart)
    places = np.flatnonzero(np.asarray(cv2.bitwise_or(cv2.bitwise_or(red, green), blue)) != 0)
    steps = np.diff(places, prepend=0).astype(">u4")
    bits = apart.reshape(-1, 3).take(places, axis=0)
    body = compressed(steps.tobytes() + np.ascontiguousarray(bits.T).tobytes())
    return _COUNT.pack(len(places)) + body


def _with_differences(before: U8, body: bytes) -> U8:
    (count,) = _COUNT.unpack_from(body)
    raw = zlib.decompress(body[_COUNT.size :])
    steps = np.frombuffer(raw, ">u4", count)
    bits = np.frombuffer(raw, np.uint8, 3 * count, offset=4 * count).reshape(3, count).T
    after = before.copy()
    pixels = after.reshape(-1, 3)
    places = np.cumsum(steps.astype(np.int64))
    pixels[places] ^= bits
    return after


def _own_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Those between the header and the pixels."""
    place = len(png.SIGNATURE)
    while place + _FRAME <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        kind = data[place + 4 : place + 8]
        if kind == b"IDAT":
            return
        yield kind, data[place + 8 : place + 8 + length]
        place += _FRAME + length
