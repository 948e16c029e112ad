"""`GET /presets` says which presets there are, with their models, and which contracts read with them."""

from pathlib import Path

from litestar.testing import TestClient

from server.app import create_app
from server.config.load import Configuration, load_configuration
from server.pipelines.model_store import open_store
from server.pipelines.presets import describe_presets
from tests.unit.server.apps import CLIENT_HOST
from tests.unit.server.stub_pipeline import StubPipeline

SHA256_OF_X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"


def described(configuration: Configuration) -> dict[str, dict]:
    with TestClient(create_app(configuration, StubPipeline())) as client:
        answer = client.get("/presets")
        assert answer.status_code == 200
        return {preset["name"]: preset for preset in answer.json()["presets"]}


def store_of(folder: Path, *names: str) -> tuple[str, ...]:
    for name in names:
        (folder / name).mkdir()
        (folder / name / "inference.onnx").write_bytes(b"x")
    return (f"models.directory={folder}", "decode.workers=1", f"server.allowed_hosts=[{CLIENT_HOST}]")


def test_every_preset_with_its_models_their_sums_and_its_readers(tmp_path: Path) -> None:
    settings = store_of(tmp_path, "PP-OCRv6_small_det")
    presets = described(load_configuration(None, {}, (*settings, "contracts.capsolver.preset=tiny")))
    assert list(presets) == ["paddlex", "best", "tiny"]
    best = presets["best"]
    detector, recogniser = best["models"]
    assert detector == {
        "task": "text_detection", "name": "PP-OCRv6_small_det", "sha256": SHA256_OF_X, "installed": True
    }  # fmt: skip
    assert (recogniser["name"], recogniser["installed"], len(recogniser["sha256"])) == ("PP-OCRv6_small_rec", False, 64)
    assert (best["precision"], best["padding"], best["detection"]["limit_side_len"]) == ("fastest", "fastest", 1280)
    assert {name: preset["default_of"] for name, preset in presets.items()} == {
        "paddlex": ["ocr"],
        "best": ["baidu", "complexdocr", "file_task", "jobs", "paddleocr_jobs", "layout_parsing", "mistral"],
        "tiny": ["capsolver"],
    }


def test_a_changed_file_has_a_new_sum(tmp_path: Path) -> None:
    configuration = load_configuration(None, {}, store_of(tmp_path, "PP-OCRv6_small_det"))
    store = open_store(configuration)

    def sum_of_the_detector() -> str | None:
        return describe_presets(configuration, store)[1].models[0].sha256

    assert sum_of_the_detector() == SHA256_OF_X
    (tmp_path / "PP-OCRv6_small_det" / "inference.onnx").write_bytes(b"yz")
    assert sum_of_the_detector() != SHA256_OF_X


def test_a_model_directory_of_the_operator_is_described_too(tmp_path: Path) -> None:
    settings = store_of(tmp_path, "mine")
    file = tmp_path / "my.yaml"
    preset = f"mine: {{text_detection: {{model_name: mine, model_dir: {tmp_path / 'mine'}}}}}"
    file.write_text(f"ppocr_server: {{presets: {{{preset}}}}}", encoding="utf-8")
    detector, _ = described(load_configuration(file, {}, settings))["mine"]["models"]
    assert (detector["sha256"], detector["installed"]) == (SHA256_OF_X, True)
