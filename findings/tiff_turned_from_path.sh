#!/usr/bin/env bash
# A TIFF on its side: Pillow scrambles it and OpenCV refuses it, both only when given its path.
#
# pillow 13.0.0 (writes the files too), opencv-python-headless 5.0.0.93, numpy 2.4.6
#
# Guess: the pixels of an image are the same whether a library gets a path or the bytes, and both
# libraries apply Orientation 6 (turn clockwise) of a TIFF.
# Seen: from bytes or an open file both do. From a path Pillow maps uncompressed gray, RGBA or CMYK
# into memory and lays its rows out in the size that it has AFTER turning: of 3 by 2 pixels the rows
# break in the wrong place, without an exception. size is (2, 3) before load() and (3, 2) after.
# RGB is right, as 3 bytes a pixel are not mapped, and so is all that is compressed.
# OpenCV's imread gives None for each, compressed or not; imdecode of the same bytes is right.
# So: hand over an open file or the bytes. A test with RGB or with a square picture tells nothing.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check \
    pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$tmp"
OPENCV_LOG_LEVEL=SILENT venv/bin/python - >seen <<'PY'
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

STORED = np.array([[0, 10, 20], [30, 40, 50]])
UPRIGHT = np.rot90(STORED, -1)


def word(pixels):
    if pixels is None:
        return "None"
    first = np.asarray(pixels).reshape(*np.shape(pixels)[:2], -1)[..., 0]
    return "upright" if np.array_equal(first, UPRIGHT) else str(first.tolist())


def pillow(source):
    image = Image.open(source)
    before = image.size
    image.load()
    return f"{before}->{image.size} {word(image)}"


for mode, bands in (("L", 1), ("I;16", 1), ("RGB", 3), ("RGBA", 4), ("CMYK", 4)):
    pixels = np.repeat(STORED[..., None], bands, 2).astype("<u2" if mode == "I;16" else "u1")
    if mode == "RGBA":
        pixels[..., 3] = 255
    image = Image.frombytes(mode, (3, 2), pixels.tobytes())
    for compression in ("raw", "tiff_lzw"):
        image.save("turned.tif", compression=compression, tiffinfo={274: 6})
        with open("turned.tif", "rb") as file:
            data = file.read()
            print(mode, compression, "pillow:", pillow("turned.tif"), end="; ")
            print("file", pillow(file), end="; ")
        print("bytes", pillow(BytesIO(data)))
        if mode != "CMYK":  # becomes BGR in OpenCV, so that the numbers differ
            path = cv2.imread("turned.tif", cv2.IMREAD_UNCHANGED)
            whole = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
            print(mode, compression, "opencv:", word(path) + "; bytes", word(whole))
PY
diff - seen <<'END' && cat seen
L raw pillow: (2, 3)->(3, 2) [[40, 20, 0], [50, 30, 10]]; file (2, 3)->(2, 3) upright; bytes (2, 3)->(2, 3) upright
L raw opencv: None; bytes upright
L tiff_lzw pillow: (2, 3)->(2, 3) upright; file (2, 3)->(2, 3) upright; bytes (2, 3)->(2, 3) upright
L tiff_lzw opencv: None; bytes upright
I;16 raw pillow: (2, 3)->(3, 2) [[40, 20, 0], [50, 30, 10]]; file (2, 3)->(2, 3) upright; bytes (2, 3)->(2, 3) upright
I;16 raw opencv: None; bytes upright
I;16 tiff_lzw pillow: (2, 3)->(2, 3) upright; file (2, 3)->(2, 3) upright; bytes (2, 3)->(2, 3) upright
I;16 tiff_lzw opencv: None; bytes upright
RGB raw pillow: (2, 3)->(2, 3) upright; file (2, 3)->(2, 3) upright; bytes (2, 3)->(2, 3) upright
RGB raw opencv: None; bytes upright
RGB tiff_lzw pillow: (2, 3)->(2, 3) upright; file (2, 3)->(2, 3) upright; bytes (2, 3)->(2, 3) upright
RGB tiff_lzw opencv: None; bytes upright
RGBA raw pillow: (2, 3)->(3, 2) [[40, 20, 0], [50, 30, 10]]; file (2, 3)->(2, 3) upright; bytes (2, 3)->(2, 3) upright
RGBA raw opencv: None; bytes upright
RGBA tiff_lzw pillow: (2, 3)->(2, 3) upright; file (2, 3)->(2, 3) upright; bytes (2, 3)->(2, 3) upright
RGBA tiff_lzw opencv: None; bytes upright
CMYK raw pillow: (2, 3)->(3, 2) [[40, 20, 0], [50, 30, 10]]; file (2, 3)->(2, 3) upright; bytes (2, 3)->(2, 3) upright
CMYK tiff_lzw pillow: (2, 3)->(2, 3) upright; file (2, 3)->(2, 3) upright; bytes (2, 3)->(2, 3) upright
END
