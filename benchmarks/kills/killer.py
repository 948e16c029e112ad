"""Kills child processes of a server at random times: decode workers, replicas, and what renders Office documents."""

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process_tree import descendants

OFFICE = ("soffice.bin", "oosplash", "bwrap")


@dataclass(frozen=True, slots=True)
class Victims:
    """Processes of one kind.

    Attributes:
        seconds: between two kills, on average.
        is_one: whether a process is of this kind, by its name and its command line.
    """

    seconds: float
    is_one: Callable[[str, str], bool]


VICTIMS = {
    "decode workers": Victims(1.0, lambda _, command: "server.decode.workers.worker" in command),
    "replicas": Victims(20.0, lambda _, command: "server.pipelines.replicas.child" in command),
    "office": Victims(30.0, lambda name, command: name in OFFICE or "server.decode.office.child" in command),
}
"""A decode worker starts in about half a second, a replica in some seconds. So both are struck at their start, too. A
document is rendered in seconds, on a busy machine in ten, and is given up when it was killed five times in a row."""


@contextmanager
def killing(pid: int, seed: int) -> Iterator[Counter[str]]:
    """Kill processes below a process during the block. Gives the number of kills of each kind so far."""
    over, killed = threading.Event(), Counter[str]()

    def kill(kind: str, victims: Victims) -> None:
        chance = random.Random(f"{seed} {kind}")
        while not over.wait(chance.expovariate(1 / victims.seconds)):
            alive = [found for found in descendants(pid) if _is_one(found, victims)]
            with suppress(ProcessLookupError):
                if alive:
                    os.kill(chance.choice(alive), signal.SIGKILL)
                    killed[kind] += 1

    threads = [threading.Thread(target=kill, args=item) for item in VICTIMS.items()]
    for thread in threads:
        thread.start()
    try:
        yield killed
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _is_one(pid: int, victims: Victims) -> bool:
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return False
    return victims.is_one(name, command)
