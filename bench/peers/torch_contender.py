"""PyTorch: training steps, eager with the fused optimiser or compiled, contiguous or channels last.

usage: torch_contender.py eager|compiled|compiled_step [channels_last]
"""

import os
import sys
import tempfile

from protocol import Case, Step, serve

import torch
from torch import nn

BATCH = 64
LEARNING_RATE = 1e-5  # so small that thousands of steps on one batch stay ordinary numbers
MODE = sys.argv[1]
CHANNELS_LAST = "channels_last" in sys.argv


def mlp() -> nn.Sequential:
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))


def keras_cnn() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 5 * 5, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def training_step(net: nn.Sequential, x: torch.Tensor) -> Step:
    """Forward, backward and Adam: all eager, forward and backward compiled, or the three given to the compiler."""
    labels = torch.randint(10, (BATCH,))
    adam = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE, fused=True)

    def loss(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(net(inputs), targets)

    objective = torch.compile(loss) if MODE == "compiled" else loss

    def step() -> None:
        adam.zero_grad(set_to_none=True)
        objective(x, labels).backward()
        adam.step()

    return torch.compile(step) if MODE == "compiled_step" else step


def train_mlp(threads: int) -> Step:
    torch.set_num_threads(threads)
    return training_step(mlp(), torch.randn(BATCH, 784))


def train_keras_cnn(threads: int) -> Step:
    torch.set_num_threads(threads)
    layout = torch.channels_last if CHANNELS_LAST else torch.contiguous_format
    net, images = keras_cnn().to(memory_format=layout), torch.randn(BATCH, 1, 28, 28)
    return training_step(net, images.to(memory_format=layout))


def first_step(threads: int, cache: str) -> Step:
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = cache
    return train_mlp(threads)


def first_step_cold(threads: int) -> Step:
    return first_step(threads, tempfile.mkdtemp(dir=os.environ["BENCH_CACHE"]))


def first_step_warm(threads: int) -> Step:
    return first_step(threads, os.path.join(os.environ["BENCH_CACHE"], "torch"))


CASES = {
    "train-mlp": Case(train_mlp),
    "train-keras-cnn": Case(train_keras_cnn),
    "first-step-cold": Case(first_step_cold, once=True),
    "first-step-warm": Case(first_step_warm, once=True),
}

if __name__ == "__main__":
    torch.manual_seed(0)
    serve(f"PyTorch {torch.__version__}", CASES)
