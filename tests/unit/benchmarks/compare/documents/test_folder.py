"""Folders with truth beside the files."""

from pathlib import Path

import pytest
from PIL import Image

from benchmarks.compare.documents.base import WrongDocuments
from benchmarks.compare.documents.folder import find

HOCR = "<html><body><div class='ocr_page' title='bbox 0 0 9 9'><span class='ocrx_word'>hocr</span></div></body></html>"
ALTO = "<alto><Layout><Page WIDTH='9' HEIGHT='9'><TextLine><String CONTENT='alto'/></TextLine></Page></Layout></alto>"
PAGE = (
    "<PcGts><Page imageWidth='9' imageHeight='9'><TextRegion id='a'><TextLine><TextEquiv><Unicode>page</Unicode>"
    "</TextEquiv></TextLine></TextRegion></Page></PcGts>"
)
JSON = '{"pages": [{"width": 9, "height": 9, "text": "json"}]}'


def _image(folder: Path, name: str = "a.png") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("L", (9, 9)).save(folder / name)


@pytest.mark.parametrize(
    ("ending", "content", "said"),
    [
        (".txt", "txt", "txt"),
        (".json", JSON, "json"),
        (".hocr", HOCR, "hocr"),
        (".truth.hocr", HOCR, "hocr"),
        (".html", HOCR, "hocr"),
        (".xml", ALTO, "alto"),
        (".xml", PAGE, "page"),
    ],
)
def test_the_ending_says_how_truth_is_read(tmp_path: Path, ending: str, content: str, said: str) -> None:
    _image(tmp_path)
    (tmp_path / f"a{ending}").write_text(content)
    (found,) = find(tmp_path, {})
    assert found.truth is not None
    assert found.truth.pages[0].text == said


def test_truth_may_lie_in_a_folder_of_its_own(tmp_path: Path) -> None:
    _image(tmp_path / "pages" / "mail")
    _image(tmp_path / "pages", "b.png")
    (tmp_path / "truth" / "mail").mkdir(parents=True)
    (tmp_path / "truth" / "mail" / "a.txt").write_text("known")
    without, known = find(tmp_path / "pages", {"truth": str(tmp_path / "truth")})
    assert without.truth is None
    assert known.truth is not None
    assert known.truth.pages[0].text == "known"


@pytest.mark.parametrize(
    ("ending", "content"),
    [(".xml", "<svg/>"), (".xml", "no XML"), (".json", "{}"), (".hocr", "<p>no page</p>"), (".txt", b"\xff\xfe\xff")],
)
def test_truth_that_cannot_be_read_is_an_error_that_names_the_file(tmp_path: Path, ending: str, content) -> None:
    _image(tmp_path)
    (tmp_path / f"a{ending}").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(WrongDocuments, match=rf"a\{ending} is no truth that can be read"):
        list(find(tmp_path, {}))
