"""A server with a data directory is killed at random while it runs jobs; the counts are printed as JSON.

    python -m benchmarks.jobs --jobs 200 --kills 20 --seed 1

Each page says which document it belongs to, and the pipeline only reads that: the jobs are what is tried. Clients send
them with an Idempotency-Key and send again what the server did not answer. Every job must end once as done, with each
of its pages once and in order, and its webhook must come. No request that is sent twice may make two jobs.
"""

import argparse
import http.server
import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
import yaml

from benchmarks.command import NotMeasured, result_file, run_command
from benchmarks.machine import made_with
from tests.contract.conftest import Server
from tests.contract.jobs.stub_server import document, text_of

MOST_PAGES = 12
CLIENTS = 4
TIMEOUT_SECONDS = 60.0
END_SECONDS = 600.0
PAUSE_SECONDS = 0.1
RUNS_SECONDS = (0.2, 2.0)
"""A server lives so long until it is killed."""


class NumberServer(Server):
    """The server with a pipeline that reads the numbers of pages."""

    program = "from tests.contract.jobs.stub_server import main; main()"


@dataclass(slots=True)
class Counts:
    """The counts of a run.

    Attributes:
        ids: the job of each document.
        twice: documents that became two jobs.
        told: ends by job, as the webhooks told them.
    """

    ids: dict[int, str] = field(default_factory=dict)
    twice: list[int] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def accept(self, number: int, job_id: str) -> None:
        """Record the job of a document."""
        with self.lock:
            if self.ids.setdefault(number, job_id) != job_id:
                self.twice.append(number)


class Address:
    """The address of the server that lives now, which changes with every kill."""

    url = ""


