"""ONNX Runtime with bound inputs and outputs. Its wheel carries the library but not the C header, and no package
looked at brings it, so this goes through Python: a call costs more than through the C API, by an amount not measured."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from protocol import Case, Step, peak_bytes, serve

import numpy as np

HELD_BEFORE = peak_bytes()

import onnxruntime as ort  # noqa: E402, so that what it takes counts


def one_item(shape: list[int | str | None]) -> list[int]:
    return [size if isinstance(size, int) and size > 0 else 1 for size in shape]


def options_for(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    return options


def load(path: Path, options: ort.SessionOptions) -> ort.InferenceSession:
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def session_of(name: str, threads: int) -> ort.InferenceSession:
    return load(Path(os.environ["BENCH_MODELS"]) / f"{name}.onnx", options_for(threads))


def optimised(name: str, threads: int) -> Path:
    """In its own format, which takes less memory to load. Made by the first who asks."""
    path = Path(os.environ["BENCH_CACHE"]) / f"{name}-{ort.__version__}.ort"
    if not path.exists():
        options = options_for(threads)
        options.optimized_model_filepath = str(path)
        options.add_session_config_entry("session.save_model_format", "ORT")
        load(Path(os.environ["BENCH_MODELS"]) / f"{name}.onnx", options)
    return path


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


def first_answer(name: str, threads: int) -> Step:
    path = optimised(name, threads)
    options = options_for(threads)
    options.add_session_config_entry("session.use_ort_model_bytes_directly", "1")
    return lambda: bound(load(path, options))


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
    cases["resnet50-memory"] = Case(lambda threads: lambda: inference("resnet50", threads)(), memory=True)
    cases["resnet50-engine-memory"] = Case(lambda threads: first_answer("resnet50", threads), memory=True)
    return cases


if __name__ == "__main__":
    serve(f"ONNX Runtime {ort.__version__}", all_cases(), HELD_BEFORE)
