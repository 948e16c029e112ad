"""A mixed load on one server for a long time, with faults; the figures are printed and kept as JSON.

    python -m benchmarks.soak --minutes 60 --load 0.8

First 64 clients post 2,000 different pages, which also warms the server up. Then, for the given time, requests come at
random at that share of the server's capacity for the mix, which is measured anew in each twelfth of the time, under the
same faults, because a shared machine may become half as fast within the hour: all contracts, documents, files that
nobody can read, clients that leave, decode workers that are killed. Every page has a text of its own, which its answer
must hold. Finished jobs are deleted after two minutes, so that memory holds as many at the end as at the beginning.
"""

import argparse
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace

import requests

from benchmarks.command import result_file, run_command
from benchmarks.figures import quantiles
from benchmarks.machine import made_with
from benchmarks.peers import OURS, Peer, ours
from benchmarks.soak.bars import missed
from benchmarks.soak.traffic import ask_any, leave, send_bad_file
from benchmarks.soak.watch import Sample, Watch, growth
from benchmarks.store import FOLDER
from tests.faults.contracts import ocr
from tests.faults.decode_workers import workers
from tests.faults.load import Tally, post_all

CLIENTS, MOST_AT_ONCE, TIMEOUT_SECONDS = 64, 256, 60.0
FIRST_CLOSED, FIRST_OPEN = 100_000, 1_000_000
"""Numbers of the first pages of the closed load that capacity is measured with, and of the load at random times."""
CAPACITY_CLIENTS, CAPACITY_SECONDS, CAPACITY_SHARE = 12, 10.0, 0.3
"""Capacity is measured for so long, and for no more than this share of the time that it then counts for."""
IDLE_SECONDS = 30.0
"""A connection that was idle for so long is not used again: the server gives it up after 75 s, and a request sent in
that moment would be lost without its fault."""
WINDOWS = 12
REST_SECONDS = 3.0
"""Before the load and after it, until connections are closed: the server should hold the same."""
SHORT_RETENTION = tuple(
    f"contracts.{name}.retention_seconds=120" for name in ("file_task", "jobs", "paddleocr_jobs", "mistral")
)
"""Finished jobs stay in memory for a day by default. The soak is about what stays for longer than it should."""
BAD_EVERY, LEAVE_EVERY, KILL_EVERY = 1.0, 1.5, 15.0


@dataclass(slots=True)
class Faults:
    """The faults that the soak made the server bear."""

    bad_files: Counter[int] = field(default_factory=Counter)
    left: int = 0
    killed: int = 0


@dataclass(slots=True)
class Run:
    """The requests that a run sent and the answers that came back.

    Attributes:
        first: the pages of the first part.
        closed: the requests that capacity was measured with.
        load: those at random times.
        capacities: requests a second, one of each window.
        latencies: of the requests under load, seconds from the planned time, a list for each window.
    """

    first: Tally = field(default_factory=Tally)
    closed: Tally = field(default_factory=Tally)
    load: Tally = field(default_factory=Tally)
    faults: Faults = field(default_factory=Faults)
    capacities: list[float] = field(default_factory=list)
    latencies: list[list[float]] = field(default_factory=list)


