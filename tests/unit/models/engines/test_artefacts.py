"""Artefacts that were compiled for a card are kept in a directory of their own."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from models.engines.artefacts import artefact_directory, compiling
from models.machine import Gpu

GPU = Gpu(0, "A card", 13000)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model").write_bytes(b"weights")
    return tmp_path / "model"


def test_the_same_model_card_and_versions_share_a_directory(tmp_path: Path, model: Path) -> None:
    first = artefact_directory(tmp_path / "kept", model, GPU, "1.0")
    assert first is not None
    assert first.is_dir()
    assert artefact_directory(tmp_path / "kept", model, replace(GPU, index=1), "1.0") == first


@pytest.mark.parametrize("change", ["weights", "card", "driver", "version"])
def test_whatever_could_change_what_is_compiled_changes_the_directory(tmp_path: Path, model: Path, change: str) -> None:
    first = artefact_directory(tmp_path / "kept", model, GPU, "1.0")
    if change == "weights":
        model.write_bytes(b"others")
    gpu = {"card": replace(GPU, name="Another"), "driver": replace(GPU, driver=12080)}.get(change, GPU)
    assert artefact_directory(tmp_path / "kept", model, gpu, "1.1" if change == "version" else "1.0") != first


def test_where_nothing_can_be_kept_it_is_said(tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert artefact_directory(None, model, GPU) is None
    assert caplog.text == ""
    assert artefact_directory(model / "below a file", model, GPU) is None
    assert "every start compiles again" in caplog.text


def test_two_that_compile_the_same_take_turns(tmp_path: Path, model: Path) -> None:
    kept = artefact_directory(tmp_path / "kept", model, GPU)
    other = artefact_directory(tmp_path / "kept", model, GPU, "1.0")
    assert kept is not None
    entered = threading.Event()

    def compile_too() -> None:
        with compiling(kept):
            entered.set()

    second = threading.Thread(target=compile_too)
    with compiling(kept):
        second.start()
        with compiling(other), compiling(None):
            assert not entered.wait(0.3)
    assert entered.wait(20)
    second.join()
    assert list(kept.iterdir()) == []
