#!/usr/bin/env bash
# A 16-bit PNG with one transparent colour (tRNS): Pillow makes other colours transparent instead.
#
# pillow 13.0.0, opencv-python-headless 5.0.0.93, numpy 2.4.6
#
# Guess: both libraries compare all 16 bits, or both give up on transparency.
# Seen, RGB: Pillow keeps the high byte of each pixel and compares it with the LOW byte of the
# colour. With 0x0003 as the transparent colour, pixels of 0x0003 stay opaque and those of 0x0300
# and 0x0342 vanish. White backdrops hide this: 0xFFFF has the same byte twice, so they work.
# OpenCV compares all 16 bits and is right.
# Seen, grey: Pillow opens mode I;16, whose conversion to RGBA clips at 255, and 0x03E8 stays
# opaque. OpenCV, right about RGB, ignores tRNS in grey and gives one channel.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check \
    pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
"$tmp/venv/bin/python" - >"$tmp/seen" <<'PY'
import struct
import zlib
from io import BytesIO

import cv2
import numpy as np
from PIL import Image


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(values, clear, channels):
    """Make a row of 16-bit pixels, all their channels alike, of which one colour is transparent."""
    row = b"\0" + b"".join(struct.pack(">H", v) * channels for v in values)
    header = struct.pack(">IIBBBBB", len(values), 1, 16, 2 if channels == 3 else 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*part)
        for part in (
            (b"IHDR", header),
            (b"tRNS", struct.pack(">H", clear) * channels),
            (b"IDAT", zlib.compress(row)),
            (b"IEND", b""),
        )
    )


def show(name, values, clear, channels):
    data = png(values, clear, channels)
    image = Image.open(BytesIO(data))
    alpha = list(image.convert("RGBA").getchannel("A").tobytes())
    other = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    theirs = other[0, :, 3].tolist() if other.ndim == 3 and other.shape[2] == 4 else "no alpha"
    print(name, image.mode, "Pillow", alpha, "OpenCV", theirs)


show("RGB, clear 0xFFFF", [0xFFFF, 0x8000], 0xFFFF, 3)
show("RGB, clear 0x0003", [0x0003, 0x0300, 0x0342], 0x0003, 3)
show("grey, clear 0x03E8", [0x03E8, 0x8000], 0x03E8, 1)
PY
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
RGB, clear 0xFFFF RGB Pillow [0, 255] OpenCV [0, 65535]
RGB, clear 0x0003 RGB Pillow [255, 0, 0] OpenCV [0, 65535, 65535]
grey, clear 0x03E8 I;16 Pillow [255, 255] OpenCV no alpha
END
