#!/usr/bin/env bash
# MNN's converter reports success for a file that was cut short, and its command runs `pip install`.
#
# MNN 3.6.1, onnx 1.23.2, numpy 2.4.6
#
# Guess: a conversion that the disk has no room for fails, one that succeeded can be checked by a hash
# that is known beforehand, and `mnnconvert` does what the function behind it does.
# Seen: with room for half the file it prints "Converted Success!" and returns True; only loading the
# file tells. Two conversions of one file differ by an id of 36 letters. Importing the command's module
# (MNN.tools.mnnconvert) runs `pip install -U aliyun-log-python-sdk`, to send what was converted and the
# machine's id to the makers; the converter itself, `_tools.mnnconvert`, does none of it.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check MNN==3.6.1 onnx==1.23.2 numpy==2.4.6
# What is called as pip from here on only notes what it was asked for.
mkdir "$tmp/bin"
printf '#!/bin/sh\necho "pip $*" >>"%s/called"\n' "$tmp" >"$tmp/bin/pip"
chmod +x "$tmp/bin/pip"
cd "$tmp"
PATH="$tmp/bin:$PATH" "$tmp/venv/bin/python" - >"$tmp/log" <<'PY'
import resource
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

kernel = np.random.default_rng(1).standard_normal((64, 64, 3, 3)).astype(np.float32)
graph = helper.make_graph(
    [helper.make_node("Conv", ["x", "kernel"], ["y"], pads=[1, 1, 1, 1])],
    "one convolution",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 64, 32, 32))],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 64, 32, 32))],
    [numpy_helper.from_array(kernel, "kernel")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 8
onnx.save(model, "model.onnx")

import _tools  # the converter, as it lies in the wheel
import MNN


def convert(target):
    return _tools.mnnconvert(
        ["mnnconvert", "-f", "ONNX", "--modelFile", "model.onnx", "--MNNModel", target, "--bizCode", "x"]
    )


seen = []
assert convert("one.mnn") and convert("two.mnn")
one, two = Path("one.mnn").read_bytes(), Path("two.mnn").read_bytes()
differ = [at for at, (a, b) in enumerate(zip(one, two)) if a != b]
seen.append(f"two conversions: same size {len(one) == len(two)}, same bytes {one == two}")
seen.append(f"they differ within 36 bytes: {differ[-1] - differ[0] < 36}")
half = len(one) // 2
resource.setrlimit(resource.RLIMIT_FSIZE, (half, half))
answer = convert("short.mnn")
seen.append(f"room for half: returns {answer}, half a file {Path('short.mnn').stat().st_size == half}")
try:
    MNN.Interpreter("short.mnn")
    seen.append("loading it works")
except Exception as error:
    seen.append(f"loading it: {type(error).__name__}")
try:
    import MNN.tools.mnnconvert
except Exception as error:
    seen.append(f"importing the command's module: {type(error).__name__}")
Path("seen").write_text("\n".join([*seen, *sorted(set(Path("called").read_text().splitlines())), ""]))
PY
grep -c "Converted Success!" "$tmp/log" >>"$tmp/seen"
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
two conversions: same size True, same bytes False
they differ within 36 bytes: True
room for half: returns True, half a file True
loading it: Exception
pip install -U aliyun-log-python-sdk
3
END
