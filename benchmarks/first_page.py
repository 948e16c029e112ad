"""A PDF of 200 scanned pages: how soon its first page is there, and what a receipt beside it waits.

    python -m benchmarks.first_page [--pages 200] [--rounds 3] [--receipts 40] [--out FILE]

In each round one page is read alone, then the whole PDF is sent in two ways: as a stream (`POST /ocr`, NDJSON) and as a
job whose events are followed. From then on receipts are sent, one after the other, until the given number is answered;
the rest of the PDF is given up. Before, as many receipts are sent to the idle server. At the end the command line reads
the PDF on a terminal, and the longest time in which it prints nothing is measured. Medians over the rounds; the 95th
percentile of all receipts. Exit status 1: a bar is missed (`missed`).
"""

import argparse
import json
import os
import pty
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from benchmarks.command import NotMeasured, result_file, run_command
from benchmarks.documents import scan, small_pages
from benchmarks.figures import quantiles
from benchmarks.load import TIMEOUT_SECONDS
from benchmarks.machine import made_with
from benchmarks.peers import Document, ocr_body, our_server
from benchmarks.store import FOLDER

RESULTS = FOLDER / "first_page.json"
PRESET = "best"
MOST_EXTRA_SECONDS = 3.0
MOST_RECEIPT_RATIO = 3.0
MOST_SILENT_SECONDS = 2.0
"""The bars."""


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--receipts", type=int, default=40)
    parser.add_argument("--out", type=result_file, default=RESULTS)
    given = parser.parse_args()
    made, long = made_with(), scan(given.pages)
    with whole_documents() as config, our_server("ours", config) as server:
        figures = served(f"http://{server.host}:{server.port}", long, given.rounds, given.receipts)
    figures["longest_silence"] = longest_silence(long)
    bars = missed(figures)
    report = {"made_with": made, "pages": given.pages, "preset": PRESET, **figures, "missed": bars}
    given.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))
    return int(bool(bars))


