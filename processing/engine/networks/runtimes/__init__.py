"""What runs a network: MNN where it can be trusted to, ONNX Runtime otherwise."""
