"""The library's own words reach the log once, and nothing of a document does."""

import pytest

from models.engines import library_words
from models.engines.library_words import log_once, words_of


@pytest.fixture(autouse=True)
def nothing_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_words, "_logged", set())


def test_the_first_line_of_a_library_is_told() -> None:
    error = RuntimeError(
        "CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be reported later"
    )
    assert words_of(error) == "RuntimeError: CUDA error: an illegal memory access was encountered"
    assert words_of(RuntimeError("CUDA " + "x" * 999)) == "RuntimeError: CUDA " + "x" * 295
    assert words_of(RuntimeError("")) == "RuntimeError"


def test_the_words_of_other_errors_are_left_out() -> None:
    for error in (ValueError("what the page says"), KeyError("what the page says")):
        assert words_of(error) == type(error).__name__


def test_each_text_is_logged_once_whatever_its_numbers(caplog: pytest.LogCaptureFixture) -> None:
    for text in (
        "CUDA out of memory. Tried to allocate 20.00 MiB",
        "CUDA out of memory. Tried to allocate 512 MiB",
        "CUDA error: misaligned address",
        "CUDA error: misaligned address",
    ):
        log_once(RuntimeError(text))
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    first, second = (record.getMessage() for record in caplog.records)
    assert "Tried to allocate 20.00 MiB" in first
    assert "CUDA error: misaligned address" in second


def test_texts_without_end_do_not_fill_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_words, "_MOST_TEXTS", 3)
    for letter in "abcdef":
        log_once(RuntimeError(letter))
    assert len(caplog.records) == 3
