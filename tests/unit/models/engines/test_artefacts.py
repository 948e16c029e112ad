"""Artefacts that were compiled for a card are kept in a directory of their own."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from models.engines.artefacts import SUMS_FILE, artefact_directory, compiling, verified
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


def test_files_are_given_as_they_were_written_or_not_at_all(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with verified(tmp_path) as given:
        assert given == tmp_path
        (tmp_path / "one.blob").write_bytes(b"one")
    with verified(tmp_path):
        assert (tmp_path / "one.blob").exists()
        (tmp_path / "two.blob").write_bytes(b"two")
    assert caplog.text == ""
    (tmp_path / "one.blob").write_bytes(b"ONE")
    with verified(tmp_path):
        assert {path.name for path in tmp_path.iterdir() if path.suffix == ".blob"} == {"two.blob"}
        (tmp_path / "one.blob").write_bytes(b"one again")
    assert caplog.text.count("damaged or incomplete") == 1
    with verified(tmp_path):
        assert (tmp_path / "one.blob").read_bytes() == b"one again"


def test_a_file_whose_writer_was_killed_is_not_given(tmp_path: Path) -> None:
    (tmp_path / "half.blob").write_bytes(b"half")
    with verified(tmp_path):
        assert not (tmp_path / "half.blob").exists()


@pytest.mark.parametrize("sums", [b"", b"\xff", b"nonsense\n"])
def test_without_readable_sums_nothing_is_given(tmp_path: Path, sums: bytes) -> None:
    with verified(tmp_path):
        (tmp_path / "one.blob").write_bytes(b"one")
    (tmp_path / SUMS_FILE).write_bytes(sums)
    with verified(tmp_path):
        assert not (tmp_path / "one.blob").exists()


def test_a_directory_that_cannot_be_written_is_given_only_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with verified(tmp_path):
        (tmp_path / "one.blob").write_bytes(b"one")
    # The superuser, as whom tests may run, may write anything.
    monkeypatch.setattr("os.access", lambda *_: False)
    with verified(tmp_path) as given:
        assert given == tmp_path
    (tmp_path / "one.blob").write_bytes(b"ONE")
    with verified(tmp_path) as given:
        assert given is None
    assert (tmp_path / "one.blob").exists()
    assert "are not used" in caplog.text


def test_no_directory_is_none() -> None:
    with verified(None) as given:
        assert given is None
