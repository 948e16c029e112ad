"""Messages between the server and its replicas."""

from models.config import ModuleConfig, PipelineConfig
from server.pipelines.replicas.messages import Opening, Start, StoreSettings, decode_order, decode_report, encode


def test_messages_arrive_as_they_were_sent(tmp_path) -> None:
    start = Start(
        PipelineConfig(ModuleConfig("det", tmp_path), ModuleConfig("rec"), hang_seconds=7.0),
        StoreSettings(tmp_path, (tmp_path / "local",), tmp_path / "models.yaml"),
    )
    assert decode_order(encode(start)) == start
    assert decode_report(encode(Opening("text_detection"))) == Opening("text_detection")
