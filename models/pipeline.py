"""The pipeline: one page in, its text out.

The steps are orientation, unwarping, detection, crops, line orientation and recognition, in PaddleX's order. Pages of
all requests run through the same stages at the same time. They share the queues of the batchers, but no parameter and
no result.
"""

import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from models.aids.edge_margin import MARGIN, needs_margin, with_margin
from models.aids.finding import AidedDetection
from models.aids.own_text import painted_over, text_of_own, with_own_text
from models.aids.page_text import PageText, turned_back, with_edge_warnings, without_margin
from models.aids.page_warnings import page_warnings
from models.aids.reading import AidedReading, LineReading
from models.aids.text_lines import text_lines, warnings_of, with_spaces
from models.aids.turned_page import turn_by_scores, turn_by_shape
from models.batching import Batcher, BatcherStats
from models.document import Image, OwnText, Page, PageResult, Preprocessed, TextBox
from models.errors import DeviceLost, ModuleNotLoaded, PresetNotInstalled
from models.layout.regions import Region
from models.modules import OPTIONAL_MODULES
from models.ops.crop import LineRegion, locate_line
from models.ops.rotate import Angle
from models.optional_stage import Closable, ModuleStatus, OptionalStage
from models.options import PADDLEX, OcrOptions, OcrOverrides, PresetDefaults
from models.reading_aids import NO_AIDS, ReadingAids
from models.recognisers import Recogniser, Recognisers
from models.scheduling.core_scheduler import PagesInWork
from models.stages.base import CpuPool
from models.stages.detection import DetectionStage
from models.stages.layout import LayoutStage
from models.stages.orientation import OrientationStage
from models.stages.pages import PagePixels, Pages
from models.stages.tables import TableStage
from models.stages.unwarping import UnwarpingStage
from models.unused_models import UnusedModels


@dataclass(frozen=True, slots=True)
class PresetStages:
    """The detector and the recognisers of one preset, and the reading aids that are on."""

    detection: OptionalStage[DetectionStage]
    recognition: Recognisers
    aids: ReadingAids = NO_AIDS

    def all(self) -> "tuple[OptionalStage[OpenedStage], ...]":
        """Every stage of the preset."""
        return (self.detection, *self.recognition.stages())


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of one pipeline.

    Attributes:
        pages: brings pages to the stages' models.
        presets: by name. Presets may share stages.
    """

    pages: Pages
    presets: Mapping[str, PresetStages]
    doc_orientation: OptionalStage[OrientationStage]
    doc_unwarping: OptionalStage[UnwarpingStage]
    textline_orientation: OptionalStage[OrientationStage]
    layout_detection: OptionalStage[LayoutStage]
    table_structure: OptionalStage[TableStage]

    def optional(self) -> "tuple[OptionalStage[OpenedStage], ...]":
        """The stages of `OPTIONAL_MODULES`, in its order."""
        return tuple(getattr(self, module.name) for module in OPTIONAL_MODULES)

    def reading(self) -> "tuple[OptionalStage[OpenedStage], ...]":
        """The stages of all presets, each once."""
        return tuple(dict.fromkeys(stage for preset in self.presets.values() for stage in preset.all()))

    def all(self) -> "tuple[OptionalStage[OpenedStage], ...]":
        """Every stage, each once."""
        return (*self.reading(), *self.optional())


class OpenedStage(Closable, Protocol):
    """The interface that all stages share."""

    @property
    def batcher(self) -> Batcher[Any, Any]:
        """The stage's queue."""


Opening = Callable[[str], object]
"""Is called with the name of each module before it is opened."""


def tell_nobody(_module: str) -> None:
    """An `Opening` for callers that do not want to know."""


@dataclass(slots=True)
class _Run:
    """The data that all steps of one page share.

    Attributes:
        options: the effective options.
        flow: the request that the page belongs to.
        deadline: event loop time after which queued work is dropped.
        seconds: wall time of each step so far. A step that is taken again counts again.
    """

    options: OcrOptions
    flow: Hashable
    deadline: float | None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class _Readers:
    """The parts that find and read the text of one page, and the reading aids that are on."""

    detection: AidedDetection
    recogniser: Recogniser
    aids: ReadingAids


