"""Settings of the presets. `configs/default.yaml` is the manual. Names are PaddleX's, as in its pipeline file."""

from dataclasses import fields
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from models.config import PaddingChoice, PrecisionChoice
from models.options import PADDLEX, LimitType
from models.reading_aids import ReadingAids
from server.config.base import Section
from server.config.values import FolderPath, ModelName, RealAsWritten, Side, Whole

AID_NAMES = tuple(aid.name for aid in fields(ReadingAids))
"""The reading aids, in the order of `ReadingAids`."""

Probability = Annotated[RealAsWritten, Field(ge=0, le=1)]
Ratio = Annotated[RealAsWritten, Field(gt=0, le=1000)]


def _is_aid(name: str) -> str:
    if name not in AID_NAMES:
        raise ValueError(f"choose from {', '.join(AID_NAMES)}")
    return name


AidName = Annotated[str, AfterValidator(_is_aid)]


def _is_free(name: str) -> str:
    if name == PADDLEX:
        raise ValueError(f"'{PADDLEX}' is the pipeline of SubModules; change it there, or choose another name")
    return name


PresetName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$"), AfterValidator(_is_free)]


class DetectionPreset(Section):
    """The detector of a preset and its defaults. None takes the value of ``SubModules.TextDetection``."""

    model_name: ModelName | None = None
    model_dir: FolderPath | None = None
    limit_side_len: Side | None = None
    limit_type: LimitType | None = None
    max_side_limit: Annotated[Whole, Field(ge=1, le=16_384)] | None = None
    thresh: Ratio | None = None
    box_thresh: Ratio | None = None
    unclip_ratio: Ratio | None = None


class RecognitionPreset(Section):
    """The recogniser of a preset and its defaults. None takes the value of ``SubModules.TextRecognition``."""

    model_name: ModelName | None = None
    model_dir: FolderPath | None = None
    score_thresh: Probability | None = None


class PresetSettings(Section):
    """A detector, a recogniser and how they read. None takes the value of ``engine``."""

    text_detection: DetectionPreset = DetectionPreset()
    text_recognition: RecognitionPreset = RecognitionPreset()
    precision: PrecisionChoice | None = None
    padding: PaddingChoice | None = None
    reading_aids: tuple[AidName, ...] = ()
    pdf_text: Literal["auto", "never"] = "auto"


def packaged_presets() -> dict[str, PresetSettings]:
    """The presets of `configs/default.yaml`. Their values come from the settings study, `benchmarks/presets.py`."""
    return {"best": _ppocr_v6("small", side=1280, ratio=1.6), "tiny": _ppocr_v6("tiny", side=1120, ratio=1.8)}


def _ppocr_v6(size: str, side: int, ratio: float) -> PresetSettings:
    detector = DetectionPreset(
        model_name=f"PP-OCRv6_{size}_det",
        limit_side_len=side,
        limit_type="max",
        thresh=0.2,
        box_thresh=0.5,
        unclip_ratio=ratio,
    )
    return PresetSettings(
        text_detection=detector,
        text_recognition=RecognitionPreset(model_name=f"PP-OCRv6_{size}_rec", score_thresh=0.7),
        precision="fastest",
        padding="fastest",
        reading_aids=AID_NAMES,
    )
