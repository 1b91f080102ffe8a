"""What else the machine is doing, and what it can do at most."""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from cases import Work
from contender import BUILD

IDLE, IOWAIT = 3, 4  # the columns of a cpu line of /proc/stat in which nothing runs

QUIET_SECONDS = 0.3
QUIET_SHARE = 0.1


def busy_seconds(cores: list[int]) -> float:
    """Time the cores have not been idle since boot; a hypervisor's theft counts as busy."""
    total = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name.startswith("cpu") and name != "cpu" and int(name[3:]) in cores:
            total += sum(int(t) for i, t in enumerate(ticks[:8]) if i not in (IDLE, IOWAIT))
    return total / os.sysconf("SC_CLK_TCK")


def all_cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def wait_until_quiet(cores: list[int], patience: float) -> None:
    """Returns once the cores idle (all of ours are stopped then), or after `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        before = busy_seconds(cores)
        time.sleep(QUIET_SECONDS)
        if busy_seconds(cores) - before < QUIET_SHARE * QUIET_SECONDS * len(cores):
            return


def quietest(count: int) -> list[int]:
    """The cores that did least over the last moment, in order of their number."""
    cores = all_cores()
    before = {core: busy_seconds([core]) for core in cores}
    time.sleep(QUIET_SECONDS)
    by_load = sorted(reversed(cores), key=lambda core: busy_seconds([core]) - before[core])
    return sorted(by_load[:count])


@dataclass(frozen=True)
class Floor:
    """Peak FLOP/s, and the best bytes/s for each size of working set."""

    flops: float
    bandwidth: list[tuple[int, float]]

    def microseconds(self, work: Work) -> float:
        """No step that does this work can be faster. Its bytes are taken for its working set."""
        fitting = [rate for size, rate in self.bandwidth if size <= work.bytes] or [self.bandwidth[0][1]]
        return 1e6 * max(work.flops / self.flops, work.bytes / fitting[-1])


def measure_floor(cores: list[int]) -> Floor:
    program = BUILD / "release/bin/bench_floor"
    command = ["taskset", "--cpu-list", ",".join(map(str, cores)), str(program), str(len(cores))]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Floor(found["flops"], [(row["bytes"], max(row["read"], row["copy"])) for row in found["bandwidth"]])
