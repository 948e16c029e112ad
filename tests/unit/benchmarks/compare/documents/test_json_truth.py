"""Truth as JSON."""

import json
from pathlib import Path

import pytest

from benchmarks.compare.documents.json_truth import read, write
from benchmarks.compare.model import Truth, TruthLine, TruthPage, TruthWord
from benchmarks.compare.polygons import box

PAGE = TruthPage(
    40,
    30,
    "Ünit 北\ntwo",
    (TruthLine("Ünit 北", box(0, 0, 9, 9)), TruthLine("two")),
    (TruthWord("two", box(1, 2, 3.5, 4)),),
    ("<table></table>",),
    order=True,
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write(Truth((PAGE, PAGE)), tmp_path / "a.json")
    assert read(tmp_path / "a.json", (0, 0)) == Truth((PAGE, PAGE))


def test_lines_are_the_text_where_there_is_none(tmp_path: Path) -> None:
    page = {"width": 4, "height": 3, "lines": [{"text": "a"}, {"text": "b"}]}
    (tmp_path / "a.json").write_text(json.dumps({"pages": [page]}))
    (found,) = read(tmp_path / "a.json", (0, 0)).pages
    assert (found.text, found.order) == ("a\nb", False)


@pytest.mark.parametrize("content", ["[]", "{}", '{"pages": [{"width": 1}]}', "no JSON"])
def test_other_files_are_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises((KeyError, TypeError, ValueError)):
        read(tmp_path / "a.json", (0, 0))
