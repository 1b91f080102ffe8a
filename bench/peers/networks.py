"""Writes the networks of the suite `infer` as PyTorch exports them.   usage: networks.py FOLDER

Weights are random, but every network is an ordinary one: torchvision's definitions, and an encoder and a recurrent
layer written as plain modules, so that attention, layer normalisation and GELU arrive in the pieces they export to.
A file that is there already is kept.
"""

import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
import torchvision
from torch import Tensor, nn

OPSET = 17
WIDTH, HEADS, LAYERS, TOKENS = 384, 12, 6, 128
LSTM_IN, LSTM_OUT, LSTM_STEPS = 64, 128, 32


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    @staticmethod
    def heads(x: Tensor) -> Tensor:
        return x.view(1, TOKENS, HEADS, WIDTH // HEADS).permute(0, 2, 1, 3)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.heads(self.query(x)), self.heads(self.key(x)), self.heads(self.value(x))
        scores = query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5
        mixed = scores.softmax(-1) @ value
        return self.out(mixed.permute(0, 2, 1, 3).reshape(1, TOKENS, WIDTH))


class EncoderLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention, self.first_norm = Attention(), nn.LayerNorm(WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.second_norm = nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first_norm(x + self.attention(x))
        return self.second_norm(x + self.narrow(nn.functional.gelu(self.wide(x))))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(LSTM_IN, LSTM_OUT)

    def forward(self, x: Tensor) -> Tensor:
        return self.lstm(x)[0]


def vision(name: str) -> Callable[[], tuple[nn.Module, Tensor]]:
    def make() -> tuple[nn.Module, Tensor]:
        return torchvision.models.get_model(name, weights=None), torch.zeros(1, 3, 224, 224)

    return make


NETWORKS: dict[str, Callable[[], tuple[nn.Module, Tensor]]] = {
    "resnet18": vision("resnet18"),
    "resnet50": vision("resnet50"),
    "mobilenetv2": vision("mobilenet_v2"),
    "minilm": lambda: (nn.Sequential(*(EncoderLayer() for _ in range(LAYERS))), torch.zeros(1, TOKENS, WIDTH)),
    "lstm": lambda: (Recurrent(), torch.zeros(LSTM_STEPS, 1, LSTM_IN)),
}


def export(name: str, path: Path) -> None:
    torch.manual_seed(0)
    network, example = NETWORKS[name]()
    unfinished = path.with_suffix(".part")
    # The exporter that came before torch.export: it wants no package beside PyTorch.
    torch.onnx.export(network.eval(), (example,), str(unfinished), dynamo=False, opset_version=OPSET,
                      input_names=["x"], output_names=["y"])  # fmt: skip
    unfinished.rename(path)


def main(folder: Path) -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    folder.mkdir(parents=True, exist_ok=True)
    for name in NETWORKS:
        path = folder / f"{name}.onnx"
        if not path.exists():
            export(name, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
