"""Engine and device are one line of the configuration each; what a machine lacks is said before anything runs."""

import ctypes
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from server.cli.start import load, open_store, pull_required
from server.config.files import packaged_file

REPOSITORY = Path(__file__).parents[4]
CUDA = packaged_file("cuda.yaml")


def has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def check(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["check", *arguments])
    return done.exit_code, done.output


@pytest.fixture(scope="module", autouse=True)
def weights() -> None:
    configuration = load(None, ())
    pull_required(configuration, open_store(configuration))


def test_the_profile_for_gpus_is_the_default_on_another_device() -> None:
    shipped, default = load(CUDA, ()), load(None, ())
    engine = shipped.settings.engine
    assert (engine.name, engine.device, engine.precision, engine.padding) == ("torch", "gpu:0", "fp16", "bucket")
    assert shipped.settings.decode.workers == 8
    kept = {"engine": default.settings.engine, "decode": shipped.settings.decode.model_copy(update={"workers": 0})}
    assert shipped.settings.model_copy(update=kept) == default.settings
    assert shipped.pipeline.text_recognition == default.pipeline.text_recognition


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
    code, output = check("--config", str(CUDA), "--set", f"engine.name={engine}")
    assert code == 1
    assert words in output
    assert "Traceback" not in output
    assert "reading:" not in output


@pytest.mark.skipif(find_spec("paddle") is None, reason="paddle is not installed (extra `paddle`)")
def test_paddle_says_which_form_of_a_model_it_needs() -> None:
    code, output = check("--set", "engine.name=paddle", "--set", "models.offline=true")
    assert code == 1
    assert "models pull PP-OCRv5_mobile_det --format paddle" in output


def test_a_package_that_is_missing_is_named_with_what_installs_it() -> None:
    script = "import sys; sys.modules['torch'] = None; from server.cli import main; main()"
    command = [sys.executable, "-c", script, "check", "--set", "engine.name=torch"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith("Install it with: pip install 'ppocr-server[torch]'\n")


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "torch"])
def test_another_engine_is_one_line(engine: str) -> None:
    if find_spec(engine) is None:
        pytest.skip(f"{engine} is not installed")
    code, output = check("--set", f"engine.name={engine}", "--set", "models.optional_modules=as_configured")
    assert code == 0, output
    assert f"{engine} on " in output
    assert "reading: a drawn line was read" in output
