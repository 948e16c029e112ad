"""Messages between the server and its replicas."""

import numpy as np

from models.config import ModuleConfig, PipelineConfig
from models.document import OwnText, TextLine
from models.options import OcrDefaults, OcrOverrides
from server.pipelines.replicas.messages import Opening, Read, Start, StoreSettings, decode_order, decode_report, encode


def test_messages_arrive_as_they_were_sent(tmp_path) -> None:
    start = Start(
        PipelineConfig(ModuleConfig("det", tmp_path), ModuleConfig("rec"), hang_seconds=7.0),
        StoreSettings(tmp_path, (tmp_path / "local",), tmp_path / "models.yaml"),
    )
    assert decode_order(encode(start)) == start
    assert decode_report(encode(Opening("text_detection"))) == Opening("text_detection")


def test_a_page_s_own_text_arrives_with_it() -> None:
    quad = np.array([[1, 2], [30, 2], [30, 12], [1, 12]], np.int32)
    line = TextLine("ab", 1.0, quad, (1.0, 1.0), (), (0.25, 0.75), "right", "layer")
    order = Read(3, OcrDefaults().resolve(OcrOverrides()), (20, 40), 0, None, None, OwnText((line,), complete=False))
    arrived = decode_order(encode(order))
    assert isinstance(arrived, Read)
    assert arrived.own_text is not None
    (found,) = arrived.own_text.lines
    assert (found.text, found.source, found.direction, found.char_positions) == ("ab", "layer", "right", (0.25, 0.75))
    assert found.quad.dtype == np.int32
    assert found.quad.tolist() == quad.tolist()
    assert not arrived.own_text.complete
