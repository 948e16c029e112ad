"""The commands ``compare``: what they print, their exit codes, and what they leave behind."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.evaluation_data import REPOSITORY
from tests.unit.benchmarks.compare.samples import image_document
from tests.unit.benchmarks.compare.stand_in import Asked, Said, standing_in
from tests.unit.server.cli.commands import FAILED, MISCONFIGURED, run

READ = {"result": {"ocrResults": [{"prunedResult": {"rec_texts": ["Gate 7"], "rec_scores": [1], "rec_polys": [[]]}}]}}
INTERRUPTED = 130


def write_plan(folder: Path, url: str, further: str = "") -> Path:
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    for number in range(3):
        image_document(pages, f"{number}.png")
        (pages / f"{number}.txt").write_text("Gate 7 closes", encoding="utf-8")
    path = folder / "plan.yaml"
    path.write_text(
        f"documents: [{{format: folder, path: {pages}}}]\n"
        f'providers:\n  ours: {{use: ppocrv5, endpoint: "{url}"}}\n{further}',
        encoding="utf-8",
    )
    return path


def test_plan_sends_nothing_and_says_what_run_needs(tmp_path: Path) -> None:
    with standing_in(lambda _asked: Said(READ)) as server:
        far = '  far: {use: capsolver, endpoint: "https://192.0.2.1", key: "env:NO_SUCH_KEY"}\n'
        told = run("compare", "plan", write_plan(tmp_path, server.url, far))
        assert told.exit_code == 0, told.output
        assert "3 documents with 3 pages, each sent once to every provider." in told.stdout
        assert "run needs: --send-to 192.0.2.1" in told.stdout
        refused = run("compare", "run", tmp_path / "plan.yaml", "--output", tmp_path / "run")
        assert refused.exit_code == MISCONFIGURED
        assert "Nothing was sent" in refused.stderr
        assert server.asked == []


def test_run_keeps_every_outcome_and_the_same_command_goes_on(tmp_path: Path) -> None:
    with standing_in(lambda asked: Said(READ) if len(server.asked) != 2 else Said({}, 429)) as server:
        command = ("compare", "run", write_plan(tmp_path, server.url), "--output", tmp_path / "run")
        first = run(*command)
        assert first.exit_code == 0, first.output
        assert "ours: 2 answered, 1 throttled" in first.stdout
        again = run(*command)
        assert again.exit_code == 0
        assert "ours: nothing is left to ask" in again.stdout
        assert len(server.asked) == 3


def test_report_asks_nobody(tmp_path: Path) -> None:
    with standing_in(lambda _asked: Said(READ)) as server:
        run("compare", "run", write_plan(tmp_path, server.url), "--output", tmp_path / "run")
        asked = len(server.asked)
        done = run("compare", "report", tmp_path / "run")
        assert len(server.asked) == asked
    assert done.exit_code == 0, done.output
    page = tmp_path / "run" / "report" / "report.html"
    assert str(page) in done.stdout
    assert "Gate 7" in page.read_text(encoding="utf-8")
    hidden = run("compare", "report", tmp_path / "run", "--output", tmp_path / "hidden", "--no-pictures")
    assert hidden.exit_code == 0, hidden.output
    assert "Gate 7" not in (tmp_path / "hidden" / "report.html").read_text(encoding="utf-8")


def test_a_folder_that_is_no_run_is_one_line(tmp_path: Path) -> None:
    done = run("compare", "report", tmp_path)
    assert done.exit_code == MISCONFIGURED
    assert len(done.stderr.splitlines()) == 1


def test_what_was_not_sent_is_told_and_fails_the_command(tmp_path: Path) -> None:
    with standing_in(lambda _asked: Said(READ)) as server:
        url = server.url
    done = run("compare", "run", write_plan(tmp_path, url), "--output", tmp_path / "run")
    assert done.exit_code == FAILED
    assert "ours: 127.0.0.1, port " in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("further", "said"),
    [
        ("bugdet: 1", "bugdet"),
        ("  bad: {use: nobody}", "providers.bad.use"),
        ("  bad: {use: ppocrv5, endpoint: x}", "providers.bad"),
    ],
)
def test_a_wrong_plan_is_one_line(tmp_path: Path, further: str, said: str) -> None:
    done = run("compare", "plan", write_plan(tmp_path, "http://127.0.0.1:1", further))
    assert done.exit_code == MISCONFIGURED
    (line,) = done.stderr.splitlines()
    assert said in line


def test_two_sources_with_the_same_documents_need_categories(tmp_path: Path) -> None:
    path = write_plan(tmp_path, "http://127.0.0.1:1")
    source = f"{{format: folder, path: {tmp_path / 'pages'}}}"
    path.write_text(path.read_text().replace(f"[{source}]", f"[{source}, {source}]"), encoding="utf-8")
    done = run("compare", "plan", path)
    assert done.exit_code == MISCONFIGURED
    assert "pages/0.png is there twice. Give the sources categories of their own." in done.stderr


def test_an_interruption_keeps_what_is_there(tmp_path: Path) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def say(_asked: Asked) -> Said:
        asked.set()
        go_on.wait(60)
        return Said(READ)

    with standing_in(say) as server:
        plan = write_plan(tmp_path, server.url)
        program = "from server.cli import main; main()"
        command = [sys.executable, "-c", program, "compare", "run", str(plan), "--output", str(tmp_path / "run")]
        with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) as process:
            assert asked.wait(120)
            process.send_signal(signal.SIGINT)
            go_on.set()
            _, said = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert said.splitlines()[-1].startswith("Interrupted. What was answered is kept.")
    assert len((tmp_path / "run" / "answers.jsonl").read_text().splitlines()) == 1
