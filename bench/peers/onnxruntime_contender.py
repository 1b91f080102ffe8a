"""ONNX Runtime with bound inputs and outputs. Its wheel carries the library but not the C header, and no package
looked at brings it, so this goes through Python: a call costs more than through the C API, by an amount not measured."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from protocol import Case, Step, serve

import numpy as np
import onnxruntime as ort


def one_item(shape: list[int | str | None]) -> list[int]:
    return [size if isinstance(size, int) and size > 0 else 1 for size in shape]


def session_of(name: str, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    path = os.path.join(os.environ["BENCH_MODELS"], name + ".onnx")
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def bound(session: ort.InferenceSession) -> ort.IOBinding:
    """Inputs of a half for one item; outputs in memory that stays the same."""
    binding = session.io_binding()
    for source in session.get_inputs():
        x = np.full(one_item(source.shape), 0.5, np.float32)
        binding.bind_ortvalue_input(source.name, ort.OrtValue.ortvalue_from_numpy(x))
    for result in session.get_outputs():
        binding.bind_output(result.name)
    session.run_with_iobinding(binding)
    for result, value in zip(session.get_outputs(), binding.get_outputs()):
        binding.bind_ortvalue_output(result.name, value)
    return binding


def inference(name: str, threads: int) -> Step:
    session = session_of(name, threads)
    binding = bound(session)
    return lambda: session.run_with_iobinding(binding)


def concurrent(name: str, callers: int) -> Step:
    """One session of one thread, as is its way, and a thread and a binding for each caller."""
    session = session_of(name, 1)
    bindings = [bound(session) for _ in range(callers)]
    pool = ThreadPoolExecutor(callers)
    return lambda: list(pool.map(session.run_with_iobinding, bindings))


def inference_case(name: str) -> Case:
    return Case(lambda threads: inference(name, threads))


def all_cases() -> dict[str, Case]:
    cases = {path.stem: inference_case(path.stem) for path in Path(os.environ["BENCH_MODELS"]).glob("*.onnx")}
    cases["resnet18-4-callers"] = Case(lambda threads: concurrent("resnet18", 4))
    cases["resnet50-build"] = Case(lambda threads: lambda: session_of("resnet50", threads), once=True)
    return cases


if __name__ == "__main__":
    serve(f"ONNX Runtime {ort.__version__}", all_cases())
