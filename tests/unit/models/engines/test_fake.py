"""The fake engine, and the only door to it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.engines.base import EngineOptions, open_engine, registered_engine
from models.engines.fake import FakeEngine, Fault, always_class, echo, reads, text_in
from models.errors import EngineFailure, EngineUnavailable
from models.ops.ctc import ctc_characters, decode_line, greedy_decode

BATCH: NDArray[np.float32] = np.random.default_rng(3).random((2, 3, 48, 320), dtype=np.float32)


def test_no_configuration_can_name_it() -> None:
    with pytest.raises(EngineUnavailable, match="'fake'"):
        open_engine("fake", Path(), EngineOptions())


def test_a_test_can_register_it_for_a_while() -> None:
    engine = FakeEngine(echo)
    with registered_engine("test", lambda directory, options: engine):
        assert open_engine("test", Path(), EngineOptions()) is engine
    with pytest.raises(EngineUnavailable):
        open_engine("test", Path(), EngineOptions())


def test_a_real_engine_cannot_be_replaced() -> None:
    with (
        pytest.raises(ValueError, match="onnxruntime"),
        registered_engine("onnxruntime", lambda directory, options: FakeEngine(echo)),
    ):
        pass


def test_it_answers_by_its_function_and_notes_shapes() -> None:
    engine = FakeEngine(echo)
    np.testing.assert_array_equal(engine.run(BATCH), BATCH)
    engine.run(BATCH[:1])
    assert engine.shapes == [(2, 3, 48, 320), (1, 3, 48, 320)]


def test_each_fault_spoils_one_run() -> None:
    engine = FakeEngine(echo)
    engine.inject(Fault.RAISE, Fault.CRASH, Fault.NAN, Fault.WRONG_COUNT)
    with pytest.raises(EngineFailure):
        engine.run(BATCH)
    with pytest.raises(MemoryError):
        engine.run(BATCH)
    assert np.isnan(engine.run(BATCH)).all()
    assert len(engine.run(BATCH)) == 1
    np.testing.assert_array_equal(engine.run(BATCH), BATCH)


def test_a_hanging_run_answers_when_released() -> None:
    engine = FakeEngine(echo)
    engine.inject(Fault.HANG)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(engine.run, BATCH)
        assert engine.hanging.wait(10)
        assert not answer.done()
        engine.release()
        np.testing.assert_array_equal(answer.result(10), BATCH)
    assert not engine.hanging.is_set()


def test_a_closed_engine_does_not_run() -> None:
    engine = FakeEngine(echo)
    engine.close()
    with pytest.raises(EngineFailure, match="closed"):
        engine.run(BATCH)


def test_a_classifier_is_sure_of_its_class() -> None:
    assert always_class(2, 4)(BATCH).argmax(axis=1).tolist() == [2, 2]


def test_a_detector_finds_its_boxes() -> None:
    output = text_in((0.25, 0.5, 0.75, 1.0))(BATCH)
    assert output.shape == (2, 1, 48, 320)
    assert np.argwhere(output[1, 0]).min(axis=0).tolist() == [24, 80]
    assert np.argwhere(output[1, 0]).max(axis=0).tolist() == [47, 239]


def test_a_recogniser_reads_its_text() -> None:
    characters = ctc_characters(("a", "b"))
    indices, best = greedy_decode(reads((1, 1, 3, 2), len(characters))(BATCH))
    lines = [decode_line(row, scores, characters) for row, scores in zip(indices, best, strict=True)]
    assert [(line.text, line.score) for line in lines] == [("aa b", 1.0)] * 2
