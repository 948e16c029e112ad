"""The hostile corpus, file by file, to this server and to PaddleX's own: what each answers, hangs on and dies of.

Both speak the core contract, so every file goes to ``POST /ocr`` of both with the same body. A server that does not
answer in time, or is gone, is started again for the next file. Results hold names,
statuses and seconds, and no content.

    python -m benchmarks.hostile                          # the generated corpus
    python -m benchmarks.hostile --files external --out X # the real files of the evaluation data
"""

import argparse
import base64
import contextlib
import json
import os
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

import httpx

from benchmarks.command import NotMeasured, result_file, run_command
from benchmarks.machine import made_with
from benchmarks.process_tree import PeakMemory
from benchmarks.profiles import PROFILES
from benchmarks.store import RESULTS
from tests.contract.adapters import adapter
from tests.hostile import corpus, external
from tests.reference import serving

RESULT = RESULTS.with_name("hostile.json")
PATIENCE_SECONDS = 45
"""Longer than any limit of ours for one page: who has not answered by then hangs."""

MAX_ADDRESS_BYTES = 12 * 2**30
"""A server and each of its children may map so much, so that a bomb does not take the measuring machine down."""

WEIGHTS = "v5_mobile"
BOMB, NEIGHBOUR = "scans.jpg", "plain.png"
HUNG, DIED, CLOSED = "hung", "died", "closed the connection"
OUTCOMES = ("as prescribed", "another answer", "internal error", HUNG, DIED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one file.

    Attributes:
        status: HTTP status, or why there is none.
        seconds: until then.
        peak_mebibytes: highest resident memory of the whole process tree meanwhile.
    """

    status: int | str
    seconds: float
    peak_mebibytes: float


class System:
    """A server that is started again whenever it hangs or is gone."""

    def __init__(self, command: Callable[[int], list[str]], environ: Mapping[str, str], ready: str) -> None:
        self._command = command
        self._environ = dict(environ)
        self._ready = ready
        self._running = contextlib.ExitStack()
        self._server: serving.RunningServer | None = None

    def ask(self, name: str, data: bytes) -> Outcome:
        """Send a file as its name says that it is; the server is started if need be."""
        server = self._server or self._start()
        body = {"file": base64.b64encode(data).decode(), "fileType": int(not name.endswith(".pdf")), "visualize": False}
        begin = time.monotonic()
        with PeakMemory(server.process.pid) as memory:
            status = _post(f"{server.url}/ocr", body, server)
        outcome = Outcome(status, round(time.monotonic() - begin, 2), memory.peak_mebibytes)
        if not isinstance(status, int):
            self.stop()
        return outcome

    def stop(self) -> None:
        """End the server, whatever it is doing."""
        if self._server is not None:
            # One that hangs is not asked to end first.
            self._server.process.kill()
            self._server = None
        self._running.close()

    def _start(self) -> serving.RunningServer:
        port = serving.free_port()
        command = ["prlimit", f"--as={MAX_ADDRESS_BYTES}", *self._command(port)]
        self._server = self._running.enter_context(serving.running(command, port, self._environ, self._ready))
        return self._server


def _post(url: str, body: dict[str, object], server: serving.RunningServer) -> int | str:
    try:
        return httpx.post(url, json=body, timeout=PATIENCE_SECONDS, trust_env=False).status_code
    except httpx.TimeoutException:
        return HUNG
    except httpx.TransportError:
        time.sleep(1)
        return CLOSED if server.process.poll() is None else DIED


def _ours(port: int) -> list[str]:
    program = ["-c", "from server.cli import main; main()", "serve", "--config", str(PROFILES[WEIGHTS])]
    return [sys.executable, *program, "--port", str(port)]


def _reference(port: int) -> list[str]:
    paddlex = str(serving.ROOT / "venv" / "bin" / "paddlex")
    return [
        paddlex,
        "--serve",
        "--pipeline",
        str(serving.pipeline(WEIGHTS)),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]


def systems() -> dict[str, System]:
    """Ours, and the reference's where it is installed."""
    ours = {**os.environ, "PYTHONPATH": str(serving.REPOSITORY)}
    found = {"ours": System(_ours, ours, "/health/ready")}
    if serving.installed():
        found["PaddleX serving"] = System(_reference, serving.environment(), "/health")
    return found


def files(which: str) -> Iterator[tuple[str, bytes, list[object] | None]]:
    """Name, content and the statuses that the core contract prescribes; None where only a person could say."""
    for name, make in corpus.corpus().items() if which == "generated" else ():
        yield name, make(), [status for status, _ in corpus.prescribed(adapter("paddlex"), name)]
    for path in external.files() if which == "external" else ():
        yield f"{path.parent.name}/{path.name}", path.read_bytes(), None


def kind(outcome: Outcome, prescribed: list[object] | None) -> str:
    """Return which of `OUTCOMES` this is."""
    if outcome.status in (HUNG, DIED):
        return str(outcome.status)
    if not isinstance(outcome.status, int) or outcome.status >= 500:
        return "internal error"
    right = outcome.status in (prescribed or [200, 422])
    return "as prescribed" if right else "another answer"


def neighbour(system: System) -> Outcome:
    """Send a small page a second after a bomb and return its outcome."""
    bomb = threading.Thread(target=system.ask, args=(BOMB, corpus.corpus()[BOMB]()))
    system.ask(NEIGHBOUR, corpus.corpus()[NEIGHBOUR]())
    bomb.start()
    time.sleep(1)
    try:
        return system.ask(NEIGHBOUR, corpus.corpus()[NEIGHBOUR]())
    finally:
        system.stop()
        bomb.join()


def measure(which: str) -> dict[str, object]:
    """Every file to every system in turn."""
    running, rows = systems(), []
    try:
        beside = {name: asdict(neighbour(system)) for name, system in running.items()}
        print(f"{NEIGHBOUR} a second after {BOMB}: {beside}", flush=True)
        for name, data, prescribed in files(which):
            outcomes = {system: running[system].ask(name, data) for system in running}
            kinds = {system: kind(outcome, prescribed) for system, outcome in outcomes.items()}
            said = (f"{system}: {outcome.status} {outcome.seconds}s" for system, outcome in outcomes.items())
            print(name, *said, flush=True)
            shown = {system: {**asdict(outcome), "kind": kinds[system]} for system, outcome in outcomes.items()}
            rows.append({"file": name, "prescribed": prescribed, **shown})
    finally:
        for system in running.values():
            system.stop()
    counts = {system: dict(Counter(row[system]["kind"] for row in rows)) for system in running}
    return {"made_with": made_with(), "counts": counts, "beside_a_bomb": beside, "files": rows}


def table(result: dict[str, object]) -> str:
    """The counts in Markdown."""
    counts = result["counts"]
    assert isinstance(counts, dict)
    lines = [f"| system | {' | '.join(OUTCOMES)} |", "|---" * (len(OUTCOMES) + 1) + "|"]
    lines += [
        f"| {name} | {' | '.join(str(found.get(outcome, 0)) for outcome in OUTCOMES)} |"
        for name, found in counts.items()
    ]
    return "\n".join(lines)


def main() -> int:
    """Exit status 1 where an answer of ours is not the prescribed one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", choices=("generated", "external"), default="generated")
    parser.add_argument("--out", type=result_file, default=RESULT)
    arguments = parser.parse_args()
    if shutil.which("prlimit") is None:
        raise NotMeasured("This needs prlimit (package util-linux), or a bomb could take the machine down.")
    result = measure(arguments.files)
    arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table(result))
    counts = result["counts"]
    assert isinstance(counts, dict)
    return int(set(counts["ours"]) != {OUTCOMES[0]})


if __name__ == "__main__":
    run_command(main)
