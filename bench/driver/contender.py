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
    TENON: [BUILD / "release/bench/tenon_contender"],
    "LibTorch": [BUILD / "peers/contenders/libtorch"],
    "OpenVINO": [BUILD / "peers/contenders/openvino"],
    "ONNX Runtime": [PYTHON, PEERS / "onnxruntime_contender.py"],
    "PyTorch eager": [PYTHON, PEERS / "torch_contender.py", "eager"],
    "PyTorch compiled": [PYTHON, PEERS / "torch_contender.py", "compiled"],
    "PyTorch eager channels_last": [PYTHON, PEERS / "torch_contender.py", "eager", "channels_last"],
    "PyTorch compiled channels_last": [PYTHON, PEERS / "torch_contender.py", "compiled", "channels_last"],
}


class Absent(Exception):
    """The contender does not have the case, or failed in it; says why."""


@dataclass
class Contender:
    """Stopped with SIGSTOP between samples, so that a spinning thread pool costs the others nothing."""

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
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
            )
        contender = cls(name, process)
        contender.version = contender._ask("version")
        return contender

    def set_up(self, case: str, threads: int) -> None:
        self._ask(f"setup {case} {threads}")
        self.process.send_signal(signal.SIGSTOP)

    def sample(self) -> float:
        """Microseconds a step."""
        self.process.send_signal(signal.SIGCONT)
        value = float(self._ask("run"))
        self.process.send_signal(signal.SIGSTOP)
        return value

    def cpu_seconds(self) -> float:
        """Processor time used so far by all its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()  # the end of its input is a quit
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _ask(self, line: str) -> str:
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has died: there will be no answer
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise Absent(f"it ended without an answer; see {OUT / 'logs'}")
        if answer.startswith("absent"):
            raise Absent(answer.removeprefix("absent "))
        return answer
