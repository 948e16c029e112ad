"""The forms of results: each by its name, from one list, and each made from the same pages."""

import asyncio
import json

import numpy as np
import pytest

from models.document import Page
from models.options import OcrDefaults, OcrOverrides
from server.cli.documents.forms import FILE_FORMATS, NAMES, Forms, PagePart, assemble, make_part, write_files
from server.cli.failures import Misconfigured
from server.export.files.result_file import RESULT_FORMATS
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.apps import png
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

SOURCE = RawFile(png(), FileKind.IMAGE)


def part(names: str, pages: int = 1) -> PagePart:
    """A page that was read, in these forms. It is half an inch high."""
    options = OcrDefaults().resolve(OcrOverrides())
    result = asyncio.run(StubPipeline().read(Page(np.full((40, 120, 3), 255, np.uint8)), options))
    return make_part(result, Forms.parse(names), (0.5, 0.9), None, SOURCE, pages)


def test_every_format_of_result_files_is_a_form() -> None:
    assert set(RESULT_FORMATS) - set(FILE_FORMATS) == {"txt"}
    assert set(FILE_FORMATS) <= set(NAMES)


def test_names_are_parsed_once_each() -> None:
    assert Forms.parse("text, json,text").names == ("text", "json")
    with pytest.raises(Misconfigured, match=r"'txt' is no format. There are text, json, picture, .*pdf.*markdown"):
        Forms.parse("json,txt")


@pytest.mark.parametrize(
    ("names", "printed"),
    [
        ("text", True),
        ("json", True),
        ("alto", True),
        ("hocr", True),
        ("text,json", False),
        ("pdf", False),
        ("pptx", False),
    ],
)
def test_only_one_form_of_text_can_be_printed(names: str, printed: bool) -> None:
    assert Forms.parse(names).printed is printed


def test_every_form_is_made_of_the_same_pages() -> None:
    names = ",".join(NAMES)
    forms, parts = Forms.parse(names), [part(names, 2) for _ in range(2)]
    results = assemble("a.png", parts, forms) | write_files(parts, SOURCE, forms)
    assert results[".txt"].decode() == f"{TEXT}\n\n{TEXT}\n"
    assert results[".md"].decode() == f"{TEXT}\n\n{TEXT}\n"
    document = json.loads(results[".json"])
    assert document["file"] == "a.png"
    assert [found["rec_texts"] for found in document["pages"]] == [[TEXT], [TEXT]]
    assert results["_ocr_img_1.jpg"].startswith(b"\xff\xd8")
    assert results[".pdf"].startswith(b"%PDF")
    assert results[".xml"].startswith(b"<?xml")
    assert set(forms.ends) < set(results)


def test_a_form_that_is_not_wanted_is_not_made() -> None:
    assert (set(part("json").content), set(part("json").pages)) == ({"json"}, set())
    assert (set(part("pdf").content), set(part("pdf").pages)) == (set(), {"pdf"})


def test_pages_of_files_have_the_size_of_the_document() -> None:
    page = part("pdf").pages["pdf"]
    assert (page.width, page.height, page.points) == (120, 40, (60.0, 36.0))
