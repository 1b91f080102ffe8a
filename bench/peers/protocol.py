"""The Python end of the protocol in bench/README.md; ../contender.h is the same in C++."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 60e-3
WARM_UP_SECONDS = 300e-3

Step = Callable[[], object]


@dataclass(frozen=True)
class Case:
    setup: Callable[[int], Step]
    once: bool = False  # a step that means something only the first time in a process
    memory: bool = False  # asked for is the most that the process held, to the end of the step


@dataclass(frozen=True)
class Prepared:
    step: Step
    count: int
    once: bool
    memory: bool
    held_before: int

    def sample(self) -> float:
        """Microseconds a step, or bytes. A few untimed steps bring a stopped process's data back into the caches."""
        if self.memory:
            self.step()
            return peak_bytes() - self.held_before
        if not self.once:
            timed(self.step, max(1, self.count // 10))
        return timed(self.step, self.count) / self.count * 1e6


def timed(step: Step, count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        step()
    return time.perf_counter() - start


def warm_up(step: Step) -> int:
    """Runs until everything lazy has happened; returns the steps that fill a sample."""
    step()  # the first may compile for seconds
    count, spent = 1, 0.0
    while True:
        took = timed(step, count)
        spent += took
        if spent >= WARM_UP_SECONDS:
            return max(1, int(SAMPLE_SECONDS * count / took))
        if took < WARM_UP_SECONDS / 10:
            count *= 2


def prepare(cases: dict[str, Case], name: str, threads: int, held_before: int) -> Prepared:
    case = cases[name]
    step = case.setup(threads)
    count = 1 if case.once or case.memory else warm_up(step)
    return Prepared(step, count, case.once, case.memory, held_before)


def peak_bytes() -> int:
    """Since this program was started."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def serve(version: str, cases: dict[str, Case], held_before: int = 0) -> None:
    """`held_before` is the memory of Python itself, which is not the peer's."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    prepared: Prepared | None = None
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "quit":
            return
        try:
            if command == "version":
                answer = version
            elif command == "setup":
                prepared = prepare(cases, arguments[0], int(arguments[1]), held_before)
                answer = "ready"
            elif command == "run" and prepared:
                answer = f"{prepared.sample():.9g}"
            else:
                answer = f"absent cannot answer '{line.strip()}'"
        except Exception as error:  # whatever a peer throws, the driver reports it and goes on
            answer = "absent " + f"{type(error).__name__}: {error}".replace("\n", " ")
        print(answer, file=replies, flush=True)
