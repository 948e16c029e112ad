"""The command ``serve``: it answers and ends well, or says in one message why it does not start."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.server.cli.commands import FAILED, MISCONFIGURED, START_SECONDS, line_orientation_from, run
from tests.unit.server.config.paddlex_files import PACKAGED_BY_PADDLEX


def test_serving_beyond_this_machine_without_tokens_is_refused() -> None:
    result = run("serve", "--host", "0.0.0.0")
    assert result.exit_code == MISCONFIGURED
    assert "--insecure" in result.stderr


def test_insecure_is_a_flag_and_not_a_setting() -> None:
    assert "unknown key 'insecure'" in run("serve", "--set", "server.insecure=true").stderr


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["check"]])
def test_a_module_that_is_on_and_cannot_run_stops_the_start_with_one_message(
    tmp_path: Path, command: list[str]
) -> None:
    file = line_orientation_from(tmp_path / "empty", on=True)
    code = "from server.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *command, "--config", str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
    message = done.stderr.splitlines()[-1]
    assert (done.returncode, "Traceback" in done.stderr) == (FAILED, False), done.stderr
    assert message.startswith("Error: The configuration turns on the module 'textline_orientation'")
    assert str(tmp_path / "empty") in message


ITS_MODELS = (
    "PP-OCRv6_medium_det",
    "PP-OCRv6_medium_rec",
    "PP-LCNet_x1_0_doc_ori",
    "UVDoc",
    "PP-LCNet_x1_0_textline_ori",
)


@pytest.mark.parametrize("offline", [False, True])
def test_serve_without_network_names_every_missing_model_in_one_message(tmp_path: Path, offline: bool) -> None:
    file = tmp_path / "OCR.yaml"
    file.write_text(PACKAGED_BY_PADDLEX, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
    given = ("--config", str(file), "--set", f"models.directory={tmp_path / 'cache'}")
    given += ("--set", f"models.offline={str(offline).lower()}")
    done = subprocess.run(
        [sys.executable, "-c", "from server.cli import main; main()", "serve", "--port", "0", *given],
        env={**os.environ, "HF_ENDPOINT": nowhere, "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    before, _, message = done.stderr.partition("Error: ")
    assert (done.returncode, "Traceback" in before) == (FAILED, False), done.stderr
    first, *reasons = message.splitlines()
    assert f"{file} needs models that are not on this machine: {', '.join(ITS_MODELS)}." in first
    command = f"ppocr-server models pull --config {file} {' '.join(ITS_MODELS)}"
    assert first.endswith(command) is not offline
    assert [name in reason for name, reason in zip(ITS_MODELS, reasons, strict=True)] == [True] * len(ITS_MODELS)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, as PEM files."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    options = [
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=test",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    command = ["openssl", "req", "-x509", *options, "-out", str(made), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process and where it listens."""
    command = [sys.executable, "-c", "from server.cli import main; main()", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            found = next(filter(None, (re.search(r"Serving on (\S+)", line) for line in server.stderr)), None)
            assert found is not None, "the server ended without saying where it listens"
            yield server, found[1]
        finally:
            server.kill()


def test_serve_answers_and_ends_well_on_sigterm() -> None:
    with serving() as (server, url):
        with urllib.request.urlopen(f"{url}/health", timeout=START_SECONDS) as answer:
            assert json.load(answer)["errorMsg"] == "Healthy"
            assert "server" not in answer.headers
        server.send_signal(signal.SIGTERM)
        assert server.stderr is not None
        rest = server.stderr.read()
        assert (server.wait(START_SECONDS), "Traceback" in rest) == (0, False), rest


def test_serve_speaks_tls(certificate: tuple[Path, Path]) -> None:
    made, key = certificate
    with serving("--set", f"server.tls_certificate={made}", "--set", f"server.tls_key={key}") as (_, url):
        assert url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(made))
        with urllib.request.urlopen(f"{url}/health", timeout=START_SECONDS, context=trusting) as answer:
            assert answer.status == 200
