#!/usr/bin/env bash
# Pillow opens three kinds of wide-sample TIFF without a complaint and shows another picture.
#
# pillow 13.0.0, numpy 2.4.6, tifffile 2026.3.3 (writes the files)
#
# Guess: 16-bit RGB keeps its high bytes whichever way its planes are stored, WhiteIsZero is turned
# round at every depth, and 32-bit white is the largest number.
# Seen: stored pixel by pixel (PlanarConfiguration 1), a 16-bit RGB of 0x3412 reads as 0x34. Stored
# plane by plane (2) it reads as 0x34 in a big-endian file, but as 0x12 in a little-endian one: the
# LOW byte, so a photo turns into noise.
# WhiteIsZero is turned round in 8 bits but not in 16: white comes out black. And white in unsigned
# 32-bit grey is -1 in mode I, which convert("L") makes black.
# So: look at the tags before trusting the pixels; no exception tells. tifffile gives all of them
# back as stored (the last column).
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check \
    pillow==13.0.0 numpy==2.4.6 tifffile==2026.3.3
"$tmp/venv/bin/python" - >"$tmp/seen" <<'PY'
from io import BytesIO

import numpy as np
import tifffile
from PIL import Image


def read(name, pixels, **tags):
    file = BytesIO()
    tifffile.imwrite(file, pixels, **tags)
    stored = np.array_equal(tifffile.imread(BytesIO(file.getvalue())), pixels)
    image = Image.open(file)
    print(name, image.mode, image.getpixel((0, 0)), image.convert("L").getpixel((0, 0)), stored)


for order in "<>":
    for planes, shape in (("contig", (4, 4, 3)), ("separate", (3, 4, 4))):
        pixels = np.full(shape, 0x3412, np.uint16)
        read(f"rgb16 {planes} {order}", pixels, photometric="rgb", planarconfig=planes, byteorder=order)
for kind in (np.uint8, np.uint16):
    read(f"white-is-zero {kind.__name__}", np.zeros((4, 4), kind), photometric="miniswhite")
read("grey32 white", np.full((4, 4), 2**32 - 1, np.uint32), photometric="minisblack")
PY
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
rgb16 contig < RGB (52, 52, 52) 52 True
rgb16 separate < RGB (18, 18, 18) 18 True
rgb16 contig > RGB (52, 52, 52) 52 True
rgb16 separate > RGB (52, 52, 52) 52 True
white-is-zero uint8 L 255 255 True
white-is-zero uint16 I;16 0 0 True
grey32 white I -1 0 True
END
