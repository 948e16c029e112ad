"""No engine keeps an identifier of this machine or prepares to send anything about its use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

QUIETED_ELSEWHERE = ("CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS")
"""Variables under which ONNX Runtime is silent whatever we do; in production none of them is set."""


def _files_after(statement: str, home: Path, more: dict[str, str] | None = None) -> list[str]:
    kept = {name: value for name, value in os.environ.items() if name not in QUIETED_ELSEWHERE}
    environment = kept | {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")} | (more or {})
    subprocess.run([sys.executable, "-B", "-c", statement], env=environment, check=True)
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("engine", ["onnx", "openvino"])
def test_loading_an_engine_leaves_nothing_behind(engine: str, tmp_path: Path) -> None:
    assert _files_after(f"import models.engines.{engine}", tmp_path) == []


def test_what_is_set_outside_does_not_turn_it_on(tmp_path: Path) -> None:
    assert _files_after("import models.engines.onnx", tmp_path, {"ORT_DISABLE_TELEMETRY": "0"}) == []


def test_the_library_alone_would_keep_an_identifier(tmp_path: Path) -> None:
    """If this fails the library has changed, and with it what has to be done: read its notes on privacy."""
    assert any("deviceid" in file for file in _files_after("import onnxruntime", tmp_path))
