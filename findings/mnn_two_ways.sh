#!/usr/bin/env bash
# MNN's Module holds Python's global lock for a whole pass and its Session does not; one thread answers
# otherwise than two.
#
# MNN 3.6.1, onnx 1.23.2, numpy 2.4.6
#
# Guess: the two ways to run a network in Python differ in how they are written, and the number of
# threads decides about the time alone.
# Seen: while MNN.nn's Module runs forward(), no other thread of the process runs any Python; while
# Interpreter.runSession() runs the same file, they do. With one thread a Session gives another answer to
# the same question than with two or four, each the same every time: how a convolution of a small plane is
# transformed depends on how many share it.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check MNN==3.6.1 onnx==1.23.2 numpy==2.4.6
cd "$tmp"
"$tmp/venv/bin/python" - >"$tmp/log" <<'PY'
import threading
import time
from pathlib import Path

import _tools  # the converter, as it lies in the wheel
import MNN
import MNN.expr
import MNN.nn
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(1)


def converted(name, side, layers):
    """Convolutions in a row, of 64 planes each."""
    shape = (1, 64, side, side)
    kernels = [random.standard_normal((64, 64, 3, 3)).astype(np.float32) / 24 for _ in range(layers)]
    graph = helper.make_graph(
        [
            helper.make_node("Conv", [f"x{n}", f"kernel{n}"], [f"x{n + 1}"], pads=[1, 1, 1, 1])
            for n in range(layers)
        ],
        name,
        [helper.make_tensor_value_info("x0", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(f"x{layers}", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(kernel, f"kernel{n}") for n, kernel in enumerate(kernels)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, f"{name}.onnx")
    files = ["--modelFile", f"{name}.onnx", "--MNNModel", f"{name}.mnn"]
    _tools.mnnconvert(["mnnconvert", "-f", "ONNX", *files, "--bizCode", "x"])
    return random.standard_normal(shape).astype(np.float32)


def session(name, picture, threads):
    interpreter = MNN.Interpreter(f"{name}.mnn")
    session = interpreter.createSession({"numThread": threads, "precision": "high"})

    def tensor(values):
        kind, layout = MNN.Halide_Type_Float, MNN.Tensor_DimensionType_Caffe
        return MNN.Tensor(values.shape, kind, values, layout)

    def answer():
        interpreter.getSessionInput(session).copyFrom(tensor(picture))
        interpreter.runSession(session)
        answer = tensor(np.empty(picture.shape, np.float32))
        interpreter.getSessionOutput(session).copyToHostTensor(answer)
        return np.array(answer.getNumpyData(), copy=True).tobytes()

    return answer, lambda: interpreter.runSession(session)


def longest_silence(one_pass):
    """Of a thread that notes the time, as a share of the pass that meanwhile goes on."""
    noted, ended = [], threading.Event()

    def note():
        while not ended.wait(0.001):
            noted.append(time.perf_counter())

    thread = threading.Thread(target=note)
    thread.start()
    time.sleep(0.05)
    start = time.perf_counter()
    one_pass()
    end = time.perf_counter()
    ended.set()
    thread.join()
    inside = [start, *(t for t in noted if start < t < end), end]
    return max(b - a for a, b in zip(inside, inside[1:])) / (end - start)


seen = []
picture = converted("large", 256, 20)
_, run = session("large", picture, 1)
run()
module = MNN.nn.load_module_from_file("large.mnn", ["x0"], ["x20"])
variable = MNN.expr.const(picture, list(picture.shape), MNN.expr.NCHW)
forward = lambda: module.forward(variable).read()
forward()
for name, one_pass in (("Session", run), ("Module", forward)):
    silence = sorted(longest_silence(one_pass) for _ in range(3))[1]
    seen.append(f"{name}: other threads stand still for {'all' if silence > 0.9 else 'part'} of a pass")
picture = converted("small", 6, 20)
runs = [session("small", picture, threads)[0] for threads in (1, 2, 4)]
answers = [{run() for _ in range(3)} for run in runs]
seen.append(f"2 threads as 1: {answers[0] == answers[1]}; 4 as 2: {answers[1] == answers[2]}")
seen.append(f"each is the same every time: {all(len(of) == 1 for of in answers)}")
Path("seen").write_text("\n".join([*seen, ""]))
PY
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
Session: other threads stand still for part of a pass
Module: other threads stand still for all of a pass
2 threads as 1: False; 4 as 2: True
each is the same every time: True
END
