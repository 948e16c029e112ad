"""Run folders."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.compare.report.kept import read_kept
from benchmarks.compare.report.settings import WrongReport


def test_what_was_sent_and_answered_is_read(run: Callable[..., Path]) -> None:
    folder = run()
    kept = read_kept(folder, folder.parent)
    assert (len(kept.answers), len(kept.egress), len(kept.documents)) == (36, 36, 12)
    assert sorted(kept.sums) == ["answers.jsonl", "egress.jsonl", "run.json"]
    assert not kept.hidden


def test_a_document_that_is_another_than_the_one_that_was_sent_is_an_error(run: Callable[..., Path]) -> None:
    folder = run()
    changed = folder.parent / "bills" / "00.png"
    changed.write_bytes(changed.read_bytes() + b" ")
    with pytest.raises(WrongReport, match=r"bills/00\.png is not there, or not as it was"):
        read_kept(folder, folder.parent)


def test_a_document_more_than_was_sent_is_not_taken(run: Callable[..., Path]) -> None:
    folder = run()
    about = json.loads((folder / "run.json").read_text())
    about["documents"] = about["documents"][:5]
    (folder / "run.json").write_text(json.dumps(about))
    assert len(read_kept(folder, folder.parent).documents) == 5


@pytest.mark.parametrize("name", ["run.json", "answers.jsonl"])
def test_a_folder_that_is_not_whole_is_an_error(run: Callable[..., Path], name: str) -> None:
    folder = run()
    (folder / name).write_text("{broken")
    with pytest.raises(WrongReport, match="no run folder that can be read"):
        read_kept(folder, folder.parent)
    (folder / name).unlink()
    with pytest.raises(WrongReport, match="cannot be read"):
        read_kept(folder, folder.parent)
