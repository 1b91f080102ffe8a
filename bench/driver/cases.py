"""The table of cases: what is measured, against whom, what is asked for, and the work that one step cannot avoid.

The work gives the floor. FLOPs are those of the contractions, written as the textbook writes them (a Winograd
convolution needs fewer and may go below such a floor). Bytes are what must move however well a step is fused:
weights and optimiser state once each way, inputs once; activations may stay in registers or caches.
"""

from dataclasses import dataclass, field

F32 = 4  # bytes


@dataclass(frozen=True)
class Work:
    flops: float
    bytes: float


@dataclass(frozen=True)
class Case:
    suite: str
    name: str
    threads: tuple[int, ...]
    peers: tuple[str, ...]
    work: Work | None = None
    goal: float | None = None  # best peer's time, or memory, over ours, at least
    limit: float | None = None  # our time in `unit`, at most
    unit: str = "us"
    runs: int = 21
    once: bool = False  # each sample wants a process of its own
    command: tuple[str, ...] = ()  # of the program tenon; {run} is a trained network
    memory_limit: float | None = None  # its peak, in MB
    precision: str = "f32"
    scale: float = field(init=False)  # microseconds, or bytes, in a unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", {"us": 1.0, "ms": 1e3, "s": 1e6, "MB": 1e6}[self.unit])


def pairs(widths: list[int]) -> list[tuple[int, int]]:
    return list(zip(widths, widths[1:]))


def dense_multiplies(widths: list[int]) -> int:
    return sum(wide * narrow for wide, narrow in pairs(widths))


def dense_parameters(widths: list[int]) -> int:
    return dense_multiplies(widths) + sum(widths[1:])


def training_flops(forward: float, first_layer: float) -> float:
    """Forward, the same again for the weights' gradients, and again for the inputs' of every layer but the first."""
    return 3 * forward - first_layer


def dense_training(batch: int, widths: list[int], state: int) -> Work:
    """`state` values a parameter are read and written by the update (SGD 1: itself; Adam 3: two moments as well)."""
    forward = 2 * batch * dense_multiplies(widths)
    first = 2 * batch * widths[0] * widths[1]
    return Work(training_flops(forward, first), F32 * (2 * state * dense_parameters(widths) + batch * widths[0]))


def dense_inference(batch: int, widths: list[int]) -> Work:
    data = batch * (widths[0] + widths[-1])
    return Work(2 * batch * dense_multiplies(widths), F32 * (dense_parameters(widths) + data))


def keras_cnn_training(batch: int) -> Work:
    """28x28x1 -conv3x3-> 26x26x32 -pool-> 13x13x32 -conv3x3-> 11x11x64 -pool-> 5x5x64 -> 1600 -> 64 -> 10."""
    first = 2 * batch * 26 * 26 * 32 * 9
    second = 2 * batch * 11 * 11 * 64 * 9 * 32
    head = [5 * 5 * 64, 64, 10]
    forward = first + second + 2 * batch * dense_multiplies(head)
    parameters = (9 * 32 + 32) + (9 * 32 * 64 + 64) + dense_parameters(head)
    return Work(training_flops(forward, first), F32 * (2 * 3 * parameters + batch * 28 * 28))


ONE, BOTH = (1,), (1, 2)
TORCH = ("PyTorch eager", "PyTorch compiled", "PyTorch compiled step")
CHANNELS_LAST = ("PyTorch eager channels_last", "PyTorch compiled channels_last")
ENGINES = ("ONNX Runtime", "OpenVINO")
BF16_ENGINES = ("OpenVINO", "OpenVINO f32")  # ONNX Runtime computes nothing in bf16 on a processor
MNIST_MLP = [784, 256, 128, 10]
SMALL_MLP = [784, 128, 10]


def eval_case(name: str, *options: str) -> Case:
    """The test set of MNIST scored by a trained network, with compiled code in the cache or without."""
    return Case("cli", name, (2,), (), limit=0.5, unit="s", memory_limit=200, command=("eval", "{run}", *options))


def encoder_inference() -> Work:
    """minilm of peers/networks.py: projections and the two dense layers of each layer, scores and their mixing."""
    width, tokens, layers = 384, 128, 6
    weights = layers * 12 * width * width
    return Work(2 * tokens * (weights + layers * 2 * tokens * width), F32 * weights)


