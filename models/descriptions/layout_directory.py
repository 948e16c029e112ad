"""Reads the input and output of a layout or table model from its `inference.yml`.

Layout models are described as in PaddleDetection (``Preprocess``, ``label_list``, ``draw_threshold``), table models as
in PaddleOCR (``PreProcess.transform_ops``, ``PostProcess``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.descriptions.inference_yml import Section, read_inference_yml
from models.descriptions.model_directory import DESCRIPTION_FILE, ModelDirectory, Triple
from models.errors import InvalidModelDirectory

_CUBIC, _LINEAR = 2, 1
_OPERATIONS = ("Resize", "NormalizeImage", "Permute")


@dataclass(frozen=True, slots=True)
class LayoutSpec:
    """The input and output of a layout model. A pixel becomes ``(value * scale - mean) / std`` per channel, in RGB.

    Attributes:
        size: height, width in pixels. Pages are stretched to it.
        cubic: whether pages are resized bicubically; else bilinearly.
        scale: see above.
        mean: see above.
        std: see above.
        labels: name of each class.
        threshold: least score of a region if the configuration names none.
    """

    size: tuple[int, int]
    cubic: bool
    scale: float
    mean: Triple
    std: Triple
    labels: tuple[str, ...]
    threshold: float


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The input and output of a SLANet table model. A pixel becomes ``(value / 255 - mean) / std`` per channel, in BGR.

    Attributes:
        side: length of the input's sides in pixels. A table's longer side is scaled to it; the rest is padded with 0.
        mean: see above.
        std: see above.
        tokens: name of each class.
        relative_to_picture: whether corners are fractions of the picture itself, and not of the padded input.
    """

    side: int
    mean: Triple
    std: Triple
    tokens: tuple[str, ...]
    relative_to_picture: bool


def layout_spec(directory: ModelDirectory) -> LayoutSpec:
    """Read a directory as a layout model.

    Raises:
        InvalidModelDirectory: it describes something else, or a preparation of pages that is not supported.
    """
    description = read_inference_yml(directory.path / DESCRIPTION_FILE)
    operations = _operations(description)
    resize, normalize = operations["Resize"], operations["NormalizeImage"]
    size = resize.integers("target_size")
    interpolation = resize.number("interp", _LINEAR)
    if len(size) != 2 or resize.values.get("keep_ratio") or interpolation not in (_LINEAR, _CUBIC):
        raise resize.error("target_size", "must be height and width, stretched to bilinearly (1) or bicubically (2)")
    plain = normalize.text("norm_type", "mean_std") == "none"
    std = (1.0, 1.0, 1.0) if plain else normalize.triple("std", (0.229, 0.224, 0.225))
    if 0.0 in std:
        raise normalize.error("std", "must not be 0")
    return LayoutSpec(
        size=(size[0], size[1]),
        cubic=interpolation == _CUBIC,
        scale=1 / 255 if normalize.values.get("is_scale", True) else 1.0,
        mean=(0.0, 0.0, 0.0) if plain else normalize.triple("mean", (0.485, 0.456, 0.406)),
        std=std,
        labels=description.texts("label_list"),
        threshold=description.number("draw_threshold", 0.5),
    )


def table_spec(directory: ModelDirectory) -> TableSpec:
    """Read a directory as a table model.

    Raises:
        InvalidModelDirectory: it describes something else.
    """
    description = read_inference_yml(directory.path / DESCRIPTION_FILE)
    operations = description.section("PreProcess").operations("transform_ops")
    if "ResizeTableImage" not in operations or "NormalizeImage" not in operations:
        raise description.error("PreProcess.transform_ops", "has no ResizeTableImage and NormalizeImage")
    normalize, post = operations["NormalizeImage"], description.section("PostProcess")
    merged = post.values.get("merge_no_span_structure", True)
    return TableSpec(
        side=operations["ResizeTableImage"].integers("max_len")[0],
        mean=normalize.triple("mean", (0.485, 0.456, 0.406)),
        std=normalize.triple("std", (0.229, 0.224, 0.225)),
        tokens=token_list(post.texts("character_dict"), merge_empty=bool(merged)),
        relative_to_picture=directory.name == "SLANet",
    )


def token_list(characters: Sequence[str], *, merge_empty: bool) -> tuple[str, ...]:
    """The classes of a table model: the start, the tokens of its dictionary, and the end.

    Args:
        characters: the dictionary.
        merge_empty: whether the model was trained with the token ``<td></td>`` in place of ``<td>``.
    """
    tokens = list(characters)
    if merge_empty:
        if "<td></td>" not in tokens:
            tokens.append("<td></td>")
        tokens = [name for name in tokens if name != "<td>"]
    return ("sos", *tokens, "eos")


def _operations(description: Section) -> dict[str, Section]:
    """The steps of ``Preprocess``, by their ``type``."""
    listed = description.values.get("Preprocess")
    found: dict[str, Section] = {}
    for index, item in enumerate(listed if isinstance(listed, list) else []):
        key = f"Preprocess[{index}]"
        if not isinstance(item, dict) or item.get("type") not in _OPERATIONS:
            raise description.error(key, f"must be one of {', '.join(_OPERATIONS)}")
        found[str(item["type"])] = Section(description.file, key, item)
    missing = [name for name in _OPERATIONS if name not in found]
    if missing:
        raise InvalidModelDirectory(f"{description.file}: Preprocess has no {', '.join(missing)}: not a layout model.")
    return found
