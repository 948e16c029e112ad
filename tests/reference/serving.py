"""The reference's own HTTP server as a child process, for golden answers and for benchmarks."""

import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

REPOSITORY = Path(__file__).resolve().parents[2]
ROOT = Path(os.environ.get("PPOCR_REFERENCE", REPOSITORY / ".reference"))
START_SECONDS = 180
PACKAGES = ("paddlex", "paddlepaddle", "onnxruntime", "opencv-contrib-python", "numpy", "pillow", "pypdfium2")


class NotStarted(RuntimeError):
    """A server that is compared with does not start. The message has the end of its log."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers: its address and the process to watch."""

    url: str
    process: subprocess.Popen


def installed() -> bool:
    """Whether `setup.sh` has been run."""
    return (ROOT / "venv" / "bin" / "paddlex").exists() and (ROOT / "pipelines").is_dir()


def python() -> Path:
    """The reference environment's interpreter."""
    return ROOT / "venv" / "bin" / "python"


def pipeline(profile: str) -> Path:
    """The pipeline file of ``v5_mobile`` or ``v6_small``."""
    return ROOT / "pipelines" / f"{profile}.yaml"


def environment() -> dict[str, str]:
    """Return the variables that keep the reference offline: its font is given, its search for model hosts is off."""
    extra = {
        "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True",
        "PADDLE_PDX_LOCAL_FONT_FILE_PATH": str(ROOT / "simfang.ttf"),
    }
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, **extra}


def versions() -> dict[str, str]:
    """Versions of what decides the reference's answers."""
    program = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    out = subprocess.run([python(), "-c", program, *PACKAGES], check=True, capture_output=True, text=True).stdout
    found: dict[str, str] = json.loads(out)
    return found


@contextmanager
def reference_server(profile: str = "v5_mobile") -> Iterator[RunningServer]:
    """Run ``paddlex --serve`` on a free loopback port until the block ends."""
    port = free_port()
    command = [str(ROOT / "venv" / "bin" / "paddlex"), "--serve", "--pipeline", str(pipeline(profile))]
    with running([*command, "--host", "127.0.0.1", "--port", str(port)], port, environment()) as server:
        yield server


@contextmanager
def running(command: list[str], port: int, environ: dict[str, str], ready: str = "/health") -> Iterator[RunningServer]:
    """Run a server's command until the block ends; its output is shown when it does not come up."""
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(command, env=environ, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            if not _wait(url + ready, process):
                log.seek(0)
                raise NotStarted(f"{command[0]} did not start:\n{log.read().decode(errors='replace')[-4000:]}")
            yield RunningServer(url, process)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, process: subprocess.Popen) -> bool:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False, timeout=5).status_code == 200:
                return True
        except httpx.TransportError:
            time.sleep(0.1)
    return False