def model(name: str, goal: float, work: Work | None = None, unit: str = "ms") -> Case:
    """One item through an ONNX model of this name."""
    return Case("infer", name, BOTH, ENGINES, work, goal, unit=unit)


def in_bf16(suite: str, name: str, goal: float, unit: str = "ms") -> Case:
    """The same in bf16. Without a floor: the peak that is measured is that of f32."""
    return Case(suite, f"{name}-bf16", BOTH, BF16_ENGINES, None, goal, unit=unit, precision="bf16")


def quantised(name: str) -> Case:
    """The same of bytes; no floor, as the measured peak is that of f32."""
    return Case("infer", name, ONE, ENGINES, unit="ms", precision="int8")


CASES = (
    Case("train-mlp", "train-mlp", BOTH, TORCH, dense_training(64, MNIST_MLP, 3), goal=1.6),
    Case("train-tiny", "train-tiny-10-16-10", ONE, ("LibTorch",), dense_training(32, [10, 16, 10], 1), 40, limit=2),
    Case("train-tiny", "train-tiny-10-5-1", ONE, ("LibTorch",), dense_training(32, [10, 5, 1], 1), 40, limit=2),
    Case("train-keras-cnn", "train-keras-cnn", BOTH, TORCH + CHANNELS_LAST, keras_cnn_training(64), 2.5, unit="ms"),
    Case("infer-mlp", "infer-mlp-1", BOTH, ENGINES, dense_inference(1, SMALL_MLP), goal=1.5),
    Case("infer-mlp", "infer-mlp-64", BOTH, ENGINES, dense_inference(64, SMALL_MLP), goal=1.1),
    in_bf16("infer-mlp", "infer-mlp-1", 2.5, "us"),
    in_bf16("infer-mlp", "infer-mlp-64", 1.1, "us"),
    model("resnet18", 1.6, Work(3.628e9, 46.7e6)),
    model("resnet50", 1.25, Work(8.179e9, 102e6)),
    model("mobilenetv2", 1.1, Work(0.602e9, 13.9e6)),
    model("minilm", 1.05, encoder_inference()),
    model("lstm", 1.3, Work(2 * 32 * 4 * 128 * (64 + 128), F32 * 4 * 128 * (64 + 128)), "us"),
    model("resnet20-cifar10", 1.2, Work(81.6e6, 1.09e6), "us"),
    model("yunet_n_320", 1.2),
    model("dtln_1", 1.2, None, "us"),
    model("super_resolution", 1.2, Work(5.97e9, 0.24e6)),
    in_bf16("infer", "resnet18", 1.0),
    in_bf16("infer", "resnet50", 1.05),
    in_bf16("infer", "mobilenetv2", 1.05),
    in_bf16("infer", "minilm", 1.1),
    quantised("resnet18-int8"),
    quantised("mobilenetv2-int8"),
    Case("infer", "resnet18-4-callers", (2,), ENGINES, Work(4 * 3.628e9, 46.7e6), unit="ms"),
    Case("infer", "resnet50-build", ONE, ENGINES, limit=1, unit="s", runs=5, once=True),
    Case("infer", "resnet50-load", ONE, (), limit=0.2, unit="s", runs=5, once=True),
    Case("infer", "resnet50-memory", ONE, ENGINES, goal=1, unit="MB", runs=5, once=True),
    Case("infer", "resnet50-engine-memory", ONE, ENGINES, goal=1, unit="MB", runs=5, once=True),
    Case("infer-tiny", "infer-tiny", ONE, ENGINES, dense_inference(1, [4, 16, 16, 2]), limit=0.2),
    Case("first-step", "first-step-cold", (2,), ("PyTorch compiled",), limit=1, unit="s", runs=3, once=True),
    Case("first-step", "first-step-warm", (2,), ("PyTorch compiled",), limit=0.15, unit="s", runs=5, once=True),
    Case("cli", "version", ONE, (), limit=5, unit="ms", command=("--version",)),
    eval_case("eval-mnist"),
    eval_case("eval-mnist-cold", "--no-cache"),
)


def named(name: str) -> list[Case]:
    """The cases of a suite, or the one case."""
    return [case for case in CASES if name in (case.suite, case.name)]


def suites() -> list[str]:
    return list(dict.fromkeys(case.suite for case in CASES))
