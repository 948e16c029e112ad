"""The models that a request may name, and what reads for each of them."""

from dataclasses import dataclass
from typing import Literal

from models.options import PADDLEX
from server.config.contract_settings import SERVED_MODELS, PaddleOcrJobSettings
from server.contracts.paddleocr_jobs.errors import BadModel

Shape = Literal["ocr", "structure", "vision"]
"""The shape of the result: lines of text, PP-StructureV3's document, or PaddleOCR-VL's document."""

LATIN = "latin"
VISION = "PaddleOCR-VL"
SHOWN = 60
"""Characters of a wrong name that are repeated."""


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The reading that a name stands for.

    Attributes:
        shape: of the result.
        preset: that reads.
        language: of the recogniser; None for the preset's own.
        warnings: what the caller has to know of a substitution.
    """

    shape: Shape
    preset: str
    language: str | None = None
    warnings: tuple[str, ...] = ()


def served_model(name: str, settings: PaddleOcrJobSettings, preset: str) -> ServedModel:
    """Find what reads for a name.

    Args:
        name: as the request has it; empty for the configured default.
        settings: of the contract.
        preset: of the contract.

    Raises:
        BadModel: no model of this name is served.
    """
    asked = name or settings.default_model
    target = settings.model_aliases.get(asked, asked)
    if target not in SERVED_MODELS:
        raise BadModel(_refusal(asked, settings))
    if target == "PP-OCRv6" and settings.strict_models:
        raise BadModel(f"model: '{asked}' is refused, because contracts.paddleocr_jobs.strict_models is true.")
    warnings: tuple[str, ...] = ()
    shape: Shape = "structure" if target == "PP-StructureV3" else "ocr"
    if target != asked:
        warnings = (f"'{asked}' was asked for, and '{target}' has answered.",)
        if asked.startswith(VISION):
            warnings = (f"{warnings[0]} No vision-language model has run.",)
            shape = "vision" if shape == "structure" else shape
    reads = PADDLEX if target.startswith("PP-OCRv5") else preset
    return ServedModel(shape, reads, LATIN if target == "PP-OCRv5-latin" else None, warnings)


def _refusal(name: str, settings: PaddleOcrJobSettings) -> str:
    names = ", ".join((*SERVED_MODELS, *settings.model_aliases))
    begin = f"model: '{name[:SHOWN]}' is not served. There are {names}."
    if name.startswith(VISION):
        return f"{begin} The operator may let another model answer for it: contracts.paddleocr_jobs.model_aliases."
    return begin
