#!/usr/bin/env bash
# ncnn.Mat made from a numpy view reads the memory behind it and ignores its strides.
#
# ncnn 1.0.20261020, numpy 2.4.6
#
# Guess: a transposed picture is copied in its own order or refused, and uint8 stays uint8.
# Seen: Mat takes the view's shape and the base's order. image.transpose(2, 0, 1), the usual step
# from rows of pixels to planes, gives a Mat of the right shape with shuffled values and no warning;
# np.ascontiguousarray() before it puts that right. uint8 comes back as int8, so that 200 is -56.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check ncnn==1.0.20261020 numpy==2.4.6
"$tmp/venv/bin/python" - >"$tmp/seen" <<'PY'
import ncnn
import numpy as np

image = np.zeros((4, 4, 3), np.float32)
image[...] = (10, 20, 30)  # one colour: each plane should hold one value
planes = image.transpose(2, 0, 1)
mat = ncnn.Mat(planes)
print("shape", (mat.c, mat.h, mat.w), planes.shape)
print("a row of the first plane", np.array(mat)[0, 0].tolist(), planes[0, 0].tolist())
whole = np.ascontiguousarray(planes)
print("made contiguous", np.array_equal(np.array(ncnn.Mat(whole)), planes))
grey = np.full((2, 2), 200, np.uint8)
print("bytes", np.array(ncnn.Mat(grey)).dtype, np.array(ncnn.Mat(grey)).tolist())
PY
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
shape (3, 4, 4) (3, 4, 4)
a row of the first plane [10.0, 20.0, 30.0, 10.0] [10.0, 10.0, 10.0, 10.0]
made contiguous True
bytes int8 [[-56, -56], [-56, -56]]
END
