from pathlib import Path

import pytest
import yaml

from models.descriptions.model_directory import ModelDirectory
from models.errors import InvalidModelDirectory, ModelNotInstalled
from tests.unit.models.model_files import detection_yml, onnx_file, write_directory


def recognition_yml(characters: list[object] | None, shape: object = None) -> dict[str, object]:
    post: dict[str, object] = {"name": "CTCLabelDecode"}
    if characters is not None:
        post["character_dict"] = characters
    resize = {"RecResizeImg": {"image_shape": shape or [3, 48, 320]}}
    return {"PreProcess": {"transform_ops": [{"DecodeImage": {"img_mode": "BGR"}}, resize]}, "PostProcess": post}


def classification_yml(resize: dict[str, object], crop: object = None) -> dict[str, object]:
    operations: list[dict[str, object]] = [{"ResizeImage": resize}]
    if crop is not None:
        operations.append({"CropImage": {"size": crop}})
    operations.append({"NormalizeImage": {"mean": [0.5] * 3, "std": [0.25] * 3, "scale": 0.00392156862745098}})
    post = {"Topk": {"topk": 1, "label_list": ["0", "90", "180", "270"]}}
    return {"PreProcess": {"transform_ops": operations}, "PostProcess": post}


def test_detection(tmp_path: Path) -> None:
    model = ModelDirectory.read(write_directory(tmp_path / "any", detection_yml("tiny_det")))
    assert (model.name, model.format, model.weights) == ("tiny_det", "onnx", tmp_path / "any" / "inference.onnx")
    spec = model.detection()
    assert spec.channels == "BGR"
    assert spec.scale == 1 / 255
    assert spec.mean == (0.485, 0.456, 0.406)
    assert spec.std == (0.229, 0.224, 0.225)
    assert (spec.thresh, spec.box_thresh, spec.unclip_ratio, spec.max_candidates) == (0.3, 0.6, 1.5, 1000)


def test_absent_postprocess_values_take_the_reference_defaults(tmp_path: Path) -> None:
    description = detection_yml()
    description["PostProcess"] = {"name": "DBPostProcess"}
    spec = ModelDirectory.read(write_directory(tmp_path / "any", description)).detection()
    assert (spec.thresh, spec.box_thresh, spec.unclip_ratio, spec.max_candidates) == (0.3, 0.6, 2.0, 1000)


def test_characters_are_the_list_as_it_is(tmp_path: Path) -> None:
    characters: list[object] = ["\u3000", "a", "0", "~", "null", "\u2028", "e\u0301"]
    model = ModelDirectory.read(write_directory(tmp_path / "any", recognition_yml(characters)))
    spec = model.recognition()
    assert spec.characters == tuple(characters)
    assert spec.image_shape == (3, 48, 320)
    assert spec.channels == "BGR"
    assert model.name == "any"


def test_characters_come_from_the_onnx_metadata_where_the_file_has_none(tmp_path: Path) -> None:
    onnx = onnx_file({"character": "\u3000\na\n\u2028\nb"})
    model = ModelDirectory.read(write_directory(tmp_path / "any", recognition_yml(None), onnx))
    assert model.recognition().characters == ("\u3000", "a", "\u2028", "b")


def test_no_characters_anywhere_is_an_error(tmp_path: Path) -> None:
    model = ModelDirectory.read(write_directory(tmp_path / "any", recognition_yml(None)))
    with pytest.raises(InvalidModelDirectory, match=r"inference\.yml: PostProcess\.character_dict is missing"):
        model.recognition()


def test_document_orientation(tmp_path: Path) -> None:
    model = ModelDirectory.read(write_directory(tmp_path / "any", classification_yml({"resize_short": 256}, 224)))
    spec = model.classification()
    assert (spec.resize_short, spec.size, spec.crop) == (256, None, (224, 224))
    assert spec.labels == ("0", "90", "180", "270")
    assert spec.channels == "RGB"
    assert (spec.mean, spec.std) == ((0.5,) * 3, (0.25,) * 3)


def test_line_orientation_size_is_width_then_height(tmp_path: Path) -> None:
    model = ModelDirectory.read(write_directory(tmp_path / "any", classification_yml({"size": [160, 80]})))
    assert model.classification().size == (160, 80)
    assert model.classification().crop is None


def test_the_resize_of_paddleocrs_own_line_classifiers(tmp_path: Path) -> None:
    operations = [{"DecodeImage": {"img_mode": "BGR"}}, {"ClsResizeImg": {"image_shape": [3, 48, 192]}}]
    description = classification_yml({}) | {"PreProcess": {"transform_ops": operations}}
    spec = ModelDirectory.read(write_directory(tmp_path / "any", description)).classification()
    assert (spec.size, spec.keeps_ratio, spec.item_shape) == ((192, 48), True, (3, 48, 192))
    assert (spec.channels, spec.scale, spec.mean, spec.std) == ("BGR", 1 / 255, (0.5,) * 3, (0.5,) * 3)


def test_a_shape_of_two_numbers_is_an_error(tmp_path: Path) -> None:
    description = classification_yml({}) | {
        "PreProcess": {"transform_ops": [{"ClsResizeImg": {"image_shape": [3, 48]}}]}
    }
    model = ModelDirectory.read(write_directory(tmp_path / "any", description))
    with pytest.raises(InvalidModelDirectory, match="image_shape must be channels, height, width"):
        model.classification()


