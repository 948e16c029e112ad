"""Small ONNX graphs with the inputs and outputs of layout and table models, and the directories that hold them."""

from pathlib import Path

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

from models.descriptions.layout_directory import token_list

LABELS = ["doc_title", "text", "table", "image", "figure_title"]
TABLE_TOKENS = ["<thead>", "</thead>", "<tr>", "</tr>", "<td", ">", "</td>", ' colspan="2"', ' rowspan="2"', "<td>"]
TOKENS = token_list(TABLE_TOKENS, merge_empty=True)
NOWHERE = (0.0, 0.0, 0.0, 0.0)
STEPS = [
    ("<tr>", NOWHERE),
    ("<td", (0.0, 0.0, 1.0, 0.25)),
    (' colspan="2"', NOWHERE),
    (">", NOWHERE),
    ("</td>", NOWHERE),
    ("</tr>", NOWHERE),
    ("<tr>", NOWHERE),
    ("<td></td>", (0.0, 0.25, 0.5, 0.5)),
    ("<td></td>", (0.5, 0.25, 1.0, 0.5)),
    ("</tr>", NOWHERE),
    ("eos", NOWHERE),
    ("<td></td>", NOWHERE),
]
"""A table of two rows, whose first cell spans both columns; what comes after ``eos`` counts for nothing."""


def layout_model(rows: np.ndarray, *, batch: bool = True) -> bytes:
    """A detector that finds the same boxes on every page.

    It computes as the exported models do: boxes come in the pixels of the page that ``im_shape`` and ``scale_factor``
    describe, below each other for all pages, with a count for each page. The score of every box is multiplied by the
    mean of the normalised page, so that a wrong preparation shows.

    Args:
        rows: float32 (K, 6): class, score, and x0, y0, x1, y1 as fractions of the page.
        batch: whether it takes several pages at once.
    """
    count, pages = len(rows), "n" if batch else 1
    given = {
        "kinds": rows[None, :, :1],
        "scores": rows[None, :, 1:2],
        "corners": rows[None, :, 2:],
        "swap": np.array([1, 0, 1, 0], np.int64),
        "tall": np.array([-1, 1, 4], np.int64),
        "flat": np.array([-1, 6], np.int64),
        "one": np.array([-1, 1, 1], np.int64),
        "count": np.array([count], np.int32),
        "zero": np.array(0.0, np.float32),
    }
    nodes = [
        helper.make_node("Div", ["im_shape", "scale_factor"], ["size"]),
        helper.make_node("Gather", ["size", "swap"], ["sides"], axis=1),
        helper.make_node("Reshape", ["sides", "tall"], ["tall_sides"]),
        helper.make_node("Mul", ["corners", "tall_sides"], ["boxes"]),
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["mean", "one"], ["light"]),
        helper.make_node("Mul", ["scores", "light"], ["sure"]),
        helper.make_node("Mul", ["light", "zero"], ["nothing"]),
        helper.make_node("Add", ["kinds", "nothing"], ["classes"]),
        helper.make_node("Concat", ["classes", "sure", "boxes"], ["found"], axis=2),
        helper.make_node("Reshape", ["found", "flat"], ["fetch_name_0"]),
        helper.make_node("Cast", ["nothing"], ["whole"], to=TensorProto.INT32),
        helper.make_node("Add", ["whole", "count"], ["many"]),
        helper.make_node("Reshape", ["many", "last"], ["fetch_name_1"]),
    ]
    given["last"] = np.array([-1], np.int64)
    inputs = {"im_shape": [pages, 2], "image": [pages, 3, "h", "w"], "scale_factor": [pages, 2]}
    outputs = {"fetch_name_0": (TensorProto.FLOAT, ["m", 6]), "fetch_name_1": (TensorProto.INT32, ["k"])}
    return _model(nodes, given, inputs, outputs)


def picodet_model(heads: list[np.ndarray]) -> bytes:
    """A PicoDet whose head answers with the same arrays, (1, cells, classes) four times, then (1, cells, bins)."""
    given = {f"head{number}": head for number, head in enumerate(heads)} | {"zero": np.array(0.0, np.float32)}
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
    ]
    outputs = {}
    for number, head in enumerate(heads):
        nodes.append(helper.make_node("Add", [f"head{number}", "nothing"], [f"out{number}"]))
        outputs[f"out{number}"] = (TensorProto.FLOAT, list(head.shape))
    return _model(nodes, given, {"image": [1, 3, "h", "w"]}, outputs)


def table_model(steps: list[tuple[str, tuple[float, float, float, float]]], tokens: list[str]) -> bytes:
    """A table model that always writes the same tokens, each with a cell's rectangle as fractions of its input."""
    classes = np.zeros((1, len(steps), len(tokens)), np.float32)
    corners = np.zeros((1, len(steps), 8), np.float32)
    for number, (name, (x0, y0, x1, y1)) in enumerate(steps):
        classes[0, number, tokens.index(name)] = 0.9
        corners[0, number] = (x0, y0, x1, y0, x1, y1, x0, y1)
    given = {"classes": classes, "corners": corners, "zero": np.array(0.0, np.float32)}
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[0, 1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["corners", "nothing"], ["boxes"]),
        helper.make_node("Add", ["classes", "nothing"], ["structure"]),
    ]
    outputs = {
        "boxes": (TensorProto.FLOAT, list(corners.shape)),
        "structure": (TensorProto.FLOAT, list(classes.shape)),
    }
    return _model(nodes, given, {"x": ["n", 3, "h", "w"]}, outputs)


def layout_yml(size: tuple[int, int] = (64, 48), **changes: object) -> dict[str, object]:
    """Return the `inference.yml` of a PP-DocLayout model; pages keep their values 0..1."""
    resize = {"interp": 2, "keep_ratio": False, "target_size": list(size), "type": "Resize"}
    normalize = {"mean": [0.0, 0.0, 0.0], "norm_type": "none", "std": [1.0, 1.0, 1.0], "type": "NormalizeImage"}
    return {
        "Global": {"model_name": "PP-DocLayout-L"},
        "mode": "paddle",
        "draw_threshold": 0.5,
        "arch": "DETR",
        "Preprocess": [resize, normalize, {"type": "Permute"}],
        "label_list": LABELS,
        **changes,
    }


def table_yml(name: str = "SLANet_plus", side: int = 64) -> dict[str, object]:
    """Return the `inference.yml` of a SLANet model."""
    normalize = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "scale": "1./255.", "order": "hwc"}
    return {
        "Global": {"model_name": name},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"TableLabelEncode": {"merge_no_span_structure": True, "max_text_length": 500}},
                {"ResizeTableImage": {"max_len": side, "resize_bboxes": True}},
                {"NormalizeImage": normalize},
                {"PaddingTableImage": {"size": [side, side]}},
                {"ToCHWImage": None},
            ]
        },
        "PostProcess": {
            "name": "TableLabelDecode",
            "merge_no_span_structure": True,
            "character_dict": TABLE_TOKENS,
        },
    }


def write_model(path: Path, description: dict[str, object], model: bytes) -> Path:
    """Write a model directory."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "inference.onnx").write_bytes(model)
    (path / "inference.yml").write_text(yaml.safe_dump(description, allow_unicode=True), encoding="utf-8")
    return path


def _model(
    nodes: list[onnx.NodeProto],
    given: dict[str, np.ndarray],
    inputs: dict[str, list[object]],
    outputs: dict[str, tuple[int, list[object]]],
) -> bytes:
    graph = helper.make_graph(
        nodes,
        "layout",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in given.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content
