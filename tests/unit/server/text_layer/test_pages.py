"""The pages of a document, with their own text where it can be trusted."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from models.document import Page, PageResult, Preprocessed, TextBox, TextLine
from models.options import OcrDefaults, OcrOptions, OcrOverrides, OwnTextMode
from models.reading_aids import ReadingWarning
from server.decode.document import Document, DocumentInfo
from server.decode.page_layer import PageLayer
from server.text_layer.pages import DocumentPages
from tests.unit.server.text_layer.layers import layer_of

SIZE = (400, 300)
LETTER = ("Ships from Oslo brought herring", "and 0123456789 barrels of oil")


class Scene:
    """A document of given layers, and a recogniser that reads given texts on every sheet."""

    def __init__(self, *layers: PageLayer, seen: tuple[str, ...] = LETTER, mode: OwnTextMode = "auto") -> None:
        self.drawn: list[int] = []
        self.sheets = 0
        self.seen = seen
        self.options = OcrDefaults(own_text=mode).resolve(OcrOverrides())
        count = len(layers)

        async def decode(index: int) -> Page:
            self.drawn.append(index)
            return Page(np.zeros((*SIZE[::-1], 3), np.uint8), index, (ReadingWarning("text_layer_ignored", index),))

        async def read_layer(index: int) -> PageLayer:
            return layers[index]

        info = DocumentInfo("pdf", count, count, (SIZE,) * count)
        self.document = Document(info, decode, lambda: None, read_layer)

    async def _recognise(self, page: Page, options: OcrOptions) -> PageResult:
        self.sheets += 1
        assert options.text_rec_score_thresh == 0
        height = page.image.shape[0] // len(self.seen)
        lines = tuple(
            TextLine(text, 0.99, np.array([[0, y], [300, y], [300, y + 9], [0, y + 9]], np.int32))
            for y, text in ((height * number + height // 2, text) for number, text in enumerate(self.seen))
        )
        boxes = tuple(TextBox(line.quad, 0.9) for line in lines)
        return PageResult(options, Preprocessed(page.image), boxes, (-1,) * len(lines), lines)

    def pages(self, *, pictures: bool = False, **options: bool) -> list[Page]:
        async def read() -> list[Page]:
            chosen = replace(self.options, **options)
            reader = DocumentPages(self.document, chosen, self._recognise, pictures=pictures)
            count = self.document.info.processed_pages
            return list(await asyncio.gather(*(reader.page(index) for index in range(count))))

        return asyncio.run(read())


def own(page: Page) -> list[str] | None:
    return None if page.own_text is None else [line.text for line in page.own_text.lines]


def codes(page: Page) -> list[str]:
    return [warning.code for warning in page.warnings]


def test_a_proven_text_is_taken_and_its_fonts_are_proven_once() -> None:
    scene = Scene(*[layer_of(LETTER)] * 4)
    pages = scene.pages()
    assert [own(page) for page in pages] == [list(LETTER)] * 4
    assert all(page.own_text is not None and page.own_text.complete for page in pages)
    assert scene.sheets == 1
    assert len(scene.drawn) == 1, "the other pages are not even drawn"
    assert pages[3].image.shape == (300, 400, 3)
    assert [codes(page) for page in pages] == [[]] * 4


def test_pictures_are_drawn_where_they_are_needed() -> None:
    scene = Scene(layer_of(LETTER), layer_of(LETTER))
    pages = scene.pages(pictures=True)
    assert sorted(scene.drawn) == [0, 1]
    assert not pages[1].image.any()
    assert codes(pages[1]) == []


def test_a_page_with_more_than_text_is_drawn() -> None:
    scene = Scene(layer_of(LETTER), layer_of(LETTER, complete=False))
    assert scene.pages()[1].own_text is not None
    assert 1 in scene.drawn
    assert not scene.pages()[1].own_text.complete


def test_a_wrong_map_is_not_taken() -> None:
    scene = Scene(layer_of(LETTER), seen=("Zopwz mytv Vzsv iyvbnoa olyypun", "hum 0123456789 ihyylsz vm vps"))
    (page,) = scene.pages()
    assert own(page) is None
    assert codes(page) == ["text_layer_doubtful"]


def test_lines_of_a_doubtful_font_are_recognised_beside_the_others() -> None:
    layer = layer_of((*LETTER, "other letters"), [0, 0, 1])
    scene = Scene(layer, seen=(*LETTER, "qwxzy jkbvpgf"))
    (page,) = scene.pages()
    assert own(page) == list(LETTER)
    assert not page.own_text.complete


@pytest.mark.parametrize(("fault", "code"), [("hidden", "text_layer_ignored"), ("unmapped", "text_layer_doubtful")])
def test_a_faulty_layer_is_not_taken(fault, code) -> None:
    (page,) = Scene(PageLayer(fault)).pages()
    assert own(page) is None
    assert page.image.shape == (300, 400, 3)
    assert codes(page) == [code]


def test_never_does_not_look_at_the_layer() -> None:
    scene = Scene(layer_of(LETTER), mode="never")
    (page,) = scene.pages()
    assert (own(page), scene.sheets, codes(page)) == (None, 0, ["text_layer_ignored"])


def test_only_leaves_other_pages_empty_and_says_so() -> None:
    scene = Scene(layer_of(LETTER, complete=False), PageLayer("hidden"), mode="only")
    taken, empty = scene.pages()
    assert (own(taken), taken.own_text.complete, codes(taken)) == (list(LETTER), True, [])
    assert (own(empty), empty.own_text.complete, codes(empty)) == ([], True, ["no_text_layer"])


def test_pictures_are_read_whatever_is_said_of_pdfs() -> None:
    async def read() -> Page:
        async def decode(index: int) -> Page:
            return Page(np.zeros((3, 4, 3), np.uint8), index)

        document = Document(DocumentInfo("image", 1, 1, ((4, 3),)), decode, lambda: None)
        options = OcrDefaults(own_text="only").resolve(OcrOverrides())
        return await DocumentPages(document, options, None, pictures=False).page(0)  # type: ignore[arg-type]

    page = asyncio.run(read())
    assert (own(page), codes(page)) == (None, [])


def test_a_page_that_is_rotated_first_is_recognised() -> None:
    scene = Scene(layer_of(LETTER))
    (page,) = scene.pages(use_doc_preprocessor=True)
    assert own(page) is None
