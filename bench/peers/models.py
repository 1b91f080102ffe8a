"""Writes the ONNX models of the inference cases.   usage: models.py FOLDER"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MODELS = {
    "infer-mlp-1": (1, [784, 128, 10]),
    "infer-mlp-64": (64, [784, 128, 10]),
    "infer-tiny": (1, [4, 16, 16, 2]),
}


def dense_stack(batch: int, widths: list[int]) -> onnx.ModelProto:
    """Dense layers with ReLU between them; the last gives plain scores."""
    rng = np.random.default_rng(0)
    nodes, weights, value = [], [], "x"
    layers = list(zip(widths, widths[1:]))
    for i, (wide, narrow) in enumerate(layers):
        weight = rng.standard_normal((wide, narrow)) * np.sqrt(2 / wide)
        weights.append(numpy_helper.from_array(weight.astype(np.float32), f"w{i}"))
        weights.append(numpy_helper.from_array(np.zeros(narrow, np.float32), f"b{i}"))
        last = i + 1 == len(layers)
        nodes.append(helper.make_node("Gemm", [value, f"w{i}", f"b{i}"], ["y" if last else f"h{i}"]))
        if not last:
            nodes.append(helper.make_node("Relu", [f"h{i}"], [f"a{i}"]))
        value = f"a{i}"
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, widths[0]])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, widths[-1]])
    graph = helper.make_graph(nodes, "dense_stack", [x], [y], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (batch, widths) in MODELS.items():
        model = dense_stack(batch, widths)
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{name}.onnx")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