@pytest.mark.parametrize("graph", ["inference.json", "inference.pdmodel"])
def test_paddle_formats(tmp_path: Path, graph: str) -> None:
    for name in (graph, "inference.pdiparams"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "inference.yml").write_text("Global: {model_name: UVDoc}\n")
    model = ModelDirectory.read(tmp_path)
    assert (model.format, model.weights.name, model.name) == ("paddle", graph, "UVDoc")


def test_onnx_comes_first_where_both_are_there(tmp_path: Path) -> None:
    write_directory(tmp_path / "any", detection_yml())
    for name in ("inference.json", "inference.pdiparams"):
        (tmp_path / "any" / name).write_bytes(b"x")
    assert ModelDirectory.read(tmp_path / "any").formats == ("onnx", "paddle")


def test_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(ModelNotInstalled, match="no model directory"):
        ModelDirectory.read(tmp_path / "absent")


def test_missing_weights(tmp_path: Path) -> None:
    (tmp_path / "inference.json").write_bytes(b"x")
    with pytest.raises(InvalidModelDirectory, match=r"holds neither inference\.onnx nor inference\.json"):
        ModelDirectory.read(tmp_path)


def test_missing_description(tmp_path: Path) -> None:
    (tmp_path / "inference.onnx").write_bytes(onnx_file())
    with pytest.raises(InvalidModelDirectory, match=r"inference\.yml: cannot be read"):
        ModelDirectory.read(tmp_path)


def test_not_yaml_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "inference.onnx").write_bytes(onnx_file())
    (tmp_path / "inference.yml").write_text("Global: {}\nPreProcess: [unclosed\n")
    with pytest.raises(InvalidModelDirectory, match=r"not valid YAML near line \d"):
        ModelDirectory.read(tmp_path)


def test_a_section_that_stands_twice_is_refused(tmp_path: Path) -> None:
    directory = write_directory(tmp_path / "any", detection_yml())
    with (directory / "inference.yml").open("a", encoding="utf-8") as file:
        file.write("\nPostProcess: {name: DBPostProcess, thresh: 0.9}\n")
    with pytest.raises(
        InvalidModelDirectory, match=r"inference\.yml: line \d+ repeats the key 'PostProcess' of line \d+"
    ):
        ModelDirectory.read(directory)


def test_python_objects_are_not_built(tmp_path: Path) -> None:
    (tmp_path / "inference.onnx").write_bytes(onnx_file())
    (tmp_path / "inference.yml").write_text("Global: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(InvalidModelDirectory, match="not valid YAML"):
        ModelDirectory.read(tmp_path)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"scale": "__import__('os')"}, r"NormalizeImage\.scale must be a number"),
        ({"scale": "1/0"}, r"NormalizeImage\.scale must be a number"),
        ({"scale": ".inf"}, r"NormalizeImage\.scale must be a number"),
        ({"scale": True}, r"NormalizeImage\.scale must be a number"),
        ({"mean": [0.5, 0.5]}, r"NormalizeImage\.mean must be three numbers"),
        ({"std": [1, 1, "x"]}, r"NormalizeImage\.std must be three numbers"),
        ({"std": [1, 1, 0]}, r"NormalizeImage\.std must not be 0"),
    ],
)
def test_malformed_normalization_names_file_and_key(tmp_path: Path, value: dict[str, object], message: str) -> None:
    description = detection_yml()
    operations = [{"DetResizeForTest": None}, {"NormalizeImage": value}]
    description["PreProcess"] = {"transform_ops": operations}
    model = ModelDirectory.read(write_directory(tmp_path / "any", description))
    with pytest.raises(InvalidModelDirectory, match=r"inference\.yml: PreProcess\.transform_ops\[1\]\." + message):
        model.detection()


def test_numbers_among_the_characters_are_named(tmp_path: Path) -> None:
    model = ModelDirectory.read(write_directory(tmp_path / "any", recognition_yml(["a", 7])))
    with pytest.raises(InvalidModelDirectory, match=r"PostProcess\.character_dict\[1\] must be text .*not 7"):
        model.recognition()


def test_another_task_is_named(tmp_path: Path) -> None:
    model = ModelDirectory.read(write_directory(tmp_path / "any", detection_yml()))
    with pytest.raises(InvalidModelDirectory, match=r"PreProcess\.transform_ops has no RecResizeImg"):
        model.recognition()


@pytest.mark.parametrize(
    "post", [{"use_dilation": True}, {"box_type": "poly"}, {"score_mode": "slow"}, {"name": "PSE"}]
)
def test_postprocessing_that_the_pipeline_does_not_do_is_refused(tmp_path: Path, post: dict[str, object]) -> None:
    description = detection_yml()
    description["PostProcess"] = {"name": "DBPostProcess", **post}
    model = ModelDirectory.read(write_directory(tmp_path / "any", description))
    with pytest.raises(InvalidModelDirectory, match=rf"PostProcess\.{next(iter(post))} must be"):
        model.detection()


def test_anchors_as_in_official_files_are_read(tmp_path: Path) -> None:
    write_directory(tmp_path / "any", detection_yml())
    file = tmp_path / "any" / "inference.yml"
    file.write_text("Hpi: {a: &id001 [1, 2], b: *id001}\n" + yaml.safe_dump(detection_yml()))
    assert ModelDirectory.read(tmp_path / "any").detection().thresh == 0.3
