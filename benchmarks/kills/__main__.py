"""Processes of a server with two CPU replicas are killed at random under load; the counts are printed as JSON.

    python -m benchmarks.kills --minutes 10 --seed 1

Clients send requests of all contracts and file tasks, each with a text of its own; others leave. Meanwhile decode
workers, replicas and LibreOffice are killed at random times, also while they start. No answer and no task may be lost,
mixed up or fail: their documents are sound. A server without a replica may refuse new work. Then it is stopped under
load. Its log may hold no traceback.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import requests
import yaml

from benchmarks.command import NotMeasured, result_file, run_command
from benchmarks.kills.clients import Requests, loaded
from benchmarks.kills.killer import killing
from benchmarks.kills.tasks import Tasks
from benchmarks.machine import made_with
from tests.contract.conftest import Server

STOP_AFTER_SECONDS = 1.0
RAW = (
    "Traceback", "never awaited", "never retrieved", "raised exception", "Exception in callback", "Fatal error",
    "Exception ignored", "was destroyed but it is pending", "Nobody handled an error", "unforeseen", "unexpectedly",
)  # fmt: skip
"""No line of the log may hold one of these."""


def main() -> int:
    """Exit status 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=result_file, help="a file for the counts")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = start(Path(folder))
        try:
            counts = run(server, given.minutes, given.seed)
        finally:
            if server.process.poll() is None:
                server.process.kill()
                server.stop()
    text = json.dumps({"made_with": made_with(), **counts}, indent=1, ensure_ascii=False)
    print(text)
    if given.out is not None:
        given.out.write_text(text + "\n", encoding="utf-8")
    return int(bool(counts["missed"]))


def start(folder: Path) -> Server:
    """Start a server with two replicas. Every file goes through a decode worker, and tasks are kept on a disk."""
    file_task = {"data_directory": str(folder / "tasks"), "wait_seconds": 0, "max_queued_tasks": 1000}
    sections = {
        "engine": {"devices": ["cpu", "cpu"]},
        "decode": {"isolate": "all"},
        "contracts": {"file_task": file_task},
    }
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump({"ppocr_server": sections}), encoding="utf-8")
    try:
        return Server("--config", str(config))
    except RuntimeError as error:
        raise NotMeasured(str(error)) from error


def run(server: Server, minutes: float, seed: int) -> Mapping[str, object]:
    """Load the server and kill its processes for so many minutes, stop it under load, and count."""
    url = server.url
    asked, tasks = Requests(), Tasks()
    with killing(server.process.pid, seed) as killed, loaded(server.url, asked, tasks):
        time.sleep(60 * minutes)
    losses = [line for line in requests.get(f"{url}/metrics", timeout=30).text.splitlines() if "_losses_total{" in line]
    # What nobody waits for any more is not counted: only how the server ends.
    with loaded(server.url, Requests(), Tasks()):
        time.sleep(STOP_AFTER_SECONDS)
        status = server.stop()
    raw = [line.rstrip() for line in server.log if any(part in line for part in RAW)]
    counts = {
        "minutes": minutes,
        "seed": seed,
        "killed": dict(killed),
        "replica_losses": losses,
        "requests": {
            "sent": asked.tally.sent,
            "answered": asked.tally.answered,
            "refused": dict(asked.refused),
            "failed": dict(asked.failed),
            "lost": asked.tally.lost,
            "mixed": [f"{got} instead of {wanted}" for wanted, got in asked.tally.mixed],
            "unaccounted": asked.tally.unaccounted,
        },
        "tasks": {
            "accepted": tasks.accepted,
            "done": dict(tasks.done),
            "refused": dict(tasks.refused),
            "failed": dict(tasks.failed),
            "lost": tasks.lost,
            "mixed": tasks.mixed,
        },
        "exit_status": status,
        "raw_lines_in_the_log": raw[:20],
    }
    return {**counts, "missed": missed(asked, tasks, killed, status, raw)}


def missed(asked: Requests, tasks: Tasks, killed: Mapping[str, int], status: int, raw: list[str]) -> list[str]:
    """Names of the bars that were missed."""
    wrong = {
        "requests lost": bool(asked.tally.lost or asked.tally.unaccounted),
        "requests mixed": bool(asked.tally.mixed),
        "requests failed": bool(asked.failed),
        "requests answered": not asked.tally.answered,
        "tasks lost": bool(tasks.lost) or tasks.accepted != sum(tasks.done.values()) + sum(tasks.failed.values()),
        "tasks mixed": bool(tasks.mixed),
        "tasks failed": bool(tasks.failed),
        "tasks done": not tasks.done,
        "killed": not killed.get("decode workers"),
        "exit status": status != 0,
        "log": bool(raw),
    }
    return [name for name, is_missed in wrong.items() if is_missed]


if __name__ == "__main__":
    run_command(main)