def main() -> int:
    """Exit status 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=result_file, help="a file for the counts")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counts = run(Path(folder), given.jobs, given.kills, given.seed)
    text = json.dumps({"made_with": made_with(), **counts}, indent=1)
    print(text)
    if given.out is not None:
        given.out.write_text(text + "\n", encoding="utf-8")
    return int(bool(counts["missed"]))


def run(folder: Path, jobs: int, kills: int, seed: int) -> Mapping[str, object]:
    """Send jobs, kill the server so often, and count what became of the jobs."""
    counts, address, chance = Counts(), Address(), random.Random(seed)
    pages = [chance.randint(1, MOST_PAGES) for _ in range(jobs)]
    cut_off = 0
    with receiving(counts.told) as webhook:
        config = configure(folder, webhook)
        server = begin(config, address)
        try:
            over = threading.Event()
            numbers = iter(range(jobs))
            clients = [
                threading.Thread(target=send, args=(address, counts, numbers, pages, webhook, over))
                for _ in range(CLIENTS)
            ]
            for client in clients:
                client.start()
            for _ in range(kills):
                time.sleep(chance.uniform(*RUNS_SECONDS))
                cut_off += unfinished(address.url)
                server.process.kill()
                server.stop()
                server = begin(config, address)
            for client in clients:
                client.join()
            states = wait_for_all(address.url, counts)
            wrong = [
                number for number, job_id in counts.ids.items() if not is_right(address.url, job_id, number, pages)
            ]
            wait_for_webhooks(counts)
            status = server.stop()
        finally:
            over.set()
            if server.process.poll() is None:
                server.process.kill()
                server.stop()
    result = {
        "jobs": jobs,
        "pages": sum(pages),
        "kills": kills,
        "seed": seed,
        "cut_off": cut_off,
        "accepted": len(counts.ids),
        "states": dict(Counter(states.values())),
        "made_twice": counts.twice,
        "wrong_pages": wrong,
        "not_told": [number for number, job_id in counts.ids.items() if not counts.told[job_id]],
        "exit_status": status,
        "raw_lines_in_the_log": [line.rstrip() for line in server.log if "Traceback" in line],
    }
    return {**result, "missed": missed(result)}


def missed(counts: Mapping[str, object]) -> list[str]:
    """Names of the bars that were missed."""
    wrong = {
        "jobs cut off": not counts["cut_off"],
        "jobs accepted": counts["accepted"] != counts["jobs"],
        "jobs done": counts["states"] != {"done": counts["jobs"]},
        "jobs made twice": bool(counts["made_twice"]),
        "pages": bool(counts["wrong_pages"]),
        "webhooks": bool(counts["not_told"]),
        "exit status": counts["exit_status"] != 0,
        "log": bool(counts["raw_lines_in_the_log"]),
    }
    return [name for name, is_missed in wrong.items() if is_missed]


def configure(folder: Path, webhook: str) -> Path:
    """Write the configuration of a server that keeps jobs on a disk."""
    host = webhook.split("/")[2]
    sections = {
        "url_input": {"allowed_hosts": [host], "allow_private_addresses": True},
        "contracts": {
            "jobs": {"data_directory": str(folder / "data"), "preset": "paddlex", "max_queued_jobs": 100_000}
        },
    }
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump({"ppocr_server": sections}), encoding="utf-8")
    return config


def begin(config: Path, address: Address) -> Server:
    """Start a server, and tell the clients where it is."""
    try:
        server = NumberServer("--config", str(config))
    except RuntimeError as error:
        raise NotMeasured(str(error)) from error
    address.url = server.url
    return server


def send(
    address: Address,
    counts: Counts,
    numbers: Iterator[int],
    pages: list[int],
    webhook: str,
    over: threading.Event,
) -> None:
    """Send documents, each until it is accepted. Some are sent twice."""
    while not over.is_set():
        with counts.lock:
            number = next(numbers, None)
        if number is None:
            return
        data = document(number, pages[number])
        accepted = 0
        while accepted <= number % 2 and not over.is_set():
            try:
                answer = requests.post(
                    f"{address.url}/jobs",
                    files={"file": ("a", data)},
                    data={"webhook": webhook},
                    headers={"Idempotency-Key": f"document-{number}"},
                    timeout=TIMEOUT_SECONDS,
                )
            except requests.RequestException:
                time.sleep(PAUSE_SECONDS)
                continue
            if answer.status_code == requests.codes.accepted:
                counts.accept(number, answer.json()["id"])
                accepted += 1
            else:
                time.sleep(PAUSE_SECONDS)


def unfinished(url: str) -> int:
    """The jobs that run; at most as many as the list shows at once."""
    return len(requests.get(f"{url}/jobs?state=running", timeout=TIMEOUT_SECONDS).json()["jobs"])


def wait_for_all(url: str, counts: Counts) -> dict[int, str]:
    """Wait until every job is final. Gives the last state of each document's job."""
    end = time.monotonic() + END_SECONDS
    states: dict[int, str] = {}
    while time.monotonic() < end:
        for number, job_id in counts.ids.items():
            if states.get(number) not in ("done", "failed", "cancelled"):
                answer = requests.get(f"{url}/jobs/{job_id}", timeout=TIMEOUT_SECONDS)
                states[number] = answer.json().get("state", "lost")
        if all(state not in ("queued", "running") for state in states.values()):
            break
        time.sleep(PAUSE_SECONDS)
    return states


def is_right(url: str, job_id: str, number: int, pages: list[int]) -> bool:
    """Whether a job's result has each page of its document once, in order."""
    answer = requests.get(f"{url}/jobs/{job_id}/result.json", timeout=TIMEOUT_SECONDS)
    if answer.status_code != requests.codes.ok:
        return False
    read = [page["prunedResult"]["rec_texts"] for page in answer.json()["result"]["ocrResults"]]
    return read == [[text_of(number, index)] for index in range(pages[number])]


def wait_for_webhooks(counts: Counts) -> None:
    """Wait for the webhooks of all jobs, for a while."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end and any(not counts.told[job_id] for job_id in counts.ids.values()):
        time.sleep(PAUSE_SECONDS)


@contextmanager
def receiving(told: Counter[str]) -> Iterator[str]:
    """Receive webhooks during the block. Gives their address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told[json.loads(self.rfile.read(int(self.headers["Content-Length"])))["id"]] += 1
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{site.server_address[1]}/told"
    finally:
        site.shutdown()
        site.server_close()


if __name__ == "__main__":
    run_command(main)
