"""The Paddle engine on a complete official model."""

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.engines.base import Engine, EngineOptions, open_engine
from models.errors import EngineFailure, EngineUnavailable
from tests.unit.models.stages.uvdoc_weights import EVALUATION_DATA

MODEL = EVALUATION_DATA / "data" / "models" / "PP-LCNet_x0_25_textline_ori"

has_paddle = find_spec("paddle") is not None
needs_paddle = pytest.mark.skipif(not has_paddle, reason="paddle is not installed (extra `paddle`)")


@pytest.fixture
def engine() -> Iterator[Engine]:
    if not MODEL.is_dir():
        pytest.skip("no evaluation data (PPOCR_EVALUATION_DATA)")
    opened = open_engine("paddle", MODEL, EngineOptions(threads=1))
    yield opened
    opened.close()


def batch_of(count: int) -> NDArray[np.float32]:
    return np.random.default_rng(count).random((count, 3, 80, 160), dtype=np.float32)


@pytest.mark.skipif(has_paddle, reason="paddle is installed")
def test_without_the_library_the_engine_is_unavailable() -> None:
    with pytest.raises(EngineUnavailable, match="paddle"):
        open_engine("paddle", MODEL, EngineOptions())


@needs_paddle
def test_a_batch_gives_one_softmax_a_row(engine: Engine) -> None:
    output = engine.run(batch_of(3))
    assert output.shape == (3, 2)
    assert output.dtype == np.float32
    np.testing.assert_allclose(output.sum(axis=1), 1, atol=1e-5)
    assert (engine.name, engine.device) == ("paddle", "cpu")


@needs_paddle
def test_rows_do_not_depend_on_their_batch(engine: Engine) -> None:
    batch = batch_of(3)
    together = engine.run(batch)
    alone = np.concatenate([engine.run(batch[index : index + 1]) for index in range(3)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@needs_paddle
def test_an_answer_stays_when_the_next_batch_runs(engine: Engine) -> None:
    first = engine.run(batch_of(1))
    kept = first.copy()
    engine.run(batch_of(2))
    np.testing.assert_array_equal(first, kept)


@needs_paddle
def test_a_failed_batch_does_not_harm_the_next(engine: Engine) -> None:
    expected = engine.run(batch_of(1))
    with pytest.raises(EngineFailure, match=r"\(1, 4, 80, 160\)"):
        engine.run(np.zeros((1, 4, 80, 160), np.float32))
    np.testing.assert_array_equal(engine.run(batch_of(1)), expected)


@needs_paddle
def test_a_closed_engine_does_not_run(engine: Engine) -> None:
    engine.close()
    with pytest.raises(EngineFailure, match="closed"):
        engine.run(batch_of(1))


@needs_paddle
def test_files_that_are_no_model_are_a_failure(tmp_path: Path) -> None:
    (tmp_path / "inference.json").write_text("{}")
    (tmp_path / "inference.pdiparams").write_bytes(b"")
    with pytest.raises(EngineFailure, match="cannot load"):
        open_engine("paddle", tmp_path, EngineOptions())


@needs_paddle
@pytest.mark.parametrize("device", ["gpu:99", "tpu:0", "gpu"])
def test_a_device_that_is_not_there_is_never_replaced(device: str) -> None:
    with pytest.raises(EngineUnavailable, match=device):
        open_engine("paddle", MODEL, EngineOptions(device=device))


@needs_paddle
def test_signals_still_reach_the_process_after_opening(engine: Engine) -> None:
    script = f"""
        import os, signal, time
        from pathlib import Path
        seen = []
        signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
        from models.engines.base import EngineOptions, open_engine
        open_engine("paddle", Path({str(MODEL)!r}), EngineOptions())
        os.kill(os.getpid(), signal.SIGTERM)
        print(seen)
    """
    root = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"[{int(signal.SIGTERM)}]\n"), done.stderr
    assert done.stderr == ""
