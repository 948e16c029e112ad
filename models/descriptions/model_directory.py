"""Reads a PaddleX model directory: the files of the weights, and the input and output from `inference.yml`.

The weights are `inference.onnx`, or `inference.json` (older: `inference.pdmodel`) with `inference.pdiparams`. A
directory copied from a PaddleX machine works as it is. Missing keys take PaddleX 3's own defaults.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from models.descriptions.inference_yml import Section, read_inference_yml
from models.descriptions.onnx_metadata import read_onnx_metadata
from models.errors import InvalidModelDirectory, ModelNotInstalled

ModelFormat = Literal["onnx", "paddle"]
ChannelOrder = Literal["BGR", "RGB"]
Triple: TypeAlias = tuple[float, float, float]

ONNX_FILE = "inference.onnx"
PADDLE_GRAPHS = ("inference.json", "inference.pdmodel")
PADDLE_PARAMETERS = "inference.pdiparams"
DESCRIPTION_FILE = "inference.yml"

_IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
_IMAGENET_STD: Triple = (0.229, 0.224, 0.225)
_HALF: Triple = (0.5, 0.5, 0.5)


@dataclass(frozen=True, slots=True)
class DetectionSpec:
    """The input and output of a DB text detector.

    A pixel becomes ``(value * scale - mean) / std`` per channel, in the order ``channels``. The four post-processing
    values are the model's own. They are used if the configuration names no others.
    """

    channels: ChannelOrder
    scale: float
    mean: Triple
    std: Triple
    thresh: float
    box_thresh: float
    unclip_ratio: float
    max_candidates: int


@dataclass(frozen=True, slots=True)
class RecognitionSpec:
    """The input and output of a CTC text recogniser.

    Attributes:
        channels: order of the channels that it was trained with.
        image_shape: channels, height, width in pixels. The width is the least that a line is padded to.
        characters: one entry for each class, without the CTC blank (class 0) and the space (the last class). So the
            model has ``len(characters) + 2`` classes, and class ``i + 1`` is ``characters[i]``. An entry may hold
            several code points. The ideographic space U+3000 is an entry like the others.
    """

    channels: ChannelOrder
    image_shape: tuple[int, int, int]
    characters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassificationSpec:
    """The input and output of an image classifier, for document or text-line orientation.

    A pixel becomes ``(value * scale - mean) / std`` per channel.

    Attributes:
        channels: order of the channels that it was trained with.
        resize_short: pixels of the shorter side after a resize that keeps the aspect ratio; None if ``size`` is set.
        size: width, height in pixels of the input; None if ``resize_short`` is set.
        keeps_ratio: whether an image keeps its aspect ratio when it is resized to the height of ``size``, and is
            stretched only where it would be wider than ``size``. Right of it the input is 0. Otherwise it is stretched
            to ``size``.
        crop: width, height in pixels of the centre crop after resizing; None for no crop.
        scale: see above.
        mean: see above.
        std: see above.
        labels: name of each class.
    """

    channels: ChannelOrder
    resize_short: int | None
    size: tuple[int, int] | None
    crop: tuple[int, int] | None
    scale: float
    mean: Triple
    std: Triple
    labels: tuple[str, ...]
    keeps_ratio: bool = False

    @property
    def item_shape(self) -> tuple[int, int, int]:
        """The channels, height and width of every image that the classifier is given.

        Raises:
            InvalidModelDirectory: the description fixes no size.
        """
        if self.size is not None:
            return (3, self.size[1], self.size[0])
        if self.resize_short is not None and self.crop is not None:
            return (3, self.crop[0], self.crop[0])
        raise InvalidModelDirectory("A classifier needs a fixed input size: `size`, or `resize_short` with a crop.")


@dataclass(frozen=True)
class ModelDirectory:
    """One model on disk.

    Attributes:
        path: the directory.
        name: ``Global.model_name``, or the directory's name if the file has none.
        formats: the formats whose files are complete, ONNX first.
    """

    path: Path
    name: str
    formats: tuple[ModelFormat, ...]
    _description: Section

    @classmethod
    def read(cls, path: Path) -> "ModelDirectory":
        """Read a directory's description. The weights are not opened.

        Raises:
            ModelNotInstalled: there is no such directory.
            InvalidModelDirectory: files are missing, or the description cannot be read.
        """
        if not path.is_dir():
            raise ModelNotInstalled(f"There is no model directory {path}.")
        formats = find_formats(path)
        if not formats:
            raise InvalidModelDirectory(
                f"{path}: holds neither {ONNX_FILE} nor {PADDLE_GRAPHS[0]} with {PADDLE_PARAMETERS}."
            )
        description = read_inference_yml(path / DESCRIPTION_FILE)
        name = description.section("Global").text("model_name", path.resolve().name)
        return cls(path, name, formats, description)

    @property
    def format(self) -> ModelFormat:
        """The format to open if the engine can open both: ONNX if it is there."""
        return self.formats[0]

    @property
    def weights(self) -> Path:
        """The file that an inference library opens in that format. For Paddle it is the graph."""
        return weights_file(self.path, self.format)

    def detection(self) -> DetectionSpec:
        """This directory as a text detector.

        Raises:
            InvalidModelDirectory: it describes something else, or a post-processing that is not supported.
        """
        operations = self._operations("DetResizeForTest")
        post = self._postprocess("DBPostProcess")
        scale, mean, std = _normalization(operations)
        return DetectionSpec(
            channels=_channels(operations),
            scale=scale,
            mean=mean,
            std=std,
            thresh=post.number("thresh", 0.3),
            box_thresh=post.number("box_thresh", 0.6),
            unclip_ratio=post.number("unclip_ratio", 2.0),
            max_candidates=int(post.number("max_candidates", 1000)),
        )

    def recognition(self) -> RecognitionSpec:
        """This directory as a text recogniser.

        The characters come from ``PostProcess.character_dict``. If that is missing, they come from the entry
        ``character`` of the ONNX file's metadata, with one character on each line.

        Raises:
            InvalidModelDirectory: it describes something else, or holds no characters.
        """
        operations = self._operations("RecResizeImg")
        return RecognitionSpec(_channels(operations), _image_shape(operations["RecResizeImg"]), self._characters)

    def classification(self) -> ClassificationSpec:
        """This directory as an image classifier.

        ``ClsResizeImg`` is PaddleOCR's own resize for line classifiers. It keeps the aspect ratio, and includes the
        normalisation to -1..1.

        Raises:
            InvalidModelDirectory: it describes something else.
        """
        labels = self._description.section("PostProcess").section("Topk").texts("label_list")
        operations = self._operations("ResizeImage", "ClsResizeImg")
        if "ClsResizeImg" in operations:
            shape = _image_shape(operations["ClsResizeImg"])
            size = (shape[2], shape[1])
            return ClassificationSpec(
                _channels(operations), None, size, None, 1 / 255, _HALF, _HALF, labels, keeps_ratio=True
            )
        resize = operations["ResizeImage"]
        short = resize.integers("resize_short")[0] if resize.values.get("resize_short") is not None else None
        scale, mean, std = _normalization(operations)
        return ClassificationSpec(
            channels=_channels(operations),
            resize_short=short,
            size=_width_height(resize, "size") if short is None else None,
            crop=_width_height(operations["CropImage"], "size") if "CropImage" in operations else None,
            scale=scale,
            mean=mean,
            std=std,
            labels=labels,
        )

    def _operations(self, *needed: str) -> dict[str, Section]:
        """All operations, among them one of the needed ones."""
        operations = self._description.section("PreProcess").operations("transform_ops")
        if not any(name in operations for name in needed):
            wanted = " or ".join(needed)
            raise self._description.error("PreProcess.transform_ops", f"has no {wanted}: not a model for this task")
        return operations

    def _postprocess(self, name: str) -> Section:
        post = self._description.section("PostProcess")
        expected = {"name": name, "box_type": "quad", "score_mode": "fast"}
        for key, value in expected.items():
            if post.text(key, value) != value:
                raise post.error(key, f"must be {value}; the pipeline does nothing else")
        if post.values.get("use_dilation"):
            raise post.error("use_dilation", "must be false; the pipeline does not dilate")
        return post

    @cached_property
    def _characters(self) -> tuple[str, ...]:
        post = self._postprocess("CTCLabelDecode")
        if post.values.get("character_dict") is not None:
            return post.texts("character_dict")
        listed = read_onnx_metadata(self.path / ONNX_FILE).get("character", "") if "onnx" in self.formats else ""
        if not listed:
            raise post.error("character_dict", "is missing, and the ONNX metadata has no 'character' either")
        return tuple(listed.removesuffix("\n").split("\n"))


def find_formats(path: Path) -> tuple[ModelFormat, ...]:
    """The formats whose weight files are complete in a directory."""
    formats: list[ModelFormat] = []
    if (path / ONNX_FILE).is_file():
        formats.append("onnx")
    if (path / PADDLE_PARAMETERS).is_file() and any((path / graph).is_file() for graph in PADDLE_GRAPHS):
        formats.append("paddle")
    return tuple(formats)


def weights_file(path: Path, model_format: ModelFormat) -> Path:
    """The file that an inference library opens: the ONNX file, or the Paddle graph."""
    if model_format == "onnx":
        return path / ONNX_FILE
    return next((path / graph for graph in PADDLE_GRAPHS if (path / graph).is_file()), path / PADDLE_GRAPHS[0])


def _channels(operations: dict[str, Section]) -> ChannelOrder:
    decode = operations.get("DecodeImage")
    order = "RGB" if decode is None else decode.text("img_mode", "RGB")
    if decode is not None and order not in ("BGR", "RGB"):
        raise decode.error("img_mode", f"must be BGR or RGB, not {order!r}")
    return "BGR" if order == "BGR" else "RGB"


def _normalization(operations: dict[str, Section]) -> tuple[float, Triple, Triple]:
    if "NormalizeImage" not in operations:
        raise next(iter(operations.values())).error("NormalizeImage", "is missing")
    normalize = operations["NormalizeImage"]
    std = normalize.triple("std", _IMAGENET_STD)
    if 0.0 in std:
        raise normalize.error("std", "must not be 0")
    return normalize.number("scale", 1 / 255), normalize.triple("mean", _IMAGENET_MEAN), std


def _image_shape(section: Section) -> tuple[int, int, int]:
    shape = section.integers("image_shape")
    if len(shape) != 3:
        raise section.error("image_shape", "must be channels, height, width")
    return shape[0], shape[1], shape[2]


def _width_height(section: Section, key: str) -> tuple[int, int]:
    values = section.integers(key)
    if len(values) > 2:
        raise section.error(key, "must be one number, or width and height")
    return values[0], values[-1]
