"""Results as a table for people and as JSON lines for programs."""

import json
from pathlib import Path

from contender import TENON
from measure import Result

HEADER = f"{'case':<22}{'thr':>4}  {'contender':<32}{'median':>11}{'min':>11}  {'ratio':>7} {'goal':>7}  verdict"

WORTH_SAYING = 0.05  # load of the whole machine


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def megabytes(bytes_: int | None) -> float | None:
    return None if bytes_ is None else bytes_ / 1e6


def verdict(result: Result) -> str:
    """No claim from a noisy run, nor without both sides."""
    if TENON not in result.samples:
        return f"Tenon absent: {result.absent.get(TENON, 'no sample')}"
    if result.noisy:
        return "noisy, no claim"
    goal, limit = result.case.goal, result.case.limit
    missed = []
    if goal is not None and (result.ratio is None or result.ratio < goal):
        missed.append(f"ratio below {goal:g}")
    if limit is not None and result.median(TENON) > limit:
        missed.append(f"above {limit:g} {result.case.unit}")
    memory_limit = result.case.memory_limit
    if memory_limit is not None and megabytes(result.peak_bytes) > memory_limit:
        missed.append(f"above {memory_limit:g} MB")
    return "missed: " + ", ".join(missed) if missed else "met"


def goal_text(result: Result) -> str:
    goal, limit = result.case.goal, result.case.limit
    return f"{goal:g}x" if goal is not None else f"<{limit:g}{result.case.unit}" if limit is not None else "-"


def ratio_text(result: Result, peer: str | None) -> str:
    ratio = result.ratio_to(peer) if peer else None
    return "-" if ratio is None or result.noisy else f"{ratio:.2f}x"


def row(result: Result, name: str) -> str:
    unit = result.case.unit
    return f"{name:<32}{number(result.median(name)) + ' ' + unit:>11}{number(result.minimum(name)) + ' ' + unit:>11}"


def print_result(result: Result) -> None:
    lead = f"{result.case.name:<22}{result.threads:>4}  "
    ours = row(result, TENON) if TENON in result.samples else f"{'tenon':<32}{'-':>11}{'-':>11}"
    print(f"{lead}{ours}  {ratio_text(result, result.best_peer):>7} {goal_text(result):>7}  {verdict(result)}")
    indent = " " * len(lead)
    for name in result.case.peers:
        if name in result.absent:
            print(f"{indent}{name:<32}absent: {result.absent[name]}")
        elif name in result.samples:
            best = "best peer" if name == result.best_peer else ""
            print(f"{indent}{row(result, name)}  {ratio_text(result, name):>7} {'':>7}  {best}".rstrip())
    if result.floor is not None:
        print(f"{indent}{'floor':<32}{number(result.floor) + ' ' + result.case.unit:>11}")
    if result.peak_bytes is not None:
        print(f"{indent}{'peak memory':<32}{number(megabytes(result.peak_bytes)) + ' MB':>11}")
    if result.noisy or result.load > WORTH_SAYING:
        print(f"{indent}{'noisy: ' if result.noisy else ''}others took {result.load:.0%} of the machine meanwhile")


def as_json(result: Result) -> dict:
    """Times are medians; `minimum` has the least of each contender."""
    peers = [name for name in result.samples if name != TENON]
    return {
        "case": result.case.name,
        "threads": result.threads,
        "precision": result.case.precision,
        "unit": result.case.unit,
        "tenon": result.median(TENON) if TENON in result.samples else None,
        "peers": {name: result.median(name) for name in peers},
        "ratio": None if result.noisy else result.ratio,
        "floor": result.floor,
        "goal": result.case.goal,
        "limit": result.case.limit,
        "memory_limit": result.case.memory_limit,
        "runs": result.runs,
        "noisy": result.noisy,
        "load": round(result.load, 3),
        "minimum": {name: result.minimum(name) for name in result.samples},
        "peak_mb": megabytes(result.peak_bytes),
        "absent": result.absent,
        "versions": result.versions,
    }


def write_jsonl(path: Path, results: list[Result]) -> None:
    path.write_text("".join(json.dumps(as_json(result)) + "\n" for result in results))
