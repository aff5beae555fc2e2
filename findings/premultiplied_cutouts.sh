#!/usr/bin/env bash
# Whether a cut-out's colors come multiplied by its alpha depends on the reader, and on the depth.
#
# pillow 13.0.0 (libavif 1.4.2), opencv-python-headless 5.0.0.93, pyvips 3.2.0 with
# pyvips-binary 8.18.7 (libheif), tifffile 2026.3.3 (writes the TIFFs), numpy 2.4.6
#
# Guess: TIFF (ExtraSamples 1 or 2) and AVIF ("prem") say which kind of alpha they hold, so that every
# reader gives the same straight RGBA: 200, 100, 40 at half alpha. OpenCV's IMREAD_UNCHANGED is the
# one most surely as stored.
# Seen: OpenCV multiplies the straight colors of an 8-bit TIFF and leaves those of a 16-bit one
# alone, so the edges of a cut-out darken in 8 bits only. It leaves multiplied ones multiplied.
# AVIF is the other way round: Pillow and OpenCV divide, and pyvips hands out the multiplied colors
# as if straight. Pillow writes such a file with alpha_premultiplied=True, and does the multiplying
# itself.
# So: composite a known half-transparent color with each reader before trusting its RGBA.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check pillow==13.0.0 numpy==2.4.6 \
    opencv-python-headless==5.0.0.93 pyvips==3.2.0 pyvips-binary==8.18.7 tifffile==2026.3.3
"$tmp/venv/bin/python" - >"$tmp/seen" <<'PY'
from io import BytesIO

import cv2
import numpy as np
import pyvips
import tifffile
from PIL import Image

STRAIGHT, MULTIPLIED = (200, 100, 40, 128), (100, 50, 20, 128)


def word(pixel, scale):
    """Name the kind of alpha; three levels are for the rounding and the lossy codec."""
    color = np.asarray(pixel).astype(int) // scale
    for name, expected in (("straight", STRAIGHT), ("multiplied", MULTIPLIED)):
        if np.abs(color - expected).max() <= 3:
            return name
    return str(color)


def read(name, file, scale=1):
    data = file.getvalue()
    opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    print(
        f"{name}:",
        "pillow", word(Image.open(file).getpixel((9, 9)), 1) + ",",
        "opencv", word(opencv[9, 9, [2, 1, 0, 3]], scale) + ",",
        "pyvips", word(pyvips.Image.new_from_buffer(data, "").numpy()[9, 9], scale),
    )


for kind, scale in ((np.uint8, 1), (np.uint16, 257)):
    for alpha, color in (("unassalpha", STRAIGHT), ("assocalpha", MULTIPLIED)):
        pixels = np.full((32, 32, 4), color, kind) * kind(scale)
        file = BytesIO()
        tifffile.imwrite(file, pixels, photometric="rgb", extrasamples=[alpha])
        read(f"TIFF {kind.__name__} {alpha}", file, scale)
for premultiplied in (False, True):
    file = BytesIO()
    image = Image.new("RGBA", (32, 32), STRAIGHT)
    image.save(file, "AVIF", quality=95, subsampling="4:4:4", alpha_premultiplied=premultiplied)
    read(f"AVIF premultiplied={premultiplied}", file)
PY
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
TIFF uint8 unassalpha: pillow straight, opencv multiplied, pyvips straight
TIFF uint8 assocalpha: pillow straight, opencv multiplied, pyvips straight
TIFF uint16 unassalpha: pillow straight, opencv straight, pyvips straight
TIFF uint16 assocalpha: pillow straight, opencv multiplied, pyvips straight
AVIF premultiplied=False: pillow straight, opencv straight, pyvips straight
AVIF premultiplied=True: pillow straight, opencv straight, pyvips multiplied
END