def main() -> int:
    """Exit status 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--load", type=float, default=0.8)
    parser.add_argument("--pages", type=int, default=2000, help="of the first part")
    parser.add_argument("--out", type=result_file, default=FOLDER / "soak.json", help="where the figures are kept")
    given = parser.parse_args()
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with ours("ours", replace(OURS["ours"], settings=SHORT_RETENTION)) as peer:
        url = f"http://{peer.host}:{peer.port}"
        run = Run()
        post_all(url, range(given.pages), CLIENTS, run.first, ocr)
        print(f"{CLIENTS} clients: {_counts(run.first)}", flush=True)
        _capacity(url, CAPACITY_SECONDS, run.closed)
        time.sleep(REST_SECONDS)
        watch = Watch(peer.pid)
        before = watch.look()
        try:
            with _disturbed(peer, url, run.faults):
                _load(url, given.load, 60 * given.minutes / WINDOWS, run)
            time.sleep(REST_SECONDS)
            rest = before, watch.look()
        finally:
            watch.stop()
        figures = _figures(given, run, watch, rest)
    print(json.dumps({name: value for name, value in figures.items() if name != "samples"}, indent=1))
    given.out.write_text(json.dumps({"made_with": made_with(), **figures}) + "\n")
    return int(bool(figures["missed"]))


def _capacity(url: str, seconds: float, tally: Tally) -> float:
    """Requests a second of the same mix that a closed load of a few clients gets answered."""
    begin, answered = time.monotonic(), tally.answered

    def numbers() -> Iterator[int]:
        number = FIRST_CLOSED + tally.sent
        while time.monotonic() < begin + seconds:
            yield number
            number += 1

    post_all(url, numbers(), CAPACITY_CLIENTS, tally, ask_any)
    return (tally.answered - answered) / (time.monotonic() - begin)


def _load(url: str, share: float, seconds: float, run: Run) -> None:
    """Send requests at random for twelve times so many seconds, at a share of what the server can do at the time."""
    local = threading.local()

    def send(number: int, planned: float, latencies: list[float]) -> None:
        if time.monotonic() - getattr(local, "used", -IDLE_SECONDS) >= IDLE_SECONDS:
            local.session = requests.Session()
        run.load.ask(local.session, url, number, ask_any)
        local.used = time.monotonic()
        latencies.append(time.monotonic() - planned)

    arrivals, number = random.Random(3), FIRST_OPEN
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        for _ in range(WINDOWS):
            capacity = _capacity(url, min(CAPACITY_SECONDS, CAPACITY_SHARE * seconds), run.closed)
            latencies: list[float] = []
            run.capacities.append(capacity)
            run.latencies.append(latencies)
            if not capacity:
                return
            print(f"capacity {capacity:.1f} requests/s", flush=True)
            sent: list[Future[None]] = []
            due = time.monotonic()
            end = due + seconds
            while due < end:
                due += arrivals.expovariate(share * capacity)
                number += 1
                time.sleep(max(0.0, due - time.monotonic()))
                sent.append(pool.submit(send, number, due, latencies))
            wait(sent)


@contextmanager
def _disturbed(peer: Peer, url: str, faults: Faults) -> Iterator[None]:
    over = threading.Event()
    disturbers = [
        threading.Thread(target=disturb, args=(peer, url, faults, over)) for disturb in (_bad_files, _leavers, _killer)
    ]
    for disturber in disturbers:
        disturber.start()
    try:
        yield
    finally:
        over.set()
        for disturber in disturbers:
            disturber.join()


def _bad_files(_peer: Peer, url: str, faults: Faults, over: threading.Event) -> None:
    number = 0
    while not over.wait(BAD_EVERY):
        number += 1
        try:
            faults.bad_files[send_bad_file(url, number, TIMEOUT_SECONDS)] += 1
        except requests.RequestException:
            faults.bad_files[0] += 1


def _leavers(peer: Peer, _url: str, faults: Faults, over: threading.Event) -> None:
    while not over.wait(LEAVE_EVERY):
        leave(peer.host, peer.port)
        faults.left += 1


def _killer(peer: Peer, _url: str, faults: Faults, over: threading.Event) -> None:
    while not over.wait(KILL_EVERY):
        for pid in workers(peer.pid)[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                faults.killed += 1


def _figures(given: argparse.Namespace, run: Run, watch: Watch, rest: tuple[Sample, Sample]) -> dict[str, object]:
    # What the first tenth of the time adds is still the warming up: kernels for line widths never seen before.
    warm = [sample for sample in watch.samples if sample.at > 6 * given.minutes] or watch.samples[-1:]
    settled = {
        "rss_growth": round(growth([sample.mebibytes for sample in warm]), 4),
        "tree_rss_growth": round(growth([sample.tree_mebibytes for sample in warm]), 4),
        "files_growth": round(growth([sample.files for sample in warm]), 4),
        "threads_growth": round(growth([sample.threads for sample in warm]), 4),
    }
    p99 = [round(quantiles(latencies)[2], 3) for latencies in run.latencies]
    # The first window is the warming up, too; one without a request has no percentile.
    settled["p99_growth"] = round(growth([taken for taken in p99[1:] if taken]), 4)
    # Where nothing was answered, the load ended there.
    settled["capacity_loss"] = -round(growth(run.capacities[1:]), 4) if all(run.capacities) else 1.0
    bad = {str(status): count for status, count in run.faults.bad_files.items()}
    return {
        "minutes": given.minutes,
        "load_share": given.load,
        "capacity_per_second_by_window": [round(capacity, 2) for capacity in run.capacities],
        "no_mixing": _counts(run.first),
        "capacity": _counts(run.closed),
        "load": _counts(run.load),
        "bad_files_by_status": bad,
        "clients_left": run.faults.left,
        "workers_killed": run.faults.killed,
        **settled,
        "rss_mebibytes": [sample.mebibytes for sample in watch.samples[:: max(1, len(watch.samples) // WINDOWS)]],
        "descriptors": [min(s.descriptors for s in warm), max(s.descriptors for s in warm)],
        "threads": [min(s.threads for s in warm), max(s.threads for s in warm)],
        "p99_seconds_by_window": p99,
        "at_rest_before_and_after": [asdict(sample) for sample in rest],
        "missed": missed(given.pages, (run.first, run.closed, run.load), run.faults.bad_files, rest, settled),
        "samples": [asdict(sample) for sample in watch.samples],
    }


def _counts(tally: Tally) -> dict[str, object]:
    return {
        "sent": tally.sent,
        "answered": tally.answered,
        "failed": dict(tally.failed),
        "lost": len(tally.lost),
        "mixed": len(tally.mixed),
        "unaccounted": tally.unaccounted,
        "server_errors": tally.server_errors,
        "examples": [*map(str, tally.mixed[:3]), *tally.lost[:3]],
    }


if __name__ == "__main__":
    run_command(main)
