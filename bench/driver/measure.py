"""Interleaved measurement: rounds in which every contender gives one sample, on the same cores."""

import statistics
import time
from dataclasses import dataclass, field

from cases import Case
from contender import TENON, Absent, Contender
from machine import busy_seconds

FOREIGN_SHARE = 0.10  # of the pinned cores' time, taken by others: more spoils a round
TICKS_OF_DOUBT = 0.03  # seconds that the counters' grain may show by mistake
PATIENCE = 3  # as many rounds as wanted, times this, before a noisy case is given up


@dataclass
class Result:
    case: Case
    threads: int
    samples: dict[str, list[float]] = field(default_factory=dict)  # in the case's unit, a row a round
    versions: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    noisy: bool = False
    floor: float | None = None

    def median(self, name: str) -> float:
        return statistics.median(self.samples[name])

    def minimum(self, name: str) -> float:
        return min(self.samples[name])

    @property
    def best_peer(self) -> str | None:
        peers = [name for name in self.samples if name != TENON]
        return min(peers, key=self.median, default=None)

    @property
    def ratio(self) -> float | None:
        """The median of the pairs' ratios: best peer over ours."""
        if TENON not in self.samples or self.best_peer is None:
            return None
        pairs = zip(self.samples[self.best_peer], self.samples[TENON])
        return statistics.median(peer / ours for peer, ours in pairs)

    @property
    def runs(self) -> int:
        return max((len(values) for values in self.samples.values()), default=0)


@dataclass(frozen=True)
class Round:
    values: dict[str, float]
    spoilt: bool


def start_all(result: Result, cores: list[int]) -> list[Contender]:
    """Those that have the case, set up and stopped; the others are noted as absent."""
    ready = []
    for name in (TENON, *result.case.peers):
        contender = Contender.start(name, cores)
        try:
            contender.set_up(result.case.name, result.threads)
        except Absent as reason:
            result.absent[name] = str(reason)
            contender.stop()
            continue
        result.versions[name] = contender.version
        ready.append(contender)
    return ready


def one_round(contenders: list[Contender], cores: list[int], first: int) -> Round:
    """A sample of each, beginning with another one every time. Spoilt if others ran on the cores meanwhile."""
    start, busy = time.monotonic(), busy_seconds(cores)
    ours = sum(c.cpu_seconds() for c in contenders)
    order = contenders[first % len(contenders) :] + contenders[: first % len(contenders)]
    values = {c.name: c.sample() for c in order}
    foreign = busy_seconds(cores) - busy - (sum(c.cpu_seconds() for c in contenders) - ours)
    available = (time.monotonic() - start) * len(cores)
    return Round(values, foreign > TICKS_OF_DOUBT + FOREIGN_SHARE * available)


def collect_rounds(result: Result, contenders: list[Contender], cores: list[int]) -> list[Round]:
    quiet, spoilt = [], []
    while contenders and len(quiet) < result.case.runs and len(quiet) + len(spoilt) < PATIENCE * result.case.runs:
        done = one_round(contenders, cores, len(quiet) + len(spoilt))
        (spoilt if done.spoilt else quiet).append(done)
    result.noisy = len(quiet) < result.case.runs and bool(spoilt)
    return quiet + spoilt if result.noisy else quiet


def measure_repeated(result: Result, cores: list[int]) -> list[Round]:
    contenders = start_all(result, cores)
    try:
        return collect_rounds(result, contenders, cores)
    finally:
        for contender in contenders:
            contender.stop()


def measure_once(result: Result, cores: list[int]) -> list[Round]:
    """New processes for every round; the first round fills the caches that a warm start finds, and is dropped."""
    rounds = []
    for _ in range(1 + result.case.runs):
        contenders = start_all(result, cores)
        if contenders:
            rounds.append(one_round(contenders, cores, 0))
        for contender in contenders:
            contender.stop()
    result.noisy = any(r.spoilt for r in rounds[1:])
    return rounds[1:]


def measure(case: Case, threads: int, cores: list[int]) -> Result:
    result = Result(case, threads)
    rounds = (measure_once if case.once else measure_repeated)(result, cores)
    for name in result.versions:
        if rounds:
            result.samples[name] = [r.values[name] / case.scale for r in rounds]
    return result
