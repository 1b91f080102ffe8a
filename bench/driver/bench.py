"""Measures suites of cases, Tenon and its peers interleaved.   usage: bench.py [SUITE]..."""

import argparse
import signal
import sys

import cases
import machine
import report
from contender import OUT
from measure import Result, measure


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures Tenon beside its peers and writes build/bench/SUITE.jsonl.")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="or a case; all of: " + ", ".join(cases.suites()))
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.suites if not cases.named(name)]:
        parser.error(f"no suite or case {', '.join(unknown)}; there are the suites {', '.join(cases.suites())}")
    return arguments


def measure_suite(suite: str, floors: dict[int, machine.Floor]) -> list[Result]:
    results = []
    for case in cases.named(suite):
        for threads in case.threads:
            if threads > len(machine.all_cores()):
                continue
            cores = machine.quietest(threads)
            if case.work and threads not in floors:
                floors[threads] = machine.measure_floor(cores)
            result = measure(case, threads, cores)
            if case.work:
                result.floor = floors[threads].microseconds(case.work) / case.scale
            report.print_result(result)
            results.append(result)
    return results


def main() -> None:
    arguments = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # so that contenders end too
    OUT.mkdir(parents=True, exist_ok=True)
    floors: dict[int, machine.Floor] = {}
    print(report.HEADER)
    for suite in arguments.suites or cases.suites():
        report.write_jsonl(OUT / f"{suite}.jsonl", measure_suite(suite, floors))


if __name__ == "__main__":
    main()
