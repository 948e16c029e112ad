"""What the recognition of a few lines proves of the fonts of a document."""

import numpy as np
import pytest

from models.document import PageResult, Preprocessed, TextBox, TextLine
from models.options import OcrDefaults, OcrOverrides
from server.text_layer.proof import MOST_TRIES, FontProofs
from server.text_layer.samples import Sample, needs_of
from tests.unit.server.text_layer.layers import layer_of

LINES = ("Ships from Oslo brought herring", "0123456789 0123456789")
OPTIONS = OcrDefaults().resolve(OcrOverrides())


def read(*texts: str, score: float = 0.98) -> PageResult:
    lines = tuple(
        TextLine(text, score, np.array([[0, y], [300, y], [300, y + 30], [0, y + 30]], np.int32))
        for y, text in ((5 + 40 * number, text) for number, text in enumerate(texts))
        if text
    )
    boxes = tuple(TextBox(line.quad, 0.9) for line in lines)
    return PageResult(OPTIONS, Preprocessed(np.zeros((1, 1, 3), np.uint8)), boxes, (-1,) * len(lines), lines)


def doubtful(layer_texts: tuple[str, ...], seen: PageResult) -> set[str]:
    """The kinds of characters that stay unproven."""
    layer, proofs = layer_of(layer_texts), FontProofs()
    needs = proofs.missing(needs_of(layer))
    samples = [
        Sample(text, ("f0",) * len(text), (40 * number, 40 * number + 40)) for number, text in enumerate(layer_texts)
    ]
    proofs.learn(needs, samples, seen)
    return {kind for _, kind in proofs.doubtful(needs_of(layer))}


def test_text_that_is_read_as_the_layer_has_it_is_proven() -> None:
    assert doubtful(LINES, read(*LINES)) == set()


def test_small_mistakes_of_the_recogniser_prove_it_all_the_same() -> None:
    assert doubtful(LINES, read("Ships fron Oslo brought hering", "O123456789 01234S6789")) == set()
    assert doubtful(("L’été “Noël” – Müller & Söhne",), read('L\'ete "Noel" - Muller & Sohne')) == set()


def test_a_wrong_map_is_found() -> None:
    assert doubtful(LINES, read("Zopwz mytv Vzsv iyvbnoa olyypun", LINES[1])) == {"lower"}


def test_wrong_digits_are_found_beside_right_letters() -> None:
    assert doubtful(LINES, read(LINES[0], "7890123456 7890123456")) == {"digit"}


def test_glyphs_that_the_layer_leaves_out_are_found() -> None:
    assert "lower" in doubtful(("Shps frm Osl brght hrrng",), read("Ships from Oslo brought herring"))


def test_a_line_that_is_not_read_proves_nothing() -> None:
    assert doubtful(LINES, read("", "")) == {"lower", "digit"}


def test_a_script_that_the_recogniser_does_not_know_is_left_to_the_layer() -> None:
    thai = ("สวัสดีชาวโลกทุกคน",)
    assert doubtful(thai, read("anaalisnnnu", score=0.5)) == set()
    assert doubtful(thai, read("")) == set()


def test_a_script_that_it_knows_is_not() -> None:
    cyrillic = ("Корабли пришли утром",)
    assert doubtful(cyrillic, read("Жоуаблб йубшлб фтуом")) == {"other"}
    assert doubtful(cyrillic, read("Ships came in the morning", score=0.97)) == {"other"}, "sure of other letters"


def test_what_is_proven_once_is_not_tried_again_and_fonts_are_apart() -> None:
    layer, proofs = layer_of(["small letters here", "small letters there"], [0, 1]), FontProofs()
    proofs.learn({("f0", "lower")}, [Sample("small letters", ("f0",) * 13, (0, 40))], read("small letters"))
    assert proofs.missing(needs_of(layer)) == {("f1", "lower")}


@pytest.mark.parametrize("tries", range(MOST_TRIES + 1))
def test_it_is_tried_a_few_times(tries: int) -> None:
    layer, proofs = layer_of(["small letters here"]), FontProofs()
    for _ in range(tries):
        proofs.learn(
            proofs.missing(needs_of(layer)), [Sample("small letters", ("f0",) * 13, (0, 40))], read("otterx bjqwkz")
        )
    assert bool(proofs.missing(needs_of(layer))) is (tries < MOST_TRIES)
    assert proofs.doubtful(needs_of(layer)) == {("f0", "lower")}
