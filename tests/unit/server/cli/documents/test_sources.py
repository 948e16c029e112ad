"""The files that are found below a folder: none twice, none outside of it, and none that nobody can read."""

import os
from pathlib import Path

import pytest

from server.cli.documents.sources import below, found_in, is_temporary, looks_readable, place_of
from tests.unit.server.apps import png


def names(folder: Path, **options) -> list[str]:
    return [source.name for source, _ in below(folder, **options).sources]


def make(folder: Path, *files: str) -> None:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(b"x")


def test_files_of_all_folders_are_found_in_order(tmp_path: Path) -> None:
    make(tmp_path, "b.png", "a/z.PDF", "a/b/c.docx", "a.jpg")
    assert names(tmp_path) == ["a.jpg", "b.png", "a/z.PDF", "a/b/c.docx"]


def test_the_first_bytes_count_where_the_name_says_nothing(tmp_path: Path) -> None:
    make(tmp_path, "notes.txt", "Thumbs.db", "broken.png")
    (tmp_path / "scan").write_bytes(png())
    found = below(tmp_path)
    assert [source.name for source, _ in found.sources] == ["broken.png", "scan"]
    assert found.left_alone == {"files of other kinds": 2}
    assert "notes.txt" in names(tmp_path, every_kind=True)
    assert not looks_readable(tmp_path / "notes.txt")


def test_links_are_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "in/a.png", "outside/b.png")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "in" / "b.png").symlink_to(tmp_path / "outside" / "b.png")
    found = below(tmp_path / "in")
    assert [source.name for source, _ in found.sources] == ["a.png"]
    assert found.left_alone == {"links": 3}


def test_a_link_that_is_given_itself_is_followed(tmp_path: Path) -> None:
    make(tmp_path, "in/a.png")
    (tmp_path / "link").symlink_to("in")
    assert names(tmp_path / "link") == ["a.png"]


def test_special_and_hidden_files_are_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    make(tmp_path, ".hidden.png", ".git/a.png", "~$letter.docx", "b.png.part", "c.png~", "d.pdf.crdownload", "e.png")
    found = below(tmp_path)
    assert [source.name for source, _ in found.sources] == ["e.png"]
    assert found.left_alone == {"special files": 1, "hidden or temporary files": 6}


@pytest.mark.parametrize("name", ["a.part", "A.PART", ".a.png", "~a.png", "a.png~", "a.tmp"])
def test_names_of_files_that_are_not_complete(name: str) -> None:
    assert is_temporary(name)
    assert not is_temporary("a.png")


def test_a_folder_without_access_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.png", "shut/b.png")
    real = os.scandir

    def scandir(path: Path) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = below(tmp_path)
    assert [source.name for source, _ in found.sources] == ["a.png"]
    assert found.unreadable == [(tmp_path / "shut", "Permission denied")]


def test_a_folder_can_be_left_out_under_any_name(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "results/b.png")
    (tmp_path / "other").mkdir()
    place = place_of(tmp_path / "other" / ".." / "results")
    assert place is not None
    assert names(tmp_path, without=(place,)) == ["a.png"]


def test_a_name_that_is_not_utf8_is_found(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes(b"x")
    ((source, _),) = below(tmp_path).sources
    assert os.fsencode(source.name) == b"caf\xe9.png"


def test_files_and_folders_can_be_given_together(tmp_path: Path) -> None:
    make(tmp_path, "in/sub/a.png", "notes.txt")
    found = found_in([tmp_path / "in", tmp_path / "notes.txt"], ())
    assert [source.name for source, _ in found.sources] == ["sub/a.png", "notes.txt"]
