"""Says what was done for a request that asks with ``"diagnostics": true``: models, engine, times and warnings."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.document import PageResult, Source
from models.modules import OPTIONAL_MODULES
from models.optional_stage import ModuleStatus
from models.reading_aids import ReadingWarning, WarningCode
from server.config.load import Configuration
from server.decode.document import DocumentInfo
from server.pipelines.model_store import open_store
from server.pipelines.presets import PresetModel, describe_model, describe_preset

MESSAGES: Mapping[WarningCode, str] = {
    "fonts_missing": "Text of the page is missing or wrong: its fonts are neither in the file nor on this server. "
    "Send a PDF with its fonts embedded.",
    "large_letters": "The page has very large letters. They were looked for at a smaller scale.",
    "line_cut": "{lines} are too long for the recogniser. Each was read in parts, which were joined.",
    "line_leans": "{lines} lean. Their text was read in its own direction.",
    "line_squeezed": "{lines} are too long for the recogniser and were squeezed. The preset 'best' cuts them.",
    "line_turned": "{lines} were read in another direction than their boxes suggest.",
    "page_tiled": "The page is very long. Its text was looked for in overlapping parts.",
    "page_turned": "Most lines stand on end or upside down. The page was read upright. Its places are as it was sent.",
    "text_at_edge": "{lines} touch the edge of the page and may be cut off. Send the whole page.",
    "text_layer_doubtful": "The page has text of its own that cannot be trusted. Its picture was read instead.",
    "text_layer_ignored": "The page has text of its own, which may be exact. Its picture was read instead.",
    "no_text_layer": "The page has no text of its own that can be taken, so it is empty. "
    "With pdfText 'auto' its picture is read.",
    "low_confidence": "{lines} have a low score. Compare them with the picture.",
    "picture_too_small": "Most lines are so low that their letters blur. Send the page at a higher resolution.",
}
"""The meaning of each warning, and what to do. ``{lines}`` is how many lines of the page have it."""

PAGES_LEFT_OUT = "Pages {first} to {last} were not read. Raise max_num_input_imgs or limits.max_pages to read them."

_PRECISIONS = ("f32", "bf16", "fp16")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The part of a page that its document's diagnostics need.

    Attributes:
        index: 0-based position of the page in its document.
        seconds: wall time by stage.
        warnings: about the page and its lines.
        sources: where the text of each line comes from.
    """

    index: int
    seconds: Mapping[str, float]
    warnings: tuple[ReadingWarning, ...]
    sources: tuple[Source, ...] = ()

    @classmethod
    def of(cls, index: int, result: PageResult) -> "PageFacts":
        """Take them from a page's result."""
        return cls(index, result.seconds, result.warnings, tuple(line.source for line in result.lines))


class Diagnostics:
    """Makes the diagnostics of documents.

    Args:
        configuration: the effective configuration.
        modules: gives the state of the pipeline's modules.
    """

    def __init__(self, configuration: Configuration, modules: Callable[[], Sequence[ModuleStatus]]) -> None:
        self._configuration = configuration
        self._modules = modules

    def make(self, preset: str, info: DocumentInfo, pages: Sequence[PageFacts]) -> dict[str, object]:
        """Describe one document's reading. It may hash the weights of models: call it in a thread.

        Args:
            preset: that it was read with.
            info: of the document.
            pages: of the pages that were read.
        """
        seconds = Counter[str]()
        for page in pages:
            seconds.update(page.seconds)
        models = self._models(preset, tuple(seconds))
        engine, precision = self._runs_on(models)
        return {
            "preset": preset,
            "models": [{"task": model.task, "name": model.name, "sha256": model.sha256} for model in models],
            "engine": engine,
            "precision": precision,
            "seconds": {stage: round(taken, 4) for stage, taken in seconds.items()},
            "warnings": warnings_of(pages, info),
            **({"pages": [_sources(page) for page in pages]} if info.kind == "pdf" else {}),
        }

    def _models(self, preset: str, stages: Sequence[str]) -> tuple[PresetModel, ...]:
        """The models of the preset, and those of the optional stages that ran."""
        pipeline, store = self._configuration.pipeline, open_store(self._configuration)
        ran = ((module.name, module.configured(pipeline)) for module in OPTIONAL_MODULES if module.name in stages)
        more = (describe_model(task, module, pipeline.engine, store) for task, module in ran if module is not None)
        return (*describe_preset(preset, self._configuration, store).models, *more)

    def _runs_on(self, models: Sequence[PresetModel]) -> tuple[str, str]:
        """The engine with its device, and the precision, of the recogniser. `ModuleStatus.detail` holds them."""
        (name,) = (model.name for model in models if model.task == "text_recognition")
        details = [
            module.detail
            for module in self._modules()
            if module.model_name == name and module.module.startswith("text_recognition") and module.state == "loaded"
        ]
        words = details[-1].split(", ") if details else [""]
        return words[0], next((word for word in words if word in _PRECISIONS), "f32")


def warnings_of(pages: Sequence[PageFacts], info: DocumentInfo | None) -> list[dict[str, object]]:
    """All warnings about a document.

    Args:
        pages: those that were read.
        info: the document's outline; None if nothing is to be said of pages that were left out.
    """
    return [*_warnings(pages), *(() if info is None else _left_out(info))]


def _warnings(pages: Sequence[PageFacts]) -> Iterator[dict[str, object]]:
    """One warning for each code of a page, with the number of lines that have it."""
    for page in pages:
        for code, count in Counter(warning.code for warning in page.warnings).items():
            lines = "1 line" if count == 1 else f"{count} lines"
            yield {"code": code, "page": page.index + 1, "message": MESSAGES[code].format(lines=lines)}


def _sources(page: PageFacts) -> dict[str, object]:
    """The origin of the text of a PDF's page; of each line where it differs."""
    found = set(page.sources)
    if len(found) > 1:
        return {"page": page.index + 1, "source": "both", "lines": list(page.sources)}
    return {"page": page.index + 1, "source": next(iter(found), "none")}


def _left_out(info: DocumentInfo) -> Iterator[dict[str, object]]:
    if info.processed_pages < info.total_pages:
        message = PAGES_LEFT_OUT.format(first=info.processed_pages + 1, last=info.total_pages)
        yield {"code": "pages_left_out", "message": message}
