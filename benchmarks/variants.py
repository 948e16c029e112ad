"""The settings that `benchmarks/presets.py` compares: each is a preset of our own server, or one way to ask for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.config.preset_settings import AID_NAMES

Preset = Mapping[str, Any]


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
    size: str,
    *,
    detection: Preset | None = None,
    score_thresh: float | None = None,
    version: int = 6,
    **own: object,
) -> Preset:
    """Return the section of a preset: that of ``configs/default.yaml`` with some values changed.

    Args:
        size: of the models: ``tiny``, ``small``, ``mobile``.
        detection: options of the detector.
        score_thresh: lines with a lower score are left out.
        version: of PP-OCR.
        own: ``precision``, ``padding``, ``reading_aids``.
    """
    detector = {"model_name": f"PP-OCRv{version}_{size}_det", "limit_side_len": 1600, "limit_type": "max"}
    recogniser = {"model_name": f"PP-OCRv{version}_{size}_rec", "score_thresh": score_thresh}
    return {
        "text_detection": detector | dict(detection or {}),
        "text_recognition": recogniser,
        "precision": "fastest",
        "padding": "fastest",
        "reading_aids": list(AID_NAMES),
        **own,
    }


def variants(size: str) -> Iterator[Variant]:
    """One value at a time is changed, and then the sizes together with what else a peer does."""
    yield Variant(f"{size}", preset(size))
    for side in (960, 1280, 1920, 2240):
        yield Variant(f"{size}, longest side {side}", preset(size, detection=longest(side)))
    for side, most in ((64, 4000), (736, 1600), (736, 2000), (960, 1600), (960, 2000), (1080, 2240)):
        yield Variant(f"{size}, shortest side {side}, longest {most}", preset(size, detection=shortest(side, most)))
    for threshold in (0.2, 0.25, 0.4):
        yield Variant(f"{size}, pixel threshold {threshold}", preset(size, detection={"thresh": threshold}))
    for threshold in (0.4, 0.5, 0.7):
        yield Variant(f"{size}, box threshold {threshold}", preset(size, detection={"box_thresh": threshold}))
    for ratio in (1.3, 1.4, 1.6, 1.8, 2.0):
        yield Variant(f"{size}, unclip ratio {ratio}", preset(size, detection={"unclip_ratio": ratio}))
    for score in (0.3, 0.5, 0.65, 0.75):
        yield Variant(f"{size}, least score {score}", preset(size, score_thresh=score))
    yield Variant(f"{size}, f32", preset(size, precision="f32"))
    yield Variant(f"{size}, reference padding", preset(size, padding="reference"))
    yield Variant(f"{size}, no reading aids", preset(size, reading_aids=[]))
    yield Variant(f"{size}, line orientation", preset(size), {"useTextlineOrientation": True})


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
