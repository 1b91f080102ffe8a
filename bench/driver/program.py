"""Cases of the program itself: a command is run once a sample, in a process of its own, timed from start to end."""

import json
import statistics
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from contender import BUILD, OUT, ROOT, TENON, Absent

METER = BUILD / "release/bin/bench_process"
PROGRAM = BUILD / "release/bin/tenon"
SAMPLE_SECONDS = 60e-3
RUN = OUT / "mnist-run"  # a trained network for those commands that need one


def arguments_of(command: tuple[str, ...]) -> list[str]:
    return [word.format(run=RUN) for word in command]


def train_once() -> None:
    """An epoch, once for all: what is measured is not how well it learnt."""
    if (RUN / "recipe.toml").exists():
        return
    recipe = ROOT / "examples/mnist.toml"
    command = [PROGRAM, "train", recipe, "--set", "train.epochs=1", "--out", RUN, "--quiet"]
    subprocess.run(command, cwd=ROOT, check=True)


@dataclass
class Program:
    """Speaks to the driver as a Contender does. Nothing of it runs between samples."""

    command: tuple[str, ...]
    cores: list[int]
    threads: int = 1
    name: str = TENON
    version: str = ""
    peak_bytes: int = 0
    spent: float = field(default=0.0, repr=False)

    def set_up(self, case: str, threads: int) -> None:
        try:
            if any("{run}" in word for word in self.command):
                train_once()
            self.version = subprocess.run(
                [PROGRAM, "--version"], check=True, capture_output=True, text=True
            ).stdout.strip()
            self.sample()  # brings files into the page cache, and compiled code into its own
        except (OSError, subprocess.CalledProcessError) as error:
            raise Absent(self.name, str(error)) from error

    def sample(self) -> float:
        """Microseconds from start to end, averaged over runs enough to tell other loads."""
        times = []
        while sum(times) < SAMPLE_SECONDS:
            times.append(self.run_once())
        return statistics.mean(times) * 1e6

    def run_once(self) -> float:
        cores = ",".join(map(str, self.cores))
        command = ["taskset", "--cpu-list", cores, METER, PROGRAM, *arguments_of(self.command)]
        found = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
        self.spent += found["cpu_seconds"]
        self.peak_bytes = max(self.peak_bytes, found["peak_bytes"])
        return found["seconds"]

    def cpu_seconds(self) -> float:
        return self.spent

    def stop(self) -> None:
        """Nothing of it runs."""
