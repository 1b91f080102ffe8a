"""Writes networks in 8 bits: quantised by ONNX Runtime after training, QuantizeLinear and DequantizeLinear around
each layer, one scale a channel, u8 activations and i8 weights.   usage: quantised.py FOLDER"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

NETWORKS = ("resnet18", "mobilenetv2")
CALIBRATION_ITEMS = 8


class DrawnInputs(CalibrationDataReader):
    def __init__(self, model: Path) -> None:
        source = onnx.load(model).graph.input[0]
        shape = [dim.dim_value or 1 for dim in source.type.tensor_type.shape.dim]
        rng = np.random.default_rng(0)
        self.items = iter(
            [{source.name: rng.standard_normal(shape).astype(np.float32)} for _ in range(CALIBRATION_ITEMS)]
        )

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.items, None)


def quantise(model: Path, path: Path) -> None:
    simplified, unfinished = path.with_suffix(".simple"), path.with_suffix(".part")
    quant_pre_process(str(model), str(simplified))
    quantize_static(str(simplified), str(unfinished), DrawnInputs(model), quant_format=QuantFormat.QDQ,
                    per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)  # fmt: skip
    simplified.unlink()
    unfinished.rename(path)


def main(folder: Path) -> None:
    for name in NETWORKS:
        path = folder / f"{name}-int8.onnx"
        if not path.exists():
            quantise(folder / f"{name}.onnx", path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
