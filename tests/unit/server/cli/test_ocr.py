"""The command ``ocr``: what it prints and writes, and what it says of a file that cannot be read."""

import json
import os
from pathlib import Path

import cv2
import pytest
from click.testing import Result
from hocr_tools_lib.tools.hocr_lines import lines
from lxml import etree

from models.errors import EngineFailure
from server.cli.drawn_line import draw_line, is_right
from tests.unit.server.apps import locked, pdf, png
from tests.unit.server.cli.commands import FAILED, MISCONFIGURED, run
from tests.unit.server.cli.documents.stub_reading import READER, stub_pipeline
from tests.unit.server.decode.strange_fonts import glyph_page
from tests.unit.server.stub_pipeline import TEXT

RECORD = ".ppocr-server.jsonl"


def test_an_engine_that_fails_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(png())
    with stub_pipeline() as pipeline:
        pipeline.failures[0] = EngineFailure("OpenVINO failed on a batch of shape (1, 3, 64, 64).")
        result = run("ocr", tmp_path / "page.png")
    assert result.exit_code == FAILED
    assert f"page.png: {pipeline.failures[0]}" in result.stderr


def test_a_page_without_its_fonts_is_told(tmp_path: Path) -> None:
    (tmp_path / "thai.pdf").write_bytes(glyph_page("\u0e20\u0e32\u0e29\u0e32"))
    (tmp_path / "latin.pdf").write_bytes(glyph_page("Invoice"))
    with stub_pipeline():
        result = run("ocr", tmp_path / "latin.pdf", tmp_path / "thai.pdf")
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines() == [f"{tmp_path / 'thai.pdf'}: {READER.NO_FONTS.format(page=1)}"]


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

    assert (limit_of(), limit_of("--preset", "paddlex")) == (1280, 64)


def test_ocr_refuses_a_preset_that_does_not_exist(line_image: Path) -> None:
    result = run("ocr", "--preset", "bset", line_image)
    assert result.exit_code == MISCONFIGURED
    assert "preset: must be one of paddlex, best, tiny" in result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with good files and bad ones."""
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for name in ("a.png", "a.jpg", "sub/a.png"):
        (tmp_path / "in" / name).write_bytes(png())
    (tmp_path / "in" / "sub" / "long.pdf").write_bytes(pdf(3))
    (tmp_path / "in" / "sub" / "bad.png").write_bytes(b"no image")
    (tmp_path / "in" / "notes.txt").write_bytes(b"words")
    return tmp_path / "in"


def results(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def pages_read(*arguments: str | Path) -> tuple[Result, int]:
    """Run ``ocr``, and count the pages that were read."""
    with stub_pipeline() as pipeline:
        return run("ocr", *arguments), len(pipeline.read_options)


def test_a_folder_is_read_with_all_below_it(folder: Path, tmp_path: Path) -> None:
    result, pages = pages_read("--format", "text,pdf", "--output", tmp_path / "out", folder)
    assert (result.exit_code, result.stdout, pages) == (FAILED, "", 6)
    good = ("a.jpg", "a.png", "sub/a.png", "sub/long.pdf")
    assert results(tmp_path / "out") == sorted([RECORD, *(f"{name}{end}" for name in good for end in (".txt", ".pdf"))])
    *_, last_but_one, last = result.stderr.splitlines()
    assert last_but_one == f"{folder / 'sub' / 'bad.png'}: The file is neither an image nor a PDF that can be read."
    assert last == "Error: 1 of 5 files could not be read."
    assert "Left alone: files of other kinds (1)." in result.stderr
    assert f"{folder / 'sub' / 'long.pdf'}: 3 pages\n" in result.stderr


def test_a_folder_can_be_printed(folder: Path) -> None:
    result, _ = pages_read(folder)
    assert result.stdout.split() == TEXT.split() * 6
    assert result.exit_code == FAILED


def test_resume_leaves_out_what_is_done_and_reads_what_changed(folder: Path, tmp_path: Path) -> None:
    out = ("--output", tmp_path / "out", folder)
    assert pages_read(*out)[1] == 6
    again, pages = pages_read("--resume", *out)
    assert (again.exit_code, pages) == (FAILED, 0)
    assert "4 of 5 files have complete results and are left out." in again.stderr
    assert "1 of 1 files could not be read." in again.stderr
    (folder / "a.png").write_bytes(png(130))
    (tmp_path / "out" / "sub" / "long.pdf.txt").unlink()
    assert pages_read("--resume", *out)[1] == 1 + 3
    (folder / "sub" / "bad.png").unlink()
    assert pages_read("--resume", *out)[0].exit_code == 0
    assert pages_read(*out)[1] == 6


def test_resume_does_not_take_other_results_for_done(folder: Path, tmp_path: Path) -> None:
    out = ("--output", tmp_path / "out", folder)
    assert pages_read(*out)[1] == 6
    assert pages_read("--resume", "--text-det-thresh", "0.5", *out)[1] == 6
    assert pages_read("--resume", "--text-det-thresh", "0.5", "--format", "text,json", *out)[1] == 6


def test_results_in_the_folder_are_no_sources(folder: Path) -> None:
    assert pages_read("--format", "pdf", "--output", folder / "out", folder)[1] == 6
    assert pages_read("--format", "pdf", "--output", folder / "out", folder)[1] == 6
    refused, _ = pages_read("--output", folder, folder)
    assert refused.exit_code == MISCONFIGURED
    assert "holds the files to read" in refused.stderr


def test_a_result_that_cannot_be_written_stops_no_other(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "a.png.txt").mkdir(parents=True)
    result, _ = pages_read("--output", tmp_path / "out", folder)
    assert f"{folder / 'a.png'}: the result cannot be written: Is a directory." in result.stderr
    assert "2 of 5 files" in result.stderr
    assert (tmp_path / "out" / "sub" / "long.pdf.txt").exists()


def test_a_file_with_more_pages_than_the_limit_is_not_read_in_part(folder: Path) -> None:
    long = folder / "sub" / "long.pdf"
    result, pages = pages_read("--set", "limits.max_pages=2", long)
    assert (result.exit_code, pages) == (FAILED, 0)
    assert "The file has 3 pages, and limits.max_pages allows 2." in result.stderr
    assert pages_read("--set", "limits.max_pages=2", "--max-pages", "2", long)[1] == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--format", "pdf"), "pdf cannot be printed"),
        (("--format", "text,json"), "text, json cannot be printed"),
        (("--format", "txt"), "'txt' is no format"),
        (("--resume",), "if results are printed"),
        (("--token", "x"), "Give its address with --url"),
    ],
)
def test_options_that_do_not_go_together(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    result, pages = pages_read(*arguments, folder)
    assert (result.exit_code, pages) == (MISCONFIGURED, 0)
    assert told in result.stderr


def test_a_folder_without_files_to_read_fails(tmp_path: Path) -> None:
    result, _ = pages_read(tmp_path)
    assert (result.exit_code, result.stderr) == (FAILED, "Error: There is no file to read.\n")


def test_names_that_a_terminal_would_obey_or_that_are_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"\x1b[2J\xe9\n.png")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(png())
    (tmp_path / "in" / f"bad{name}").write_bytes(b"no image")
    result, _ = pages_read("--format", "json", "--output", tmp_path / "out", tmp_path / "in")
    assert result.exit_code == FAILED
    assert "\x1b" not in result.output
    assert "\\x1b[2J\\udce9" in result.stderr
    assert json.loads((tmp_path / "out" / f"{name}.json").read_bytes())["pages"]
