"""The pipeline: one page in, its text out.

Orientation, unwarping, detection, crops, line orientation and recognition, in PaddleX's order. Pages of all requests
run through the same stages at the same time; they share the batchers' queues and never a parameter or a result.
"""

import time
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from models.batching import BatcherStats
from models.document import Image, Page, PageResult, Preprocessed, TextBox, TextLine
from models.ops.bidi import logical_order, logical_text, reads_right_to_left
from models.ops.char_positions import char_positions
from models.ops.crop import LineRegion, cut_line, locate_line
from models.ops.rotate import rotate_image
from models.ops.word_boxes import word_boxes
from models.optional_stage import ModuleStatus, OptionalStage
from models.options import OcrDefaults, OcrOptions, OcrOverrides
from models.recognisers import Recogniser, Recognisers
from models.stages.base import CpuPool
from models.stages.detection import DetectionStage
from models.stages.orientation import OrientationStage
from models.stages.recognition import ReadLine
from models.stages.unwarping import UnwarpingStage


@dataclass(frozen=True, slots=True)
class Stages:
    """The opened stages of one pipeline and the models behind them."""

    detection: DetectionStage
    recognition: Recognisers
    doc_orientation: OptionalStage[OrientationStage]
    doc_unwarping: OptionalStage[UnwarpingStage]
    textline_orientation: OptionalStage[OrientationStage]


@dataclass(slots=True)
class _Run:
    """What all steps of one page share: who it is for, until when, and how long each step took."""

    options: OcrOptions
    flow: Hashable
    deadline: float | None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - started


