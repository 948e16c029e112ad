"""The pages of a document as they are read: with their own text where it can be trusted, and as pictures elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import numpy as np

from models.document import Image, OwnText, Page, PageResult
from models.options import OcrOptions
from models.reading_aids import ReadingWarning, WarningCode
from server.decode.document import Document
from server.decode.page_layer import LayerLine, PageLayer
from server.text_layer.page_lines import text_line
from server.text_layer.proof import FontProofs
from server.text_layer.samples import Need, choose_lines, fonts_of, kind_of, make_sheet, needs_of

LEAST_TAKEN = 0.5
"""Share of a page's characters that must be proven. Of a page with fewer, all text is recognised."""

MOST_UNREADABLE = 3
"""Pages of a document whose layer breaks its worker or takes too long. Then no more layers of it are read."""

ReadSheet = Callable[[Page, OcrOptions], Awaitable[PageResult]]


class DocumentPages:
    """Gives the pages of one document.

    Args:
        document: open.
        options: effective options.
        read: recognises the sheets by which fonts are proven.
        pictures: whether the caller needs the picture of every page.
    """

    def __init__(self, document: Document, options: OcrOptions, read: ReadSheet, *, pictures: bool) -> None:
        self._document = document
        self._options = options
        self._read = read
        self._pictures = pictures or options.use_layout_detection
        # A page that is rotated or unwarped before it is read has other coordinates than its layer.
        self._wanted = options.own_text != "never" and not options.use_doc_preprocessor
        self._only = options.own_text == "only" and document.has_layers
        self._unreadable = 0
        self._proofs = FontProofs()
        self._proving = asyncio.Lock()

    async def page(self, index: int) -> Page:
        """A page as it is to be read.

        Raises:
            InvalidInputFile: the page is damaged, or hangs or kills its decoder.
            OcrError: a sheet could not be recognised.
        """
        layer = await self._document.layer(index) if self._wanted else None
        if layer is not None and layer.fault == "unreadable":
            self._unreadable += 1
            self._wanted = self._unreadable < MOST_UNREADABLE
        if layer is None:
            return self._without_text(await self._document.page(index))
        picture: Page | None = None
        needs = frozenset(needs_of(layer))
        if layer.fault == "none" and self._proofs.missing(needs):
            picture = await self._prove(index, layer, needs)
        own = self._own_text(index, layer, needs)
        if own is None:
            return _refused(self._without_text(picture or await self._document.page(index)), layer)
        if not own.complete and self._only:
            own = replace(own, complete=True)
        if own.complete and not self._pictures:
            return Page(_blank(self._document.info.sizes[index]), index, (), own)
        page = picture or await self._document.page(index)
        return replace(page, own_text=own, warnings=_without(page.warnings, "text_layer_ignored"))

    def _without_text(self, page: Page) -> Page:
        """A page whose own text is not taken: its picture, or nothing if nothing else is wanted."""
        if not self._only:
            return page
        warnings = (*_without(page.warnings, "text_layer_ignored"), ReadingWarning("no_text_layer", page.index))
        return replace(page, own_text=OwnText((), complete=True), warnings=warnings)

    async def _prove(self, index: int, layer: PageLayer, needs: frozenset[Need]) -> Page | None:
        """Prove the fonts of a page. Other pages wait meanwhile, because most have the same fonts."""
        async with self._proving:
            missing = self._proofs.missing(needs)
            if not missing:
                return None
            page = await self._document.page(index)
            numbers = choose_lines(layer, missing)
            sheet, samples = await asyncio.to_thread(make_sheet, page.image, layer, numbers)
            options = replace(
                self._options, return_word_box=False, use_layout_detection=False, text_rec_score_thresh=0.0
            )
            self._proofs.learn(missing, samples, await self._read(Page(sheet, index), options))
            return page

    def _own_text(self, index: int, layer: PageLayer, needs: frozenset[Need]) -> OwnText | None:
        """The text of a layer that can be trusted; None if too little of it can."""
        if layer.fault != "none":
            return None
        size = self._document.info.sizes[index]
        doubtful = self._proofs.doubtful(needs)
        taken = [line for line in layer.lines if not doubtful or _needs(layer, line).isdisjoint(doubtful)]
        characters = sum(len(line.text) for line in layer.lines)
        if sum(len(line.text) for line in taken) < LEAST_TAKEN * characters:
            return None
        lines = (text_line(line, size) for line in taken)
        seen = tuple(line for line in lines if np.ptp(line.quad, axis=0).all())
        return OwnText(seen, layer.complete and len(taken) == len(layer.lines))


def _needs(layer: PageLayer, line: LayerLine) -> set[Need]:
    pairs = zip(line.text, fonts_of(layer, line), strict=True)
    return {(font, kind) for character, font in pairs if (kind := kind_of(character)) is not None}


def _refused(page: Page, layer: PageLayer) -> Page:
    """Tell that a page has text of its own that one sees and that is not trusted."""
    if layer.fault == "hidden" or page.own_text is not None:
        return page
    warnings = (*_without(page.warnings, "text_layer_ignored"), ReadingWarning("text_layer_doubtful", page.index))
    return replace(page, warnings=warnings)


def _without(warnings: tuple[ReadingWarning, ...], code: WarningCode) -> tuple[ReadingWarning, ...]:
    return tuple(warning for warning in warnings if warning.code != code)


def _blank(size: tuple[int, int]) -> Image:
    """A white picture of (width, height) pixels. It takes the memory of one pixel."""
    white: Image = np.broadcast_to(np.uint8(255), (size[1], size[0], 3))
    return white
