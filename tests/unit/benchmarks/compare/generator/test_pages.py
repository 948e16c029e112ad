"""Generated pages."""

import hashlib

import cv2
import numpy as np
import pytest
import shapely

from benchmarks.compare.documents.generated import VERSION
from benchmarks.compare.generator.pages import KINDS, generate

ONE_OF_EACH = list(generate(seed=5, count=1))


def test_the_same_seed_makes_the_same_bytes_and_another_one_others() -> None:
    again = [page.content for page in generate(seed=5, count=1, kinds=["print", "noise"])]
    assert again == [page.content for page in ONE_OF_EACH if page.kind in ("print", "noise")]
    assert again != [page.content for page in generate(seed=6, count=1, kinds=["print", "noise"])]


def test_a_page_depends_on_no_other_page() -> None:
    assert [page.name for page in generate(5, 2, ["blur"])] == ["blur-000", "blur-001"]
    assert next(generate(5, 2, ["blur"])) == next(page for page in ONE_OF_EACH if page.kind == "blur")


def test_every_kind_is_there_and_has_text_that_differs() -> None:
    assert [page.kind for page in ONE_OF_EACH] == list(KINDS)
    assert len({page.truth.pages[0].text for page in ONE_OF_EACH}) == len(KINDS)
    assert [bool(page.truth.pages[0].tables) for page in ONE_OF_EACH] == [kind == "tables" for kind in KINDS]
    assert "。" in next(page.truth.pages[0].text for page in ONE_OF_EACH if page.kind == "cjk")


@pytest.mark.parametrize("page", ONE_OF_EACH, ids=lambda page: page.kind)
def test_every_line_lies_on_the_page_and_there_is_ink_in_it_and_none_between(page) -> None:
    truth = page.truth.pages[0]
    image = cv2.imdecode(np.frombuffer(page.content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image.shape == (truth.height, truth.width)
    sheet = shapely.box(0, 0, truth.width, truth.height)
    assert all(sheet.covers(shapely.Polygon(word.polygon)) for word in (*truth.lines, *truth.words))
    written = np.zeros_like(image)
    for word in truth.words:
        cv2.fillPoly(written, [np.array(word.polygon).round().astype(np.int32)], 255)
    beside = cv2.dilate(written, np.ones((25, 25), np.uint8)) - cv2.dilate(written, np.ones((7, 7), np.uint8))
    smooth = cv2.blur(image, (5, 5))
    # Words are darker than the paper around them; a table's rules are in neither.
    assert smooth[written > 0].mean() < smooth[beside > 0].mean() - 10


def test_the_text_of_a_page_is_its_lines_and_their_words() -> None:
    for page in ONE_OF_EACH:
        truth = page.truth.pages[0]
        assert truth.order
        assert truth.text == "\n".join(line.text for line in truth.lines)
        assert "".join(truth.text.split()) == "".join(word.text for word in truth.words)


def test_the_text_of_a_seed_is_the_same_everywhere() -> None:
    """A change of what pages say needs another `VERSION` in `benchmarks/compare/documents/generated.py`."""
    said = "\f".join(
        f"{page.name} {page.truth.pages[0].text} {page.truth.pages[0].tables}" for page in generate(seed=1, count=1)
    )
    assert (
        hashlib.sha256(said.encode()).hexdigest() == "99595b5b886f133a48e23fdce076742052c62a2f4c68da5522f4a7e571021904"
    )
    assert VERSION == 1
