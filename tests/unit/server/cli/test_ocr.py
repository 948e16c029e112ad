"""The command ``ocr``: what it prints and writes, and what it says of a file that cannot be read."""

import json
from importlib import import_module
from pathlib import Path

import cv2
import pytest
from hocr_tools_lib.tools.hocr_lines import lines
from lxml import etree

from models.errors import EngineFailure
from server.cli import main
from server.cli.drawn_line import draw_line, is_right
from tests.unit.server.apps import locked, pdf, png
from tests.unit.server.cli.commands import FAILED, MISCONFIGURED, run
from tests.unit.server.decode.strange_fonts import glyph_page
from tests.unit.server.stub_pipeline import StubPipeline

OCR = import_module("server.cli.ocr")
"""The module. ``server.cli.ocr`` may also be the command of that name, until the module is imported."""


def test_an_engine_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = StubPipeline()
    pipeline.failures[0] = EngineFailure("OpenVINO failed on a batch of shape (1, 3, 64, 64).")
    monkeypatch.setattr(OCR, "pull_required", lambda *_: None)
    monkeypatch.setattr(OCR, "build_pipeline", lambda *_: pipeline)
    (tmp_path / "page.png").write_bytes(png())
    result = run("ocr", tmp_path / "page.png")
    assert result.exit_code == FAILED
    assert f"page.png: {pipeline.failures[0]}" in result.stderr


def test_a_page_without_its_fonts_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OCR, "pull_required", lambda *_: None)
    monkeypatch.setattr(OCR, "build_pipeline", lambda *_: StubPipeline())
    (tmp_path / "thai.pdf").write_bytes(glyph_page("\u0e20\u0e32\u0e29\u0e32"))
    (tmp_path / "latin.pdf").write_bytes(glyph_page("Invoice"))
    result = run("ocr", tmp_path / "latin.pdf", tmp_path / "thai.pdf")
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines() == [f"{tmp_path / 'thai.pdf'}: {OCR.NO_FONTS.format(page=1)}"]


@pytest.fixture
def line_image(tmp_path: Path) -> Path:
    file = tmp_path / "line.png"
    cv2.imwrite(str(file), draw_line())
    return file


def test_ocr_prints_text(line_image: Path) -> None:
    result = run("ocr", line_image)
    assert result.exit_code == 0, result.output
    assert is_right(result.stdout)


def test_ocr_prints_the_contracts_json(line_image: Path) -> None:
    result = run("ocr", "--format", "json", "--return-word-box", "--text-det-thresh", "0.4", line_image, line_image)
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first == second
    assert first["file"] == str(line_image)
    (page,) = first["pages"]
    assert page["text_det_params"]["thresh"] == 0.4
    assert page["return_word_box"] is True
    assert page["model_settings"] == {"use_doc_preprocessor": False, "use_textline_orientation": False}
    assert is_right("".join(page["rec_texts"]))


def test_ocr_saves_pictures_and_texts_under_the_files_names(line_image: Path, tmp_path: Path) -> None:
    output = tmp_path / "made" / "here"
    assert run("ocr", "--format", "picture", "--output", output, line_image).exit_code == 0
    assert run("ocr", "--output", output, line_image).stdout == ""
    assert is_right((output / "line.png.txt").read_text(encoding="utf-8"))
    picture = cv2.imread(str(output / "line.png_ocr_img_0.jpg"))
    assert picture is not None
    height, width = draw_line().shape[:2]
    assert picture.shape[:2] == (height, 2 * width)