@contextmanager
def whole_documents() -> Iterator[Path]:
    """A configuration that reads every page of a document (PaddleX's default is ten)."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "whole_documents.yaml"
        config.write_text("Serving: {extra: {max_num_input_imgs: null}}\n", encoding="utf-8")
        yield config


def served(url: str, long: Document, rounds: int, receipts: int) -> dict[str, float]:
    """All figures of the server, in seconds: medians over the rounds, and 95th percentiles of the receipts."""
    small, one = small_pages(receipts, seed=1), scan(1)
    for document in (one, *small):
        read(url, document)
    idle = [read(url, document) for document in small]
    alone, first, beside = [], defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for _ in range(rounds):
        alone.append(read(url, one))
        for way, begun in WAYS.items():
            with begun(url, long) as first_page:
                first[way].append(first_page())
                beside[way] += [read(url, document) for document in small]
            wait_until_idle(url)
    figures = {"one_page_alone": statistics.median(alone), "receipt_p95_idle": quantiles(idle)[1]}
    for way in WAYS:
        figures[f"first_page_{way}"] = statistics.median(first[way])
        figures[f"receipt_p95_beside_{way}"] = quantiles(beside[way])[1]
    return {name: round(seconds, 3) for name, seconds in figures.items()}


def missed(figures: Mapping[str, float]) -> list[str]:
    """The bars that are missed, in words."""
    found = []
    for way in WAYS:
        extra = figures[f"first_page_{way}"] - figures["one_page_alone"]
        if extra >= MOST_EXTRA_SECONDS:
            found.append(f"{way}: the first page comes {extra:.1f} s after one page's time; the bar is 3 s")
        ratio = figures[f"receipt_p95_beside_{way}"] / figures["receipt_p95_idle"]
        if ratio > MOST_RECEIPT_RATIO:
            found.append(f"{way}: a receipt beside it takes {ratio:.1f} times its idle p95; the bar is 3")
    if figures["longest_silence"] > MOST_SILENT_SECONDS:
        found.append(f"the command line is silent for {figures['longest_silence']:.1f} s; the bar is 2 s")
    return found


def read(url: str, document: Document) -> float:
    """Seconds until a document of one page is read."""
    begin = time.monotonic()
    answer = requests.post(f"{url}/ocr", json=body(document), timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    return time.monotonic() - begin


def body(document: Document) -> dict[str, object]:
    """The fields of a request for its text."""
    return ocr_body(document, visualize=False) | {"preset": PRESET}


@contextmanager
def streamed(url: str, document: Document) -> Iterator[Callable[[], float]]:
    """Ask for pages one by one, and leave at the end. Gives the function that waits for the first one."""
    begin = time.monotonic()
    headers = {"Accept": "application/x-ndjson"}
    with requests.post(
        f"{url}/ocr", json=body(document), headers=headers, stream=True, timeout=TIMEOUT_SECONDS
    ) as answer:
        answer.raise_for_status()
        lines = answer.iter_lines(chunk_size=None)
        leaves = threading.Event()
        # The server reads only a few pages ahead of its client, so somebody has to take them.
        taking = threading.Thread(target=take, args=(lines, leaves))

        def first_page() -> float:
            if error := json.loads(next(lines))["errorCode"]:
                raise NotMeasured(f"The first line of the stream is the error {error}.")
            seconds = time.monotonic() - begin
            taking.start()
            return seconds

        yield first_page
        leaves.set()
        taking.join()


def take(lines: Iterator[bytes], leaves: threading.Event) -> None:
    """Take lines until it is time to leave."""
    for _ in lines:
        if leaves.is_set():
            return


@contextmanager
def followed(url: str, document: Document) -> Iterator[Callable[[], float]]:
    """Make a job and follow its events; the job is deleted at the end. Gives what waits for its first page."""
    begin = time.monotonic()
    fields = {"preset": PRESET, "visualize": "false"}
    sent = requests.post(f"{url}/jobs", files={"file": document.content}, data=fields, timeout=TIMEOUT_SECONDS)
    sent.raise_for_status()
    links = sent.json()["links"]

    def first_page() -> float:
        with requests.get(links["events"], stream=True, timeout=TIMEOUT_SECONDS) as events:
            next(line for line in events.iter_lines(chunk_size=None) if line == b"event: page")
            return time.monotonic() - begin

    try:
        yield first_page
    finally:
        requests.delete(links["self"], timeout=TIMEOUT_SECONDS).raise_for_status()


WAYS = {"stream": streamed, "events": followed}
"""The ways to send the document, by their names in the figures."""


def wait_until_idle(url: str) -> None:
    """Wait until the server reads nothing any more: what was given up ends with its current pages."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        if b"\nppocr_detection_pixels 0.0" in requests.get(f"{url}/metrics", timeout=TIMEOUT_SECONDS).content:
            return
        time.sleep(0.1)
    raise NotMeasured("The server goes on reading a document that was given up.")


def longest_silence(document: Document) -> float:
    """Seconds: the longest time in which the command line prints nothing while it reads a document on a terminal."""
    ours, terminal = pty.openpty()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "scan.pdf"
        source.write_bytes(document.content)
        program = [sys.executable, "-c", "from server.cli import main; main()", "ocr", str(source)]
        options = ["--preset", PRESET, "--format", "json", "--output", str(Path(folder) / "results")]
        with subprocess.Popen([*program, *options], stdin=terminal, stdout=terminal, stderr=terminal) as process:
            os.close(terminal)
            longest = longest_wait(ours)
            os.close(ours)
            if process.wait():
                raise NotMeasured("The command line could not read the document.")
    return round(longest, 3)


def longest_wait(terminal: int) -> float:
    """Seconds between two outputs, or until the first one. Ends when the program closes the terminal."""
    longest, before = 0.0, time.monotonic()
    while True:
        try:
            ended = not os.read(terminal, 1 << 16)
        except OSError:  # Linux tells the end of a terminal so.
            ended = True
        now = time.monotonic()
        longest, before = max(longest, now - before), now
        if ended:
            return longest


if __name__ == "__main__":
    run_command(main)
