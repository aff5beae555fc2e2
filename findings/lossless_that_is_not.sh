#!/usr/bin/env bash
# "Lossless" and "quality 100" in AVIF, HEIC and WebP: which of them give a cut-out back exactly.
#
# pillow 13.0.0 (AVIF, WebP), pillow-heif 1.8.1 (HEIC), numpy 2.4.6
#
# Guess: AVIF at quality 100 with 4:4:4 and HEIC at quality -1 (its "lossless") are exact; so is
# lossless WebP, except that keeping what is under transparent pixels (exact) makes it larger.
# Seen, as the largest error in levels: AVIF at its best 2; HEIC at -1 2, with chroma 444 still 1,
# and 0 only with matrix_coefficients=0 as well. Alpha was exact in all of these.
# Lossless WebP changes hidden colours by up to 254 levels unless exact=True, and on this smooth
# picture the exact file is the SMALLER one, by more than half: clearing breaks the gradient.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check \
    pillow==13.0.0 pillow-heif==1.8.1 numpy==2.4.6
"$tmp/venv/bin/python" - >"$tmp/seen" <<'PY'
from io import BytesIO

import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
y, x = np.mgrid[0:128, 0:128]
pixels = np.dstack([x * 2, y * 2, x + y, np.clip((x - 32) * 4, 0, 255)]).astype(np.uint8)
hidden = pixels[..., 3] == 0


def tried(format, **options):
    file = BytesIO()
    Image.fromarray(pixels).save(file, format, **options)
    error = np.abs(np.asarray(Image.open(file).convert("RGBA")).astype(int) - pixels)
    color = error[..., :3]
    print(
        format, options, "seen", color[~hidden].max(), "hidden", color[hidden].max(),
        "alpha", error[..., 3].max(),
    )
    return len(file.getvalue())


tried("AVIF", quality=100)
tried("AVIF", quality=100, subsampling="4:4:4")
tried("HEIF", quality=-1)
tried("HEIF", quality=-1, chroma=444)
tried("HEIF", quality=-1, chroma=444, matrix_coefficients=0)
cleared = tried("WEBP", lossless=True)
exact = tried("WEBP", lossless=True, exact=True)
print("exact WebP is under half the size", exact < cleared / 2)
PY
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
AVIF {'quality': 100} seen 2 hidden 3 alpha 0
AVIF {'quality': 100, 'subsampling': '4:4:4'} seen 2 hidden 2 alpha 0
HEIF {'quality': -1} seen 2 hidden 2 alpha 0
HEIF {'quality': -1, 'chroma': 444} seen 1 hidden 1 alpha 0
HEIF {'quality': -1, 'chroma': 444, 'matrix_coefficients': 0} seen 0 hidden 0 alpha 0
WEBP {'lossless': True} seen 0 hidden 254 alpha 0
WEBP {'lossless': True, 'exact': True} seen 0 hidden 0 alpha 0
exact WebP is under half the size True
END
