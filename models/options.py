"""A caller may ask the pipeline for these options; `PresetDefaults` combines them with the configured defaults.

Names are PaddleX's, in snake_case. Options are values: nothing here is shared between requests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from models.errors import InvalidOption
from models.languages.groups import GROUPS

PADDLEX = "paddlex"
"""The preset that PaddleX's part of the configuration defines. It reads where nothing else is asked for."""

LimitType = Literal["min", "max"]
OwnTextMode = Literal["auto", "never", "only"]
"""Whether text that a page has of its own is taken: where it can be trusted, never, or where it can be trusted and
nothing else is read."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OcrOverrides:
    """One request's own options; ``None`` takes the configured default.

    ``structure`` says that the page's structure will be asked for, so that the configured layout models look at it.
    ``preset`` names the models to read with, and the defaults of all other options. ``own_text`` says whether text that
    a page has of its own is taken.
    """

    use_doc_orientation_classify: bool | None = None
    use_doc_unwarping: bool | None = None
    use_textline_orientation: bool | None = None
    text_det_limit_side_len: int | None = None
    text_det_limit_type: LimitType | None = None
    text_det_thresh: float | None = None
    text_det_box_thresh: float | None = None
    text_det_unclip_ratio: float | None = None
    text_rec_score_thresh: float | None = None
    return_word_box: bool | None = None
    language: str | None = None
    structure: bool = False
    preset: str | None = None
    own_text: OwnTextMode | None = None


@dataclass(frozen=True, slots=True)
class OcrOptions:
    """The effective options of one request: every field has its final value.

    ``use_doc_orientation_classify`` and ``use_doc_unwarping`` say what runs; they are false whenever
    ``use_doc_preprocessor`` is false. The layout and table models look at the page where ``use_layout_detection`` and
    ``use_table_recognition`` are true. Side lengths are pixels, thresholds are probabilities in 0..1,
    ``text_det_unclip_ratio`` is the DB paper's r (https://arxiv.org/abs/1911.08947, eq. 10). ``language`` is a
    recogniser group of `models.languages.groups`; None is the preset's recogniser, whatever it reads. ``preset`` names
    the models that read. ``own_text`` says whether text that a page has of its own is taken.
    """

    use_doc_preprocessor: bool
    use_doc_orientation_classify: bool
    use_doc_unwarping: bool
    use_textline_orientation: bool
    text_det_limit_side_len: int
    text_det_limit_type: LimitType
    text_det_max_side_limit: int
    text_det_thresh: float
    text_det_box_thresh: float
    text_det_unclip_ratio: float
    text_rec_score_thresh: float
    return_word_box: bool
    language: str | None = None
    use_layout_detection: bool = False
    use_table_recognition: bool = False
    preset: str = PADDLEX
    own_text: OwnTextMode = "never"


@dataclass(frozen=True, slots=True)
class OcrDefaults:
    """The configured defaults of one preset, whose name is ``preset``.

    ``use_layout_detection`` and ``use_table_recognition`` are for requests that ask for a page's structure.

    The first three switches are PaddleX's ``use_doc_preprocessor`` and the document preprocessor's two own
    switches, which are consulted only where the preprocessor runs.
    """

    use_doc_preprocessor: bool = False
    use_doc_orientation_classify: bool = False
    use_doc_unwarping: bool = False
    use_textline_orientation: bool = False
    text_det_limit_side_len: int = 64
    text_det_limit_type: LimitType = "min"
    text_det_max_side_limit: int = 4000
    text_det_thresh: float = 0.3
    text_det_box_thresh: float = 0.6
    text_det_unclip_ratio: float = 1.5
    text_rec_score_thresh: float = 0.0
    return_word_box: bool = False
    use_layout_detection: bool = False
    use_table_recognition: bool = False
    preset: str = PADDLEX
    own_text: OwnTextMode = "never"

    def resolve(self, overrides: OcrOverrides) -> OcrOptions:
        """Combine one request's overrides with these defaults.

        The document preprocessor runs as configured where neither of its switches is given, and otherwise exactly
        when one of them is true; a switch that is not given then takes the preprocessor's own default (PaddleX's rule).

        Raises:
            InvalidOption: a value is outside its documented range.
        """
        given = (overrides.use_doc_orientation_classify, overrides.use_doc_unwarping)
        preprocess = self.use_doc_preprocessor if given == (None, None) else True in given
        options = OcrOptions(
            use_doc_preprocessor=preprocess,
            use_doc_orientation_classify=preprocess and _pick(given[0], self.use_doc_orientation_classify),
            use_doc_unwarping=preprocess and _pick(given[1], self.use_doc_unwarping),
            use_textline_orientation=_pick(overrides.use_textline_orientation, self.use_textline_orientation),
            text_det_limit_side_len=_pick(overrides.text_det_limit_side_len, self.text_det_limit_side_len),
            text_det_limit_type=_pick(overrides.text_det_limit_type, self.text_det_limit_type),
            text_det_max_side_limit=self.text_det_max_side_limit,
            text_det_thresh=_pick(overrides.text_det_thresh, self.text_det_thresh),
            text_det_box_thresh=_pick(overrides.text_det_box_thresh, self.text_det_box_thresh),
            text_det_unclip_ratio=_pick(overrides.text_det_unclip_ratio, self.text_det_unclip_ratio),
            text_rec_score_thresh=_pick(overrides.text_rec_score_thresh, self.text_rec_score_thresh),
            return_word_box=_pick(overrides.return_word_box, self.return_word_box),
            language=overrides.language,
            use_layout_detection=overrides.structure and self.use_layout_detection,
            use_table_recognition=overrides.structure and self.use_layout_detection and self.use_table_recognition,
            preset=self.preset,
            own_text=_pick(overrides.own_text, self.own_text),
        )
        _check(options)
        return options


@dataclass(frozen=True, slots=True)
class PresetDefaults:
    """The defaults of every preset, by its name. `PADDLEX` is always one of them."""

    presets: Mapping[str, OcrDefaults]

    def resolve(self, overrides: OcrOverrides) -> OcrOptions:
        """Combine one request's overrides with the defaults of the preset that it names. Raises like `OcrDefaults`."""
        name = overrides.preset or PADDLEX
        if name not in self.presets:
            raise InvalidOption("preset", f"must be one of {', '.join(self.presets)}")
        return self.presets[name].resolve(overrides)


def _pick(override: T | None, default: T) -> T:
    return default if override is None else override


def _check(options: OcrOptions) -> None:
    for name in ("text_det_limit_side_len", "text_det_thresh", "text_det_box_thresh", "text_det_unclip_ratio"):
        if not 0 < getattr(options, name) < float("inf"):
            raise InvalidOption(name, "must be greater than 0 and finite")
    if not 0 <= options.text_rec_score_thresh <= 1:
        raise InvalidOption("text_rec_score_thresh", "must be between 0 and 1")
    if options.text_det_limit_type not in get_args(LimitType):
        raise InvalidOption("text_det_limit_type", "must be 'min' or 'max'")
    if options.own_text not in get_args(OwnTextMode):
        raise InvalidOption("own_text", "must be 'auto', 'never' or 'only'")
    if options.language is not None and options.language not in GROUPS:
        raise InvalidOption("language", f"must be one of {', '.join(GROUPS)}")
