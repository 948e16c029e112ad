"""A picture reads the same through the package paddleocr and through our command, where the reference is installed."""

import pytest

from tests.parity.bars import SHIPPED_TEXTS
from tests.parity.cases import GOLDEN
from tests.parity.side_by_side import Pair, pairs, read_both
from tests.reference import serving

PAGES = ("print.png", "cjk.png", "skewed.jpg", "table.png")


@pytest.mark.skipif(not serving.installed(), reason="the reference is not installed (make reference)")
def test_paddleocr_and_our_command_read_the_same() -> None:
    found = read_both([GOLDEN / "pages" / name for name in PAGES])
    changed = [pair for pair in found if pair.theirs != pair.ours]
    assert len(found) > 60
    assert len(changed) <= (1 - SHIPPED_TEXTS) * len(found), changed


def test_lines_are_paired_by_place_and_those_without_a_partner_are_kept() -> None:
    ours = {"rec_boxes": [[0, 40, 9, 49], [0, 0, 9, 9]], "rec_texts": ["c", "a"], "rec_scores": [0.5, 0.75]}
    theirs = {"rec_boxes": [[0, 0, 9, 9], [0, 20, 9, 29]], "rec_texts": ["a", "b"], "rec_scores": [1.0, 1.0]}
    assert pairs(ours, theirs) == [Pair("a", "a", 0.25), Pair("b", None), Pair(None, "c")]
