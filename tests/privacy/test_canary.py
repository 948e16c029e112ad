"""Keys and content never come to light: not in logs, metrics, the effective configuration or files that stay behind.

One server is taken through everything, with crashes of its decode workers and failures of its engine; then it is killed
and started again.
"""

import fcntl
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
import yaml

from server.contracts.registry import OWN
from server.decode.office.private_directory import MEMORY_DIRECTORY
from tests.contract.adapters import Outcome, adapters
from tests.contract.checks import check_failure, check_silence, reply_to
from tests.contract.conftest import ROOT, Server, SharedServer, wait_until
from tests.faults.conftest import FaultyServer
from tests.privacy.canaries import (
    CONTENT,
    KEYS,
    MARK,
    PIXELS,
    SECRETS,
    SIGNING_KEY,
    WRONG_KEY,
    Answered,
    Caller,
    documents,
    found_below,
    found_in,
)

RETENTION = 3
ON_DISK = (*(word.encode() for word in (*CONTENT, MARK)), PIXELS)
CRASHED = ("page.pdf", "broken.pdf")
"""Documents that decode workers read."""
FAULTS = ("raise", "crash")
TOKEN = {"Authorization": f"token {KEYS[OWN].secret}"}
CAUSE = "told to"
"""In the words of the engine's errors."""
HIDDEN = (*SECRETS, *CONTENT, CAUSE)
"""No answer about a failure may hold one of these."""


class FailingServer(Server):
    """The real server, whose engine fails when it is told to; see `tests.faults.faulty_server`."""

    program = FaultyServer.program


@dataclass
class Run:
    """A server that went through everything.

    Attributes:
        answers: each request with its answer, those of the next two among them.
        crashed: while decode workers were killed.
        failed: while the engine failed.
        killed: how many decode workers were.
        metrics: as they were in the end.
        limits: of the server's and its children's processes, as the kernel tells them.
        folders: all that it could write to.
        faults: where the engine is told to fail.
    """

    server: Server
    config: Path
    folders: tuple[Path, ...]
    variables: dict[str, str]
    faults: Path
    answers: list[Answered] = field(default_factory=list)
    crashed: list[Answered] = field(default_factory=list)
    failed: list[Answered] = field(default_factory=list)
    killed: int = 0
    metrics: str = ""
    limits: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folders[0]


def write_config(folder: Path) -> Path:
    """Keys from files, from the configuration and from the environment; everything else as open as it gets."""
    contracts: dict[str, dict[str, object]] = {
        "file_task": {"data_directory": str(folder / "data"), "retention_seconds": RETENTION, "wait_seconds": 60},
        "capsolver": {"result_seconds": 2},
    }
    for number, name in enumerate(name for name in KEYS if name != OWN):
        key, section = KEYS[name], contracts.setdefault(name, {})
        if number % 2:
            section["keys"] = {key.name: key.secret}
        else:
            (folder / name).write_text(f"{key.name}: {key.secret}\n")
            section["keys_file"] = str(folder / name)
    section = {
        "server": {"log_level": "debug"},
        "storage": {"signing_key": SIGNING_KEY},
        "decode": {"workers": 2},
        "url_input": {"allowed_hosts": ["*.example.com"], "timeout_seconds": 2},
        "contracts": contracts,
    }
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump({"Serving": {"return_urls": True}, "ppocr_server": section}))
    return file


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("canary")
    temporary = folder / "tmp"
    temporary.mkdir()
    variables = {"TMPDIR": str(temporary), "PPOCR_SERVER_TOKENS": f"{KEYS[OWN].name}={KEYS[OWN].secret}"}
    config = write_config(folder)
    faults = folder / "faults"
    faults.mkdir()
    server = FailingServer("--config", str(config), FAULTS=str(faults), **variables)
    result = Run(server, config, (folder / "data", temporary), variables, faults)
    try:
        go_through_everything(result)
        yield result
    finally:
        server.stop()


def go_through_everything(run: Run) -> None:
    caller = Caller(run.server)
    run.answers += caller.everything()
    run.limits = [Path(f"/proc/{pid}/limits").read_text() for pid in processes(run.server)]
    crash_workers(run, caller)
    fail_engine(run, caller)
    run.answers += [*run.crashed, *run.failed]
    run.metrics = requests.get(f"{run.server.url}/metrics", headers=TOKEN, timeout=60).text


def crash_workers(run: Run, caller: Caller) -> None:
    """Kill every decode worker, as a crash would, while documents are decoded."""

    def sending() -> None:
        run.crashed += [caller.read(contract, name) for name in CRASHED for contract in adapters()]

    sender = threading.Thread(target=sending)
    sender.start()
    for _ in range(4):
        for pid in decode_workers(run.server):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSEGV)
                run.killed += 1
        sender.join(0.2)
    sender.join()


def fail_engine(run: Run, caller: Caller) -> None:
    """Have the engine fail at reading the page, by an error of its own and by one that nobody foresaw."""
    for fault in FAULTS:
        for contract in adapters():
            (run.faults / f"rec.{fault}").touch()
            run.failed.append(caller.read(contract, "page.png"))


def processes(server: Server) -> list[int]:
    """The server and all that it started."""
    found = [server.process.pid]
    for pid in found:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def decode_workers(server: Server) -> list[int]:
    commands = ((pid, Path(f"/proc/{pid}/cmdline").read_bytes()) for pid in processes(server)[1:])
    return [pid for pid, command in commands if b"server.decode.workers.worker" in command]


