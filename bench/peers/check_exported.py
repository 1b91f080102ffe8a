"""Models that Tenon wrote, held to ONNX's checker and run in ONNX Runtime.

usage: check_exported.py FOLDER      a folder a case: model.onnx, and a file `case` that names the published one
"""

import pathlib
import sys

import numpy
import onnx
import onnxruntime
from onnx import numpy_helper

# What ONNX Runtime has no kernel for, or numpy no type (bfloat16), says nothing about the model.
CANNOT_RUN = ("NOT_IMPLEMENTED", "bfloat16", "Invalid rank for input: like")

RELATIVE, ABSOLUTE = 1e-3, 1e-6


def tensors(folder: pathlib.Path, kind: str) -> list[numpy.ndarray]:
    found = []
    while (path := folder / f"{kind}_{len(found)}.pb").exists():
        proto = onnx.TensorProto()
        proto.ParseFromString(path.read_bytes())
        found.append(numpy_helper.to_array(proto))
    return found


def check(folder: pathlib.Path) -> None:
    model = onnx.load(folder / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
    published = pathlib.Path((folder / "case").read_text())
    for data in sorted(published.glob("test_data_set_*")):
        names = [value.name for value in session.get_inputs()]
        found = session.run(None, dict(zip(names, tensors(data, "input"))))
        for got, wanted in zip(found, tensors(data, "output")):
            numpy.testing.assert_allclose(got, wanted, rtol=RELATIVE, atol=ABSOLUTE)


def main() -> int:
    folders = sorted(path.parent for path in pathlib.Path(sys.argv[1]).glob("*/model.onnx"))
    wrong, not_run = 0, 0
    for folder in folders:
        try:
            check(folder)
        except Exception as error:  # whatever a peer throws is the finding
            cannot = any(reason in str(error) for reason in CANNOT_RUN)
            not_run, wrong = not_run + cannot, wrong + (not cannot)
            print(f"{folder.name}: {'cannot be run there: ' if cannot else ''}{str(error).strip().splitlines()[0]}")
    print(f"{len(folders) - wrong - not_run} of {len(folders)} exported models are right by ONNX's checker and in "
          f"ONNX Runtime; {not_run} cannot be run there, {wrong} are wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
