"""A contender: a child process that speaks the protocol of bench/README.md, pinned to given cores."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
OUT = BUILD / "bench"
PYTHON = BUILD / "peers/bin/python"
PEERS = ROOT / "bench/peers"
TENON = "tenon"

COMMANDS = {
    TENON: [BUILD / "release/bin/tenon_contender"],
    "LibTorch": [BUILD / "peers/contenders/libtorch"],
    "OpenVINO": [BUILD / "peers/contenders/openvino"],
    "OpenVINO f32": [BUILD / "peers/contenders/openvino", "f32"],
    "ONNX Runtime": [PYTHON, PEERS / "onnxruntime_contender.py"],
    "PyTorch eager": [PYTHON, PEERS / "torch_contender.py", "eager"],
    "PyTorch compiled": [PYTHON, PEERS / "torch_contender.py", "compiled"],
    "PyTorch compiled step": [PYTHON, PEERS / "torch_contender.py", "compiled_step"],
    "PyTorch eager channels_last": [PYTHON, PEERS / "torch_contender.py", "eager", "channels_last"],
    "PyTorch compiled channels_last": [PYTHON, PEERS / "torch_contender.py", "compiled", "channels_last"],
}


SESSION, TIMES = 3, slice(11, 15)  # of /proc/PID/stat behind the name; times: own and of children that ended


def process_table() -> list[list[str]]:
    table = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            table.append(path.read_text().rpartition(")")[2].split())
        except OSError:
            pass  # it ended meanwhile
    return table


class Absent(Exception):
    """The contender does not have the case, or failed in it."""

    def __init__(self, contender: str, reason: str) -> None:
        super().__init__(f"{contender}: {reason}")
        self.contender, self.reason = contender, reason


@dataclass
class Contender:
    """A session of its own, so that what it starts is counted and stopped with it: SIGSTOP between samples
    keeps a spinning thread pool from costing the others anything."""

    name: str
    process: subprocess.Popen
    version: str = ""

    @classmethod
    def start(cls, name: str, cores: list[int]) -> "Contender":
        log = OUT / "logs" / (name.replace(" ", "-") + ".log")
        log.parent.mkdir(parents=True, exist_ok=True)
        cache = OUT / "cache"
        cache.mkdir(exist_ok=True)
        environment = os.environ | {"BENCH_MODELS": str(OUT / "models"), "BENCH_CACHE": str(cache)}
        command = ["taskset", "--cpu-list", ",".join(map(str, cores)), *map(str, COMMANDS[name])]
        with log.open("w") as errors:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=environment,
                start_new_session=True,
            )
        return cls(name, process)

    def set_up(self, case: str, threads: int) -> None:
        self.version = self._ask("version")
        self._ask(f"setup {case} {threads}")
        self._signal(signal.SIGSTOP)

    def sample(self) -> float:
        """Microseconds a step."""
        self._signal(signal.SIGCONT)
        value = float(self._ask("run"))
        self._signal(signal.SIGSTOP)
        return value

    def cpu_seconds(self) -> float:
        """Processor time used so far by it and by what it started, compilers for instance."""
        ticks = 0
        for fields in process_table():
            if int(fields[SESSION]) == self.process.pid:
                ticks += sum(int(field) for field in fields[TIMES])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self._signal(signal.SIGCONT)
        self.process.stdin.close()  # the end of its input is a quit
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait()

    def _signal(self, which: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, which)
        except ProcessLookupError:
            pass  # it has ended; the next question finds out

    def _ask(self, line: str) -> str:
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has died: there will be no answer
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise Absent(self.name, "it ended without an answer; see build/bench/logs")
        if answer.startswith("absent"):
            raise Absent(self.name, answer.removeprefix("absent "))
        return answer