class OcrPipeline:
    """Reads pages. Built by `models.loader.build_pipeline`; used from one event loop.

    Attributes:
        defaults: what a request that says nothing gets.
    """

    def __init__(self, stages: Stages, defaults: OcrDefaults, pool: CpuPool, required: Sequence[ModuleStatus]) -> None:
        self.defaults = defaults
        self._stages = stages
        self._pool = pool
        self._required = tuple(required)
        self._closed = False

    @property
    def healthy(self) -> bool:
        """Whether the pipeline takes work."""
        return not self._closed

    def modules(self) -> tuple[ModuleStatus, ...]:
        """The state of every module."""
        optional = (stage.status for stage in self._optional())
        return (*self._required, *self._stages.recognition.statuses(), *optional)

    def stats(self) -> dict[str, tuple[BatcherStats, int]]:
        """Per opened stage, by name: its batcher's counters and how many jobs wait."""
        opened = [stage.opened for stage in self._optional()]
        recognisers = [recogniser.stage for recogniser in self._stages.recognition.opened()]
        stages = [self._stages.detection, *recognisers, *(stage for stage in opened if stage)]
        return {stage.batcher.name: (stage.batcher.stats, stage.batcher.queued) for stage in stages}

    def reads_language(self, group: str) -> bool:
        """Whether the recogniser of a group from `models.languages.GROUPS` is on this machine."""
        return self._stages.recognition.available(group)

    async def prepare(self, options: OcrOptions) -> None:
        """Open the stages that these options need, so that a request fails before its file is decoded.

        Raises:
            LanguageNotInstalled: the recogniser of the language cannot run here.
            ModuleNotLoaded: a stage cannot run here.
        """
        await self._stages.recognition.get(options.language, self._pool)
        for stage, wanted in self._wanted(options):
            if wanted:
                await stage.get(self._pool)

    async def open_required(self) -> None:
        """Open the optional stages that the defaults turn on.

        Raises:
            ModuleNotLoaded: one of them cannot run here; the message is for the operator.
        """
        for stage, wanted in self._wanted(self.defaults.resolve(OcrOverrides())):
            if wanted:
                await stage.open_required(self._pool)

    async def open_optional(self) -> None:
        """Open every allowed optional stage that can run here.

        Raises:
            ModuleNotLoaded: one that the defaults turn on cannot; the message is for the operator.
        """
        await self.open_required()
        for stage in self._optional():
            await stage.open_if_possible(self._pool)

    async def close(self) -> None:
        """Fail what waits, let running batches finish, release the engines."""
        self._closed = True
        await self._stages.detection.close()
        await self._stages.recognition.close()
        for stage in self._optional():
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
            flow: the request the page belongs to; requests share the devices equally.

        Raises:
            ModuleNotLoaded: an optional stage, or a language, was asked for that cannot run here.
            EngineFailure, DeadlineExceeded, PipelineStopped: see `models.batching.Batcher.submit`.
        """
        run = _Run(options, flow, deadline)
        recogniser = await self._stages.recognition.get(options.language, self._pool)
        preprocessed = await self._preprocess(page.image, run)
        with run.timed("text_detection"):
            found = await self._stages.detection.find(preprocessed.image, options, flow=flow, deadline=deadline)
        with run.timed("locate_lines"):
            boxes, regions = await self._pool.run(_locate, found)
        regions, angles = await self._turn_lines(preprocessed.image, regions, run)
        with run.timed("text_recognition"):
            reads = await recogniser.stage.read(preprocessed.image, regions, flow=flow, deadline=deadline)
        lines = await self._pool.run(_text_lines, boxes, regions, reads, recogniser, options)
        return PageResult(options, preprocessed, tuple(boxes), tuple(angles), lines, run.seconds)

    async def _preprocess(self, image: Image, run: _Run) -> Preprocessed:
        if not run.options.use_doc_preprocessor:
            return Preprocessed(image)
        angle, rotated = -1, image
        if run.options.use_doc_orientation_classify:
            with run.timed("doc_orientation"):
                stage = await self._stages.doc_orientation.get(self._pool)
                (angle,) = await stage.angles([lambda: image], flow=run.flow, deadline=run.deadline)
                rotated = await self._pool.run(rotate_image, image, angle)
        unwarped = rotated
        if run.options.use_doc_unwarping:
            with run.timed("doc_unwarping"):
                unwarping = await self._stages.doc_unwarping.get(self._pool)
                unwarped = await unwarping.unwarp(rotated, flow=run.flow, deadline=run.deadline)
        return Preprocessed(unwarped, angle, rotated)

    async def _turn_lines(
        self, image: Image, regions: list[LineRegion], run: _Run
    ) -> tuple[list[LineRegion], list[int]]:
        """Turn upside-down lines; the angles are 0 or 1 (180 degrees), or -1 where the stage is off."""
        if not run.options.use_textline_orientation:
            return regions, [-1] * len(regions)
        with run.timed("textline_orientation"):
            stage = await self._stages.textline_orientation.get(self._pool)
            crops = [partial(cut_line, image, region) for region in regions]
            angles = await stage.angles(crops, flow=run.flow, deadline=run.deadline)
        turned = [replace(region, turned=angle == 180) for region, angle in zip(regions, angles, strict=True)]
        return turned, [int(region.turned) for region in turned]

    def _optional(self) -> tuple[OptionalStage[OrientationStage] | OptionalStage[UnwarpingStage], ...]:
        return (self._stages.doc_orientation, self._stages.doc_unwarping, self._stages.textline_orientation)

    def _wanted(
        self, options: OcrOptions
    ) -> tuple[tuple[OptionalStage[OrientationStage] | OptionalStage[UnwarpingStage], bool], ...]:
        return (
            (self._stages.doc_orientation, options.use_doc_orientation_classify),
            (self._stages.doc_unwarping, options.use_doc_unwarping),
            (self._stages.textline_orientation, options.use_textline_orientation),
        )


def _locate(boxes: Sequence[TextBox]) -> tuple[list[TextBox], list[LineRegion]]:
    """Find the region of every box; a box without a whole pixel of area is dropped."""
    located = [(box, region) for box in boxes if (region := locate_line(box.quad)) is not None]
    return [box for box, _ in located], [region for _, region in located]


def _text_lines(
    boxes: Sequence[TextBox],
    regions: Sequence[LineRegion],
    reads: Sequence[ReadLine],
    recogniser: Recogniser,
    options: OcrOptions,
) -> tuple[TextLine, ...]:
    lines = (
        _text_line(box, region, read, options)
        for box, region, read in zip(boxes, regions, reads, strict=True)
        if read.decoded.score >= options.text_rec_score_thresh
    )
    return tuple(map(_in_logical_order, lines) if recogniser.right_to_left else lines)


def _text_line(box: TextBox, region: LineRegion, read: ReadLine, options: OcrOptions) -> TextLine:
    words = word_boxes(read.decoded, box.quad, read.width_ratio) if options.return_word_box else ()
    positions = char_positions(read.decoded, read.width_ratio, turned=region.turned)
    return TextLine(read.decoded.text, read.decoded.score, box.quad, read.decoded.char_scores, words, positions)


def _in_logical_order(line: TextLine) -> TextLine:
    """A line in the order in which it is read, from the order in which it is seen from left to right."""
    order = logical_order(line.text)
    words = tuple(replace(word, text=logical_text(word.text)) for word in line.words)
    return replace(
        line,
        text=logical_text(line.text),
        char_scores=tuple(line.char_scores[index] for index in order),
        words=words[::-1] if reads_right_to_left(line.text) else words,
        char_positions=tuple(line.char_positions[index] for index in order),
    )
