"""This measures a start, from the command until documents are welcome: the first start and the next.

    python -m benchmarks.start [--rounds 5] [--fetch] [--set engine.devices='[cpu, cpu]']

Each round begins with an empty model store beside the weights, which are here already: the first start measures the
engines and compiles the models, the second finds both done. With --fetch the first start fetches the weights as well.
Two marks a start: the port answers health checks, and /health/ready says 200. Medians over the rounds. Figures go to
benchmarks/results/start.json.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.command import NotMeasured, run_command
from benchmarks.machine import REPOSITORY, made_with
from models.store.weights import default_directory

RESULTS = Path(__file__).parent / "results" / "start.json"
PROBE_SECONDS = 0.005
PATIENCE_SECONDS = 1800


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fetch", action="store_true")
    parser.add_argument("--set", action="append", default=[], dest="settings")
    given = parser.parse_args()
    rounds = [one_round(given.settings, fetch=given.fetch) for _ in range(given.rounds)]
    names = ("first", "second")
    medians = {
        name: {mark: statistics.median(each[name][mark] for each in rounds) for mark in ("answers", "ready")}
        for name in names
    }
    ratio = medians["second"]["ready"] / medians["first"]["ready"]
    for name in names:
        answers, ready = medians[name]["answers"], medians[name]["ready"]
        print(f"{name:6} start: answers after {answers:.2f} s, ready after {ready:.2f} s")
    print(f"second / first: {ratio:.2f}")
    report = {
        "made_with": made_with(),
        "fetch": given.fetch,
        "settings": given.settings,
        "rounds": rounds,
        "ratio": round(ratio, 3),
    }
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


def one_round(settings: list[str], *, fetch: bool) -> dict[str, dict[str, float]]:
    """A first start on an empty store, and a second."""
    with tempfile.TemporaryDirectory() as folder:
        here = [f"models.local_directories=[{default_directory()}]", "models.offline=true"]
        own = [f"models.directory={folder}", *([] if fetch else here)]
        return {name: start([*own, *settings]) for name in ("first", "second")}


def start(settings: list[str]) -> dict[str, float]:
    """Seconds until a server answers, and until it is ready; it is stopped then."""
    command = [sys.executable, "-c", "from server.cli import main; main()", "serve", "--port", "0"]
    command += [part for setting in settings for part in ("--set", setting)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    began = time.monotonic()
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, cwd=REPOSITORY, env=environment, stderr=log) as server,
    ):
        try:
            url = address(server, log.fileno())
            answers = time.monotonic() - began
            while not answers_well(f"{url}/health/ready"):
                waited(server, began)
            return {"answers": round(answers, 3), "ready": round(time.monotonic() - began, 3)}
        finally:
            server.send_signal(signal.SIGTERM)


def address(server: "subprocess.Popen[bytes]", log: int) -> str:
    """Return the address where a server listens, as its log says."""
    began = time.monotonic()
    while True:
        found = re.search(rb"Listening on (http://\S+?:\d+)", os.pread(log, 1 << 20, 0))
        if found:
            return found.group(1).decode()
        waited(server, began)


def waited(server: "subprocess.Popen[bytes]", began: float) -> None:
    """Wait a moment, unless there is nothing to wait for."""
    if server.poll() is not None:
        raise NotMeasured(f"The server ended with {server.returncode} before it was ready. Try: ppocr-server check")
    if time.monotonic() - began > PATIENCE_SECONDS:
        raise NotMeasured("the server is not ready")
    time.sleep(PROBE_SECONDS)


def answers_well(url: str) -> bool:
    """Whether a GET is answered with 200. A server that ends answers nothing."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status) == 200
    except urllib.error.URLError:
        return False


if __name__ == "__main__":
    run_command(main)
