from pathlib import Path

import pytest

from benchmarks.compare.errors import NotCompared
from benchmarks.compare.kept import RunFolder, Sent
from benchmarks.compare.model import Answer, AnswerLine, AnswerPage

PAGE = AnswerPage(1, "出口", (AnswerLine("出口", 0.5, ((0, 0), (1, 0), (1, 1), (0, 1))),), ("<table></table>",))
ANSWER = Answer(
    provider="ours",
    document="a.png",
    repeat=0,
    started="2026-01-01T00:00:00+00:00",
    seconds=0.25,
    outcome="answered",
    status=200,
    reason="",
    pages=(PAGE,),
    raw_sha256="",
    cold=True,
    cost=None,
    bytes_sent=9,
    host="127.0.0.1",
)
SENT = Sent("2026-01-01T00:00:00+00:00", "ours", "127.0.0.1", "a.png", "ab", 0, 9)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    run.begin()
    return run


def test_answers_come_back_as_they_were(folder: RunFolder) -> None:
    folder.add(ANSWER)
    folder.sending(SENT)
    assert RunFolder(folder.path).answers() == [ANSWER]
    assert RunFolder(folder.path).egress() == [SENT]
    assert folder.raw(folder.keep_raw(b"raw")) == b"raw"
    assert folder.keep_raw(b"") == ""


def test_a_line_that_a_crash_cut_short_is_taken_away(folder: RunFolder) -> None:
    folder.add(ANSWER)
    file = folder.path / "answers.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:50])
    assert folder.answers() == [ANSWER]
    folder.mend()
    folder.add(ANSWER)
    assert folder.answers() == [ANSWER, ANSWER]


def test_only_the_user_can_look_into_it(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir(mode=0o755)
    for name in ("empty", "new"):
        RunFolder(tmp_path / name).begin()
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(NotCompared, match="is no run folder and not empty"):
        RunFolder(tmp_path).begin()
    with pytest.raises(NotCompared, match="is no run folder"):
        RunFolder(tmp_path).about()


def test_two_runs_do_not_share_a_folder(folder: RunFolder) -> None:
    with folder.alone(), pytest.raises(NotCompared, match="Another run uses"):
        RunFolder(folder.path).alone()
    with folder.alone():
        pass
