"""Each limit and each rule of the sandbox, broken on purpose in a process that has taken it upon itself."""

import asyncio
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import server
from server.children import landlock, system_calls
from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.decode.workers.process import WorkerNotStarted

UNPROTECTED = "tests.unit.server.children.unprotected_worker"
BOTH = {"files", "system_calls"}


def run(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_process_that_computes_for_too_long_is_ended_by_the_kernel() -> None:
    script = "from server.children.sandbox import allow_processor_seconds as allow\nallow(0.1)\nwhile True: pass"
    assert run(script).returncode == -signal.SIGXCPU


def test_every_job_has_processor_time_of_its_own() -> None:
    script = """
import time
from server.children.sandbox import allow_processor_seconds as allow
for _ in range(4):
    allow(0.01)
    end = time.process_time() + 0.7
    while time.process_time() < end: pass
print("done")
"""
    assert run(script).stdout == "done\n"


LIMITS = """
import os, sys
from server.children import sandbox
out = os.dup(1)
sandbox.allow_reading_only = sandbox.allow_only_decoding = lambda *_: False
held = sandbox.confine(512 * 1024 ** 2)
def memory(): bytearray(1024 ** 3)
def file(): open(sys.argv[2], "wb", buffering=0).write(b"x")
def descriptors(): [os.dup(0) for _ in range(40)]
try:
    {"memory": memory, "file": file, "descriptors": descriptors}[sys.argv[1]]()
except (MemoryError, OSError) as error:
    os.close(0)
    os.write(out, type(error).__name__.encode())
"""


@pytest.mark.parametrize(
    ("what", "error"), [("memory", "MemoryError"), ("file", "OSError"), ("descriptors", "OSError")]
)
def test_limits_hold_where_the_kernel_offers_nothing_else(what: str, error: str, tmp_path: object) -> None:
    # What a pipe carries is not a file: the size limit leaves it alone.
    assert run(LIMITS, what, f"{tmp_path}/written").stdout == error


async def protections_of_workers() -> set[str]:
    decoder = Decoder(DecodeSettings(workers=1), LimitSettings())
    try:
        await decoder.start()
        return set(decoder.protections)
    finally:
        await decoder.stop()


def test_here_workers_are_shut_in_by_all_there_is() -> None:
    if not (system_calls_work() and landlock_works()):
        pytest.skip("this machine lacks libseccomp2, seccomp filters or Landlock")
    assert asyncio.run(protections_of_workers()) == BOTH


def system_calls_work() -> bool:
    return run("from server.children.system_calls import forbid_network as f\nprint(f())").stdout == "True\n"


def landlock_works() -> bool:
    script = (
        "from server.children.sandbox import no_new_privileges\nfrom server.children.landlock import *\n"
        "no_new_privileges()\nprint(allow_reading_only(readable_folders()))"
    )
    return run(script).stdout == "True\n"


def test_what_lies_beside_the_code_cannot_be_read(tmp_path: Path) -> None:
    """In a source tree, where configurations and tokens may lie."""
    if not landlock_works():
        pytest.skip("this machine lacks Landlock")
    script = (
        "import sys\nfrom server.children.sandbox import no_new_privileges\nfrom server.children.landlock import *\n"
        "sys.path.append(os.path.dirname(sys.argv[1]))\nno_new_privileges()\nallow_reading_only(readable_folders())\n"
        "import server.decode.formats.still_file, server.decode.formats.pdf_overlay, models.document\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n        open(path).close()\n        print('read')\n"
        "    except PermissionError:\n        print('forbidden')\n"
    )
    repository = Path(server.__file__).parents[1]
    secret = tmp_path / "token"
    secret.write_text("x", encoding="utf-8")
    beside = [secret, repository / "pyproject.toml", repository / "configs" / "default.yaml"]
    assert run(script, *map(str, [*beside, server.__file__])).stdout == "forbidden\n" * 3 + "read\n"


def test_without_libseccomp_or_landlock_nothing_is_pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_calls, "LIBRARY", "no-such-library.so")
    assert not system_calls.forbid_network()
    assert not system_calls.allow_only_decoding()
    monkeypatch.setattr(landlock, "CREATE_RULESET", -1)
    assert not landlock.allow_reading_only([])


async def start(isolation: str) -> set[str]:
    settings = DecodeSettings.model_validate({"workers": 1, "isolation": isolation})
    decoder = Decoder(settings, LimitSettings(), worker_module=UNPROTECTED)
    try:
        await decoder.start()
        return set(decoder.protections)
    finally:
        await decoder.stop()


def test_what_is_missing_is_said_at_start(caplog: pytest.LogCaptureFixture) -> None:
    assert asyncio.run(start("auto")) == set()
    assert "libseccomp2" in caplog.text
    assert "Landlock" in caplog.text


def test_where_isolation_is_required_the_server_does_not_start_without() -> None:
    with pytest.raises(WorkerNotStarted, match=r"isolation is 'required'.*libseccomp2.*Landlock"):
        asyncio.run(start("required"))


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_accept, args=(server,), daemon=True)
        thread.start()
        yield server.getsockname()[1]


def _accept(server: socket.socket) -> None:
    try:
        server.accept()[0].close()
    except OSError:
        return


CONNECT = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5); print('reached')"


def test_a_program_that_is_started_without_network_has_none(listener: int) -> None:
    """As LibreOffice is where bubblewrap cannot work; sockets of this machine's own kind stay."""
    if not system_calls_work():
        pytest.skip("this machine lacks libseccomp2 or seccomp filters")
    then = f"""
import os, sys
from server.children.sandbox import no_new_privileges
from server.children.system_calls import forbid_network
no_new_privileges(); forbid_network()
os.execv(sys.executable, [sys.executable, "-c", {CONNECT!r}, sys.argv[1]])
"""
    done = run(then, str(listener))
    assert "PermissionError" in done.stderr
    assert run(CONNECT, str(listener)).stdout == "reached\n"
    pair = (
        "import socket\nfrom server.children.system_calls import forbid_network\nforbid_network()\nsocket.socketpair()"
    )
    assert run(pair).returncode == 0
