"""ONNX Runtime with bound inputs and outputs. Its wheel carries the library but not the C header, and no package
looked at brings it, so this goes through Python: a call costs more than through the C API, by an amount not measured."""

import os

from protocol import Case, Step, serve

import numpy as np
import onnxruntime as ort


def inference(name: str, threads: int) -> Step:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    path = os.path.join(os.environ["BENCH_MODELS"], name + ".onnx")
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    binding = session.io_binding()
    source, result = session.get_inputs()[0], session.get_outputs()[0]
    x = ort.OrtValue.ortvalue_from_numpy(np.full(source.shape, 0.5, np.float32))
    y = ort.OrtValue.ortvalue_from_shape_and_type(result.shape, np.float32)
    binding.bind_ortvalue_input(source.name, x)
    binding.bind_ortvalue_output(result.name, y)
    return lambda: session.run_with_iobinding(binding)


def inference_case(name: str) -> Case:
    return Case(lambda threads: inference(name, threads))


if __name__ == "__main__":
    names = ["infer-mlp-1", "infer-mlp-64", "infer-tiny"]
    serve(f"ONNX Runtime {ort.__version__}", {name: inference_case(name) for name in names})