def test_ocr_writes_hocr_and_alto_with_the_extensions_of_their_readers(line_image: Path, tmp_path: Path) -> None:
    for form in ("hocr", "alto"):
        assert run("ocr", "--format", form, "--output", tmp_path, line_image).exit_code == 0
    assert is_right("".join(lines(tmp_path / "line.png.hocr")))
    root = etree.parse(tmp_path / "line.png.xml").getroot()
    assert is_right(" ".join(word.get("CONTENT") for word in root.iter("{*}String")))
    height, width = draw_line().shape[:2]
    (page,) = root.iter("{*}Page")
    assert (page.get("WIDTH"), page.get("HEIGHT")) == (str(width), str(height))
    for word in root.iter("{*}String"):
        left, top, across, down = (int(word.get(name)) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
        assert 0 <= left < left + across <= width
        assert 0 <= top < top + down <= height


def test_ocr_prints_a_file_of_all_pages(tmp_path: Path) -> None:
    (tmp_path / "three.pdf").write_bytes(pdf(3))
    root = etree.fromstring(run("ocr", "--format", "alto", tmp_path / "three.pdf").stdout_bytes)
    assert [page.get("PHYSICAL_IMG_NR") for page in root.iter("{*}Page")] == ["1", "2", "3"]


def test_the_formats_of_the_command_are_those_that_can_be_written() -> None:
    (option,) = [option for option in main.commands["ocr"].params if option.name == "form"]
    assert list(option.type.choices) == [form.value for form in import_module("server.cli.output").OutputFormat]


def test_ocr_goes_on_after_a_file_that_cannot_be_read(line_image: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not an image")
    result = run("ocr", broken, line_image)
    assert result.exit_code == FAILED
    assert f"{broken}: The file is neither an image nor a PDF that can be read." in result.stderr
    assert is_right(result.stdout)


def test_ocr_says_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    content = {
        "cut.png": png()[:60],
        "cut.pdf": b"%PDF-1.4\n1 0 obj",
        "none.png": b"",
        "locked.pdf": locked(pdf(1), "open"),
    }
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    result = run("ocr", *(tmp_path / name for name in content))
    assert result.exit_code == FAILED
    assert [line.partition(": ")[2] for line in result.stderr.splitlines() if str(tmp_path) in line] == [
        "The file is damaged or cut off.",
        "The file is damaged or cut off.",
        "The file is empty.",
        "The file is encrypted, and its password is missing or wrong. Give it with --password.",
    ]


def test_ocr_opens_an_encrypted_file_with_its_password(tmp_path: Path) -> None:
    (tmp_path / "locked.pdf").write_bytes(locked(pdf(1), "open"))
    assert run("ocr", "--password", "open", tmp_path / "locked.pdf").exit_code == 0
    wrong = run("ocr", "--password", "SECRET", tmp_path / "locked.pdf")
    assert "password is missing or wrong" in wrong.stderr
    assert "SECRET" not in wrong.stderr


def test_ocr_reads_every_page_unless_told_otherwise(line_image: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages.tiff"
    cv2.imwritemulti(str(pages), [draw_line()] * 12)
    assert run("ocr", pages).stdout == "\n".join([run("ocr", line_image).stdout] * 12)
    assert len(json.loads(run("ocr", "--format", "json", "--max-pages", "2", pages).stdout)["pages"]) == 2


def test_ocr_does_not_overwrite_one_result_with_another(line_image: Path, tmp_path: Path) -> None:
    result = run("ocr", "--output", tmp_path, line_image, line_image)
    assert result.exit_code == MISCONFIGURED
    assert "line.png" in result.stderr


def test_ocr_refuses_options_out_of_range(line_image: Path) -> None:
    result = run("ocr", "--text-rec-score-thresh", "2", line_image)
    assert result.exit_code == MISCONFIGURED
    assert "text_rec_score_thresh: must be between 0 and 1" in result.stderr


def test_ocr_reads_with_the_best_preset_or_the_one_that_is_named(line_image: Path) -> None:
    def limit_of(*arguments: str) -> int:
        result = run("ocr", "--format", "json", *arguments, line_image)
        return json.loads(result.stdout)["pages"][0]["text_det_params"]["limit_side_len"]

    assert (limit_of(), limit_of("--preset", "paddlex")) == (1600, 64)


def test_ocr_refuses_a_preset_that_does_not_exist(line_image: Path) -> None:
    result = run("ocr", "--preset", "bset", line_image)
    assert result.exit_code == MISCONFIGURED
    assert "preset: must be one of paddlex, best, tiny" in result.stderr