class OcrPipeline:
    """Reads pages. `models.loader.build_pipeline` builds it. It is used from one event loop.

    Args:
        stages: its stages.
        defaults: of every preset.
        pool: threads for array work.
        hang_seconds: an engine that works longer on one batch has hung.
    """

    def __init__(
        self,
        stages: Stages,
        defaults: PresetDefaults,
        pool: CpuPool,
        *,
        hang_seconds: float = float("inf"),
    ) -> None:
        self.defaults = defaults
        self._hang_seconds = hang_seconds
        self._stages = stages
        self._pool = pool
        self._in_work = PagesInWork()
        self._unused = UnusedModels(stages.reading())
        self._closed = False
        self._lost = False

    @property
    def healthy(self) -> bool:
        """Whether the pipeline takes work, no engine has hung and no device is lost."""
        return not self._closed and not self._lost and self.longest_run_seconds < self._hang_seconds

    @property
    def longest_run_seconds(self) -> float:
        """The time since the oldest of all running batches started; 0 if no batch runs."""
        return max((stage.batcher.longest_run_seconds for stage in self._opened()), default=0.0)

    @property
    def opening(self) -> bool:
        """Whether a model is being opened now. This may take minutes if the model is compiled."""
        return any(stage.opening for stage in self._stages.all())

    def modules(self) -> tuple[ModuleStatus, ...]:
        """The state of every module."""
        presets = self._stages.presets.values()
        reading = (status for preset in presets for status in (preset.detection.status, *preset.recognition.statuses()))
        return (*dict.fromkeys(reading), *(stage.status for stage in self._stages.optional()))

    def stats(self) -> dict[str, tuple[BatcherStats, int]]:
        """For each opened stage, by name: its batcher's counters, and the number of items that wait."""
        return {stage.batcher.name: (stage.batcher.stats, stage.batcher.queued) for stage in self._opened()}

    def reads_language(self, group: str, preset: str = PADDLEX) -> bool:
        """Whether a preset has a recogniser of a group from `models.languages.groups.GROUPS` on this machine."""
        return self._stages.presets[preset].recognition.available(group)

    async def prepare(self, options: OcrOptions) -> None:
        """Open the stages that these options need. So a request that cannot run fails before its file is decoded.

        Raises:
            PresetNotInstalled: a model of the preset cannot run here.
            LanguageNotInstalled: the recogniser of the language cannot run here.
            ModuleNotLoaded: a stage cannot run here.
        """
        preset = self._stages.presets[options.preset]
        if preset.detection.opened is None:
            await self._unused.close_if_short()
        await self._detection(preset)
        await preset.recognition.open(options.language, self._pool)
        for stage in self._wanted(options):
            await stage.get(self._pool)

    async def open_required(self, opening: Opening = tell_nobody) -> None:
        """Open the optional stages that the defaults switch on.

        Args:
            opening: is called before each module is opened.

        Raises:
            ModuleNotLoaded: one of them cannot run here. The message is for the operator.
        """
        self._unused.start()
        for stage in self._wanted(self.defaults.resolve(OcrOverrides(structure=True))):
            opening(stage.module)
            await stage.open_required(self._pool)

    async def open_optional(self, opening: Opening = tell_nobody) -> None:
        """Open every allowed optional stage that can run here.

        Args:
            opening: is called before each module is opened.

        Raises:
            ModuleNotLoaded: a stage that the defaults switch on cannot run here. The message is for the operator.
        """
        await self.open_required(opening)
        for stage in self._stages.optional():
            if stage.allowed and stage.opened is None:
                opening(stage.module)
                await stage.open_if_possible(self._pool)

    async def close(self) -> None:
        """Fail the waiting items, let running batches finish, and release the engines."""
        self._closed = True
        await self._unused.stop()
        for stage in self._stages.all():
            await stage.close()
        self._pool.close()

    async def read(
        self, page: Page, options: OcrOptions, *, deadline: float | None = None, flow: Hashable = None
    ) -> PageResult:
        """Read one page.

        Args:
            page: the decoded page.
            options: effective options, from ``defaults.resolve``.
            deadline: event loop time after which queued work of this page is dropped.
            flow: the request that the page belongs to. Requests share the devices equally.

        Raises:
            ModuleNotLoaded: the options need a preset, an optional stage or a language that cannot run here.
            EngineFailure, DeadlineExceeded, PipelineStopped: see `models.batching.Batcher.submit`.
            DeviceLost: the device answers nothing any more. From then on the pipeline is not healthy.
        """
        with self._in_work.page_of(flow):
            try:
                return await self._read(page, options, _Run(options, flow, deadline))
            except DeviceLost:
                self._lost = True
                raise

    async def _read(self, page: Page, options: OcrOptions, run: _Run) -> PageResult:
        preset = self._stages.presets[options.preset]
        # In use already while they open: memory that is short must not close them in between.
        with preset.detection.in_use():
            stage = await self._detection(preset)
            async with preset.recognition.use(options.language, self._pool) as recogniser:
                detection = AidedDetection(stage, self._stages.pages, self._pool, preset.aids)
                readers = _Readers(detection, recogniser, preset.aids)
                return await self._read_with(readers, page, run)

    async def _read_with(self, readers: _Readers, page: Page, run: _Run) -> PageResult:
        preprocessed, pixels = await self._preprocess(page.image, run)
        text = await self._text_beside(page.own_text, pixels, readers, run)
        layout = await self._find_regions(preprocessed.image, run)
        warnings = (*text.reported(page.index), *page_warnings(text.lines, page.index))
        return PageResult(run.options, preprocessed, text.boxes, text.angles, text.lines, run.seconds, layout, warnings)

    async def _text_beside(self, own: OwnText | None, page: PagePixels, readers: _Readers, run: _Run) -> PageText:
        """The text of a page, of which some may be known already."""
        if own is None:
            return await self._text_of(page, readers, run)
        if own.complete:
            return text_of_own(own, run.options)
        rest = await self._pool.run(self._without, page, own)
        return with_own_text(own, await self._text_of(rest, readers, run), run.options)

    def _without(self, page: PagePixels, own: OwnText) -> PagePixels:
        return self._stages.pages.take(painted_over(page.image, own.lines))

    async def _text_of(self, page: PagePixels, readers: _Readers, run: _Run) -> PageText:
        """The text of a preprocessed page."""
        if not readers.aids.edge_margin:
            return await self._text_in(page, readers, run)
        if needs_margin(page.image):
            padded = await self._pool.run(self._padded, page)
            text = without_margin(await self._text_in(padded, readers, run), MARGIN, page.size)
        else:
            text = await self._text_in(page, readers, run)
        return with_edge_warnings(text, page.size)

    def _padded(self, page: PagePixels) -> PagePixels:
        return self._stages.pages.take(with_margin(page.image))

    async def _text_in(self, page: PagePixels, readers: _Readers, run: _Run) -> PageText:
        """The text of a picture as it is."""
        options, flow, deadline = run.options, run.flow, run.deadline
        recogniser = readers.recogniser
        with run.timed("text_detection"):
            found = await readers.detection.find(page, options, flow=flow, deadline=deadline)
        with run.timed("locate_lines"):
            boxes, regions = await self._pool.run(_locate, found.boxes)
        if readers.aids.turned_page:
            with run.timed("text_recognition"):
                angle = await turn_by_shape(recogniser.stage, page, regions, flow, deadline)
            if angle:
                return await self._text_turned(page, angle, readers, run)
        regions, angles = await self._orient_lines(page, regions, run)
        with run.timed("text_recognition"):
            reading = AidedReading(readers.aids)
            readings = await reading.read(recogniser.stage, page, regions, flow=flow, deadline=deadline)
            if readers.aids.turned_page:
                angle = await turn_by_scores(recogniser.stage, page, readings, flow, deadline)
        if readers.aids.turned_page and angle:
            return await self._text_turned(page, angle, readers, run)
        kept = [each for each in zip(boxes, readings, strict=True) if _score(each[1]) >= options.text_rec_score_thresh]
        if readers.aids.missing_spaces:
            kept = await self._pool.run(with_spaces, page.image, kept)
        wants_words = options.return_word_box
        lines = await self._pool.run(text_lines, kept, right_to_left=recogniser.right_to_left, with_words=wants_words)
        warnings = warnings_of(found.warnings, [reading for _, reading in kept])
        return PageText(tuple(boxes), tuple(angles), lines, warnings)

    async def _text_turned(self, page: PagePixels, angle: Angle, readers: _Readers, run: _Run) -> PageText:
        """The text of a page that is rotated counter-clockwise before it is read. It is not turned a second time."""
        upright = await self._pool.run(self._stages.pages.rotate, page, angle)
        once = replace(readers, aids=replace(readers.aids, turned_page=False))
        return turned_back(await self._text_in(upright, once, run), angle, page.size)

    async def _detection(self, preset: PresetStages) -> DetectionStage:
        try:
            return await preset.detection.get(self._pool)
        except ModuleNotLoaded as error:
            raise PresetNotInstalled(str(error)) from error

    async def _preprocess(self, image: Image, run: _Run) -> tuple[Preprocessed, PagePixels]:
        page = await self._pool.run(self._stages.pages.take, image)
        if not run.options.use_doc_preprocessor:
            return Preprocessed(image), page
        angle, rotated = -1, page
        if run.options.use_doc_orientation_classify:
            with run.timed("doc_orientation"):
                stage = await self._stages.doc_orientation.get(self._pool)
                (angle,) = await stage.angles(page, [None], flow=run.flow, deadline=run.deadline)
                rotated = await self._pool.run(self._stages.pages.rotate, page, angle)
        unwarped = rotated
        if run.options.use_doc_unwarping:
            with run.timed("doc_unwarping"):
                unwarping = await self._stages.doc_unwarping.get(self._pool)
                unwarped = await unwarping.unwarp(rotated, flow=run.flow, deadline=run.deadline)
        return Preprocessed(unwarped.image, angle, rotated.image), unwarped

    async def _orient_lines(
        self, page: PagePixels, regions: list[LineRegion], run: _Run
    ) -> tuple[list[LineRegion], list[int]]:
        """Find the lines that are upside down. The angles are 0 or 1 (180 degrees), or -1 if the stage is off."""
        if not run.options.use_textline_orientation:
            return regions, [-1] * len(regions)
        with run.timed("textline_orientation"):
            stage = await self._stages.textline_orientation.get(self._pool)
            angles = await stage.angles(page, regions, flow=run.flow, deadline=run.deadline)
        oriented = [replace(region, upside_down=angle == 180) for region, angle in zip(regions, angles, strict=True)]
        return oriented, [int(region.upside_down) for region in oriented]

    async def _find_regions(self, image: Image, run: _Run) -> tuple[Region, ...] | None:
        """The regions of a page, tables with their grids; None if the options want no layout detection."""
        if not run.options.use_layout_detection:
            return None
        with run.timed("layout_detection"):
            layout = await self._stages.layout_detection.get(self._pool)
            regions = await layout.find(image, flow=run.flow, deadline=run.deadline)
        if not run.options.use_table_recognition:
            return regions
        with run.timed("table_structure"):
            tables = await self._stages.table_structure.get(self._pool)
            return await tables.with_grids(image, regions, flow=run.flow, deadline=run.deadline)

    def _opened(self) -> list[OpenedStage]:
        return [stage.opened for stage in self._stages.all() if stage.opened is not None]

    def _wanted(self, options: OcrOptions) -> Iterator[OptionalStage[OpenedStage]]:
        stages = zip(OPTIONAL_MODULES, self._stages.optional(), strict=True)
        return (stage for module, stage in stages if module.is_on(options))


def _locate(boxes: Sequence[TextBox]) -> tuple[list[TextBox], list[LineRegion]]:
    """Find the region of every box. A box that has less than one pixel of width or height is dropped."""
    located = [(box, region) for box in boxes if (region := locate_line(box.quad)) is not None]
    return [box for box, _ in located], [region for _, region in located]


def _score(reading: LineReading) -> float:
    return reading.read.decoded.score
