"""SIGHUP in a process of its own, with and without a terminal."""

import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.server.cli.commands import START_SECONDS

ROOT = Path(__file__).parents[4]
PROGRAM = """
import asyncio, signal, sys
from server.cli.hang_up import HangUps

def stop(number, frame):
    raise SystemExit(3)

async def main():
    await hang_ups.next()
    print("before", flush=True)
    await hang_ups.next()
    print("came", flush=True)
    await hang_ups.next()

signal.signal(signal.SIGTERM, stop)
hang_ups = HangUps()
signal.raise_signal(signal.SIGHUP)
asyncio.run(main())
"""
COMMAND = [sys.executable, "-c", PROGRAM]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize("prefix", [["setsid"], ["setsid", "nohup"]])
def test_each_is_told_also_one_before_the_loop_runs(prefix: list[str]) -> None:
    with subprocess.Popen(
        [*prefix, *COMMAND], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "before\n"
        process.send_signal(signal.SIGHUP)
        assert process.stdout.readline() == "came\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(START_SECONDS) == 3


def in_terminal(command: list[str]) -> tuple[int, int]:
    """Start a program in a new terminal; gives its process id and our end of the terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execve(command[0], command, ENVIRONMENT)
    return pid, terminal


def read_until(terminal: int, text: bytes) -> None:
    seen = b""
    while text not in seen:
        assert select.select([terminal], [], [], START_SECONDS)[0], seen
        seen += os.read(terminal, 1024)


def test_a_terminal_that_closes_stops_what_was_started_in_it() -> None:
    pid, terminal = in_terminal(COMMAND)
    read_until(terminal, b"before")
    os.kill(pid, signal.SIGHUP)
    read_until(terminal, b"came")
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
