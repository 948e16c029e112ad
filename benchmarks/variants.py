"""The settings that `benchmarks/presets.py` compares: each is a preset of our own server, or one way to ask for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.config.preset_settings import packaged_presets

Preset = Mapping[str, Any]
V5_DETECTOR, V5_RECOGNISER = {"model_name": "PP-OCRv5_mobile_det"}, {"model_name": "PP-OCRv5_mobile_rec"}


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to read.

    Attributes:
        name: in the tables; what differs from the base.
        preset: a section of ``ppocr_server.presets``.
        fields: of the request to ``POST /ocr``.
        settings: of the server, each ``section.key=value``. Variants with equal settings share one server.
    """

    name: str
    preset: Preset
    fields: Mapping[str, Any] = field(default_factory=dict)
    settings: tuple[str, ...] = ()


def preset(
    name: str, *, detection: Preset | None = None, recognition: Preset | None = None, **own: object
) -> dict[str, Any]:
    """Return the section of a preset as it is configured, with some values changed.

    Args:
        name: of the preset: ``best`` or ``tiny``.
        detection: options of the detector.
        recognition: options of the recogniser.
        **own: ``precision``, ``padding``, ``reading_aids``.
    """
    section = packaged_presets()[name].model_dump(mode="json")
    section["text_detection"] |= detection or {}
    section["text_recognition"] |= recognition or {}
    return section | own


def variants(name: str) -> Iterator[Variant]:
    """The preset, and the preset with one value changed. Among the values are those of PaddleX, and of other models."""
    yield Variant(name, preset(name))
    for side in (800, 960, 1120, 1280, 1600, 1920):
        yield Variant(f"{name}, longest side {side}", preset(name, detection=longest(side)))
    for side, most in ((64, 4000), (736, 1600), (960, 2000)):
        yield Variant(f"{name}, shortest side {side}, longest {most}", preset(name, detection=shortest(side, most)))
    for threshold in (0.2, 0.3, 0.4):
        yield Variant(f"{name}, pixel threshold {threshold}", preset(name, detection={"thresh": threshold}))
    for threshold in (0.5, 0.6, 0.7):
        yield Variant(f"{name}, box threshold {threshold}", preset(name, detection={"box_thresh": threshold}))
    for ratio in (1.4, 1.5, 1.6, 1.8, 2.0):
        yield Variant(f"{name}, unclip ratio {ratio}", preset(name, detection={"unclip_ratio": ratio}))
    for score in (0.0, 0.5, 0.6, 0.7, 0.8):
        yield Variant(f"{name}, least score {score}", preset(name, recognition={"score_thresh": score}))
    yield Variant(f"{name}, f32", preset(name, precision="f32"))
    yield Variant(f"{name}, reference padding", preset(name, padding="reference"))
    yield Variant(f"{name}, no reading aids", preset(name, reading_aids=[]))
    yield Variant(f"{name}, line orientation", preset(name), {"useTextlineOrientation": True})
    yield Variant(f"{name}, PP-OCRv5 mobile", preset(name, detection=V5_DETECTOR, recognition=V5_RECOGNISER))


def longest(side: int) -> Preset:
    """The detector sees a page whose longest side is at most so many pixels."""
    return {"limit_side_len": side, "limit_type": "max"}


def shortest(side: int, most: int) -> Preset:
    """The detector sees a page whose shortest side is at least so many pixels, if the longest stays within ``most``."""
    return {"limit_side_len": side, "limit_type": "min", "max_side_limit": most}


def _switched() -> Iterator[Variant]:
    for name in ("best", "tiny", "paddlex"):
        for orientation in (False, True):
            for unwarping in (False, True):
                asked = {"useDocOrientationClassify": orientation, "useDocUnwarping": unwarping}
                said = ", orientation" * orientation + ", unwarping" * unwarping
                yield Variant(name + said, {}, {"preset": name, **asked})
    for scale in (1.0, 1.5, 2.0, 3.0, 4.0):
        for name in ("best", "tiny", "paddlex"):
            yield Variant(f"{name}, PDF scale {scale}", {}, {"preset": name}, (f"decode.pdf_scale={scale}",))


SWITCHED = tuple(_switched())
"""What a request can turn on, and the scales of PDFs. They are read with on `benchmarks.ground_truth.FURTHER_SETS`."""
