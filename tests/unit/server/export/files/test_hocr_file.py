"""hOCR files, read by hocr-tools and by a parser of XML."""

import io
import math
import re
from dataclasses import replace

import pytest
from hocr_tools_lib.tools.hocr_check import Checker
from hocr_tools_lib.tools.hocr_lines import lines as lines_of_hocr_tools
from lxml import etree

from server.export.files.file_page import FilePage
from server.export.files.hocr_file import CAPABILITIES, write_hocr
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, file_page, text_line, turned_line
from tests.unit.server.export.files.word_page import LINES, PAGE

HTML = "{http://www.w3.org/1999/xhtml}"


def parsed(*pages: FilePage) -> etree._Element:
    return etree.fromstring(write_hocr(pages, IMAGE_SOURCE))


def of_class(root: etree._Element, name: str) -> list[etree._Element]:
    return root.findall(f".//*[@class='{name}']")


def properties(element: etree._Element) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in element.get("title").split("; "))


def test_the_field_s_own_checker_accepts_it(capsys: pytest.CaptureFixture[str]):
    Checker(io.StringIO(write_hocr([PAGE, file_page(), PAGE], IMAGE_SOURCE).decode().partition("?>")[2])).check()
    report = capsys.readouterr().err.splitlines()
    assert len(report) > 30
    assert [line for line in report if line.startswith("not ok") and "mostly_nonoverlapping" not in line] == []
    Checker(io.StringIO("<html><body><span class='ocr_line'>x</span></body></html>")).check()
    assert "not ok" in capsys.readouterr().err


def test_the_field_s_own_reader_finds_each_line(tmp_path):
    file = tmp_path / "page.hocr"
    file.write_bytes(write_hocr([PAGE, file_page(LINES[1])], IMAGE_SOURCE))
    assert list(lines_of_hocr_tools(file)) == [
        "标题 One", 'a < b & "c"', "cell one", "cell two", "leaning words", "runs down", "竖排文字", "شكرا جزيلا",
        'a < b & "c"',
    ]  # fmt: skip


def test_the_head_says_what_made_it_and_what_it_holds():
    root = parsed(PAGE, file_page())
    metas = {meta.get("name"): meta.get("content") for meta in root.iter(f"{HTML}meta") if meta.get("name")}
    assert metas["ocr-system"].startswith("ppocr-server ")
    assert metas["ocr-number-of-pages"] == "2"
    assert metas["ocr-langs"] == "zh"
    assert parsed(file_page()).find(f".//{HTML}meta[@name='ocr-langs']").get("content") == "unknown"
    used = {element.get("class") for element in root.iter() if (element.get("class") or "").startswith("ocr")}
    assert used <= set(metas["ocr-capabilities"].split())
    assert root.find(f"{HTML}head/{HTML}title").text
    assert b"DOCTYPE html>" in write_hocr([], IMAGE_SOURCE)


def test_elements_stand_in_each_other_and_have_names_of_their_own():
    root = parsed(PAGE, PAGE)
    parents = {"ocr_carea": "ocr_page", "ocr_par": "ocr_carea", "ocr_line": "ocr_par", "ocrx_word": "ocr_line"}
    for name, parent in parents.items():
        found = of_class(root, name)
        assert found
        assert {element.getparent().get("class") for element in found} == {parent}
    names = [element.get("id") for element in root.iter() if element.get("class")]
    assert len(set(names)) == len(names)
    assert {element.tag for element in of_class(root, "ocr_par")} == {f"{HTML}p"}


def test_boxes_lie_in_each_other():
    def box(element: etree._Element) -> list[int]:
        return [int(side) for side in properties(element)["bbox"].split()]

    root = parsed(PAGE)
    assert box(of_class(root, "ocr_page")[0]) == [0, 0, 800, 1000]
    for name in ("ocr_carea", "ocr_par", "ocr_line", "ocrx_word"):
        for element in of_class(root, name):
            inner, outer = box(element), box(element.getparent())
            assert outer[0] <= inner[0] < inner[2] <= outer[2]
            assert outer[1] <= inner[1] < inner[3] <= outer[3]


def test_pages_are_counted_from_zero():
    assert [properties(page)["ppageno"] for page in of_class(parsed(PAGE, file_page()), "ocr_page")] == ["0", "1"]


def test_a_word_s_confidence_is_percent():
    words = of_class(parsed(file_page(LINES[1])), "ocrx_word")
    assert [(word.text, properties(word)["x_wconf"]) for word in words] == [
        ("a", "46"), ("<", "46"), ("b", "46"), ("&", "46"), ('"c"', "46"),
    ]  # fmt: skip


def test_a_line_tells_how_its_text_runs():
    told = [{**properties(line)} for line in of_class(parsed(PAGE), "ocr_line")]
    directions = [{key: value for key, value in line.items() if key != "bbox"} for line in told]
    assert directions[0] == {"baseline": "0 -8"}
    slope, offset = map(float, directions[4]["baseline"].split())
    left, _, _, bottom = map(int, told[4]["bbox"].split())
    assert slope == pytest.approx(0.1405, abs=0.005)
    # Under the middle of the line, the baseline is three tenths of its height of 40 below its centre.
    assert bottom + slope * (400 - left) + offset == pytest.approx(500 + 12, abs=1)
    assert directions[5] == {"textangle": "270"}
    assert directions[6] == {}


@pytest.mark.parametrize("degrees", [-40, 40])
def test_the_baseline_counts_from_the_lower_left_corner_of_the_upright_box(degrees: int):
    line = of_class(parsed(file_page(turned_line("leaning a lot", (400, 500), (300, 40), degrees))), "ocr_line")[0]
    slope, offset = map(float, properties(line)["baseline"].split())
    left, _, _, bottom = map(int, properties(line)["bbox"].split())
    # Across the line, the baseline lies 12 pixels below its centre: three tenths of 40.
    below = 12 / math.cos(math.radians(degrees))
    assert bottom + slope * (400 - left) + offset == pytest.approx(500 + below, abs=1.5)


def test_text_upside_down_has_its_angle():
    line = replace(text_line("upside down", 20, 20, 300, 60), direction="left")
    assert properties(of_class(parsed(file_page(line)), "ocr_line")[0])["textangle"] == "180"


def test_languages_and_directions_are_attributes():
    root = parsed(PAGE)
    languages = [par.get("lang") for par in of_class(root, "ocr_par")]
    assert languages == ["zh", None, None, None, None, "zh", None]
    assert [line.get("dir") for line in of_class(root, "ocr_line")] == [None] * 7 + ["rtl"]
    assert {"ocrp_lang", "ocrp_dir"} <= set(CAPABILITIES.split())


def test_an_empty_page_ends_for_readers_of_html_too():
    content = write_hocr([file_page(), PAGE], IMAGE_SOURCE).decode()
    assert not re.search(r"<(div|p|span|title)\b[^>]*/>", content)
