"""Finds clients of other makers, which `tests/contract/clients/setup.sh` installs. Their tests skip without them."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.contract.conftest import ROOT

FOLDER = Path(os.environ.get("PPOCR_CLIENTS", ROOT / ".clients"))
SETUP = "bash tests/contract/clients/setup.sh"
SECONDS = 240
"""Clients wait for seconds between two questions, and some import much."""


def installed() -> bool:
    """Whether all of them are installed."""
    return all((FOLDER / name).is_dir() for name in ("python", "langflow", "litellm", "node"))


def python_with(package: str, environment: str = "python") -> Path:
    """The Python of one of the clients' environments, where this package is installed."""
    if not any((FOLDER / environment / "lib").glob(f"python*/site-packages/{package}")):
        pytest.skip(f"{package} is not installed; run: {SETUP}")
    return FOLDER / environment / "bin" / "python"


def node_with(package: str) -> Path:
    """The folder of the clients for Node, where this package is installed."""
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    if not (FOLDER / "node" / "node_modules" / package).is_dir():
        pytest.skip(f"{package} is not installed; run: {SETUP}")
    return FOLDER / "node"


def run(command: Sequence[object], folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a client's program. It has no settings of this machine's proxies."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment = {**kept, "NO_PROXY": "*", "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True", **variables}
    words = [str(word) for word in command]
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def told(command: Sequence[object], folder: Path, **variables: str) -> dict:
    """Run a client's program, whose last line of output is JSON."""
    done = run(command, folder, **variables)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))
