import shutil

import pytest

from benchmarks.compare.errors import NotCompared
from benchmarks.compare.model import AnswerLine, Document
from benchmarks.compare.providers.tesseract import PROVIDER
from tests.unit.benchmarks.compare.stand_in import terms

TABLE = """level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext
1\t1\t0\t0\t0\t0\t0\t0\t640\t200\t-1\t
4\t1\t1\t1\t1\t0\t10\t20\t100\t20\t-1\t
5\t1\t1\t1\t1\t1\t10\t20\t40\t20\t50.0\t"Gate
5\t1\t1\t1\t1\t2\t60\t25\t50\t15\t100.0\t7
5\t1\t1\t1\t2\t1\t10\t50\t40\t20\t90.0\tcloses
"""


def test_words_become_lines() -> None:
    (page,) = PROVIDER.understand(TABLE.encode())
    first = AnswerLine('"Gate 7', 0.75, ((10.0, 20.0), (110.0, 20.0), (110.0, 40.0), (10.0, 40.0)))
    assert page.lines[0] == first
    assert page.text == '"Gate 7\ncloses'


def test_a_program_that_is_not_there_is_one_sentence() -> None:
    with (
        pytest.raises(NotCompared, match="no-such-program is not installed"),
        PROVIDER.connect(PROVIDER.settings(program="no-such-program"), terms()),
    ):
        pass


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="the program tesseract is not installed")
def test_the_real_program(page: Document) -> None:
    with PROVIDER.connect(PROVIDER.settings(), terms()) as client:
        reply = client.read(page, page.path.read_bytes())
    assert [each.text for each in PROVIDER.understand(reply.raw)] == ["Gate 7 closes"]
    with (
        pytest.raises(NotCompared, match="apt install tesseract-ocr-xxx-yyy"),
        PROVIDER.connect(PROVIDER.settings(languages="xxx_yyy"), terms()),
    ):
        pass