def test_documents_were_read_and_strangers_refused(run):
    outcomes = {contract: [] for contract in adapters()}
    for answered in run.answers:
        if answered.contract is not None:
            outcomes[answered.contract].append(answered.contract.outcome(reply_to(answered.contract, answered.answer)))
    for contract, found in outcomes.items():
        assert {Outcome.READ, Outcome.UNREADABLE} <= set(found), contract.name
        assert found.count(Outcome.UNAUTHORIZED) == len(list(contract.strangers(WRONG_KEY))), contract.name
    assert len(decode_workers(run.server)) == 2


def test_the_log_holds_neither_keys_nor_content(run):
    log = "".join(run.server.log)
    assert " debug " in log
    assert "Configuration in force" in log
    assert found_in(log, (*SECRETS, *CONTENT)) == []


def test_metrics_hold_neither_keys_nor_content(run):
    assert "ppocr" in run.metrics
    assert found_in(run.metrics, (*SECRETS, *CONTENT, MARK)) == []


def test_answers_hold_no_keys(run):
    assert [(one.call.path, found) for one in run.answers if (found := found_in(one.answer.text, SECRETS))] == []


def test_internal_failures_say_nothing_of_the_document(run):
    assert len(run.failed) == len(FAULTS) * len(adapters())
    for one in run.failed:
        check_failure(one.contract, one.answer, HIDDEN, MARK)
    assert list(run.faults.iterdir()) == [], "the engine did not fail as it was told to"
    for one in run.answers:
        if one.contract is not None and one.answer.status_code >= 500:
            check_silence(one.contract, one.answer, HIDDEN, MARK)


def test_the_log_tells_of_failures_without_the_words_of_errors(run):
    """Those may quote the document."""
    log = "".join(run.server.log)
    assert "EngineFailure" in log
    assert CAUSE not in log


def test_every_answer_around_a_crash_was_looked_at(run):
    assert run.killed > 0
    assert len(run.crashed) == len(CRASHED) * len(adapters())
    assert all(answered in run.answers for answered in run.crashed)


def test_crashes_leave_no_core_dump(run):
    assert len(run.limits) >= 3
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    expected = ["0", "0"] if most == 0 else ["1", "1"]
    assert any(_core_limit(limits) == expected for limits in run.limits), "the server's own"
    for limits in run.limits:
        # One byte: see server/children/core_dumps.py. Decode workers, which have 0, cannot be dumped at all.
        assert _core_limit(limits) in (["1", "1"], ["0", "0"])


def _core_limit(limits: str) -> list[str]:
    (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    return line.split()[4:6]


def test_the_effective_configuration_masks_keys(run):
    command = [sys.executable, "-c", SharedServer.program, "config", "--config", str(run.config)]
    environment = {**os.environ, **run.variables, "PYTHONPATH": str(ROOT)}
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert [key.name for key in KEYS.values() if key.name not in shown.stdout] == []
    assert found_in(shown.stdout + shown.stderr, SECRETS) == []


@pytest.mark.parametrize(
    "section",
    [
        {"auth": {"tokens": [KEYS[OWN].secret]}},
        {"auth": {"tokens": {"ann": {"x": KEYS[OWN].secret}}}},
        {"auth": {"token": KEYS[OWN].secret}},
        {"contracts": {"baidu": {"keys": {"a": [KEYS["baidu"].secret]}}}},
        {"storage": {"signing_key": [SIGNING_KEY]}},
    ],
)
def test_a_mistake_beside_a_key_is_told_without_the_key(tmp_path, section):
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump({"ppocr_server": section}))
    command = [sys.executable, "-c", SharedServer.program, "config", "--config", str(file)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode != 0
    assert "config.yaml" in told.stderr
    assert found_in(told.stdout + told.stderr, SECRETS) == []


def test_a_malformed_environment_variable_is_told_without_the_key():
    environment = {**os.environ, "PPOCR_SERVER_TOKENS": KEYS[OWN].secret}
    command = [sys.executable, "-c", SharedServer.program, "config"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode != 0
    assert found_in(told.stdout + told.stderr, SECRETS) == []


def test_temporary_folders_are_empty_after_all_that(run):
    (_, temporary) = run.folders
    assert found_below([temporary], ON_DISK) == []
    assert [path for path in temporary.rglob("*") if path.is_file()] == []


def test_what_is_kept_is_deleted_in_time(run):
    """Rows and files of finished tasks go; nothing of them stays in freed pages of the database or in its log."""
    wait_until(lambda: not list((run.data / "files").iterdir()))
    assert found_below([run.data], ON_DISK) == []


def test_a_killed_server_leaves_nothing_to_the_next(run):
    """Last, because it ends the server of the other tests."""
    headers = {"Authorization": f"Bearer {KEYS['file_task'].secret}"}
    before = set(MEMORY_DIRECTORY.glob("ppocr-*"))
    for name, data in documents().items():
        form = {"image_file": (name, data)}
        threading.Thread(target=_post_and_lose, args=(run.server, form, headers), daemon=True).start()
    wait_until(lambda: any((run.data / "files").iterdir()))
    run.server.process.kill()
    run.server.process.wait(30)
    _, temporary = run.folders
    again = SharedServer("--config", str(run.config), **run.variables)
    try:
        wait_until(lambda: not list((run.data / "files").iterdir()))
        assert found_below([run.data, temporary], ON_DISK) == []
        assert [path for path in set(MEMORY_DIRECTORY.glob("ppocr-*")) - before if is_abandoned(path)] == []
        assert found_in("".join(again.log), (*SECRETS, *CONTENT)) == []
    finally:
        assert again.stop() == 0


def is_abandoned(directory: Path) -> bool:
    """Whether no living server holds a directory."""
    with suppress(OSError):
        lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(lock)
        return True
    return False


def _post_and_lose(server: Server, form: dict, headers: dict[str, str]) -> None:
    try:
        requests.post(f"{server.url}/task/pic/ocr", files=form, headers=headers, timeout=60)
    except requests.ConnectionError:
        return
