"""Interleaved measurement: rounds in which every contender gives one sample, on the same cores."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from cases import Case
from contender import TENON, Absent, Contender
from machine import all_cores, busy_seconds, wait_until_quiet
from program import Program

FOREIGN_SHARE = 0.10  # of the pinned cores' time, taken by others: more spoils a round
TICKS_OF_DOUBT = 0.02  # seconds that the counters' grain may show by mistake
PATIENCE = 60.0  # seconds for spoilt rounds and for waiting, before a noisy case is given up


@dataclass
class Result:
    case: Case
    threads: int
    samples: dict[str, list[float]] = field(default_factory=dict)  # in the case's unit, a row a round
    versions: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    noisy: bool = False
    load: float = 0.0  # share of the whole machine that other processes took, on average
    floor: float | None = None
    peak_bytes: int | None = None  # of a command's memory

    def median(self, name: str) -> float:
        return statistics.median(self.samples[name])

    def minimum(self, name: str) -> float:
        return min(self.samples[name])

    @property
    def best_peer(self) -> str | None:
        peers = [name for name in self.samples if name != TENON]
        return min(peers, key=self.median, default=None)

    def ratio_to(self, peer: str) -> float | None:
        """The median of the pairs' ratios: the peer's time over ours."""
        if TENON not in self.samples or peer not in self.samples:
            return None
        pairs = zip(self.samples[peer], self.samples[TENON])
        return statistics.median(theirs / ours for theirs, ours in pairs)

    @property
    def ratio(self) -> float | None:
        return self.ratio_to(self.best_peer) if self.best_peer else None

    @property
    def runs(self) -> int:
        return max((len(values) for values in self.samples.values()), default=0)


@dataclass(frozen=True)
class Round:
    values: dict[str, float]
    load: float  # share of the whole machine taken by others
    spoilt: bool  # they ran on the pinned cores


def start(name: str, case: Case, cores: list[int]) -> Contender | Program:
    return Program(case.command, cores) if case.command else Contender.start(name, cores)


@contextmanager
def contenders_of(result: Result, cores: list[int]) -> Iterator[list[Contender | Program]]:
    """Those that have the case, set up and stopped; the others are noted as absent. All end with the block."""
    ready = []
    with ExitStack() as running:
        for name in (TENON, *result.case.peers):
            contender = start(name, result.case, cores)
            running.callback(contender.stop)
            try:
                contender.set_up(result.case.name, result.threads)
            except Absent as absent:
                result.absent[name] = absent.reason
                continue
            result.versions[name] = contender.version
            ready.append(contender)
        yield ready


def one_round(contenders: list[Contender | Program], cores: list[int], first: int) -> Round:
    """A sample of each, beginning with another one every time."""
    everywhere = all_cores()
    start, busy, busy_everywhere = time.monotonic(), busy_seconds(cores), busy_seconds(everywhere)
    ours = sum(c.cpu_seconds() for c in contenders)
    order = contenders[first % len(contenders) :] + contenders[: first % len(contenders)]
    values = {c.name: c.sample() for c in order}
    ours = sum(c.cpu_seconds() for c in contenders) - ours
    foreign = busy_seconds(cores) - busy - ours
    foreign_everywhere = busy_seconds(everywhere) - busy_everywhere - ours
    elapsed = time.monotonic() - start
    load = max(0.0, foreign_everywhere / (elapsed * len(everywhere)))
    return Round(values, load, foreign > TICKS_OF_DOUBT + FOREIGN_SHARE * elapsed * len(cores))


def collect_rounds(result: Result, contenders: list[Contender | Program], cores: list[int]) -> list[Round]:
    """As many quiet rounds as the case wants. If they cannot be had in time, spoilt ones fill the number."""
    quiet, spoilt, lost = [], [], 0.0
    while len(quiet) < result.case.runs and not (lost > PATIENCE and len(quiet + spoilt) >= result.case.runs):
        start = time.monotonic()
        done = one_round(contenders, cores, len(quiet + spoilt))
        (spoilt if done.spoilt else quiet).append(done)
        if done.spoilt and lost <= PATIENCE:
            wait_until_quiet(cores, patience=5)
            lost += time.monotonic() - start
    return quiet + spoilt[: result.case.runs - len(quiet)]


def measure_repeated(result: Result, cores: list[int]) -> list[Round]:
    with contenders_of(result, cores) as contenders:
        rounds = collect_rounds(result, contenders, cores) if contenders else []
        result.peak_bytes = max((c.peak_bytes for c in contenders if isinstance(c, Program)), default=None)
        return rounds


def measure_once(result: Result, cores: list[int]) -> list[Round]:
    """New processes for every round; the first round fills the caches that a warm start finds, and is dropped."""
    rounds = []
    for _ in range(1 + result.case.runs):
        with contenders_of(result, cores) as contenders:
            if contenders:
                rounds.append(one_round(contenders, cores, 0))
    return rounds[1:]


def measure(case: Case, threads: int, cores: list[int]) -> Result:
    result = Result(case, threads)
    try:
        rounds = (measure_once if case.once else measure_repeated)(result, cores)
    except Absent as absent:  # one that died between samples: pairs with it are not to be had
        result.absent[absent.contender] = absent.reason
        return result
    if not rounds:
        return result
    result.noisy = case.unit != "MB" and any(r.spoilt for r in rounds)  # memory is the same beside other loads
    result.load = statistics.mean(r.load for r in rounds)
    present = [name for name in result.versions if name not in result.absent]
    result.samples = {name: [r.values[name] / case.scale for r in rounds] for name in present}
    return result
