import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.compare.errors import NotCompared, WrongPlan
from benchmarks.compare.kept import RunFolder
from benchmarks.compare.model import Answer, Document
from benchmarks.compare.plan import Plan, read_plan
from tests.evaluation_data import REPOSITORY
from tests.unit.benchmarks.compare.runs import ask
from tests.unit.benchmarks.compare.samples import image_document, pdf_document
from tests.unit.benchmarks.compare.stand_in import Asked, Said, standing_in

READ = {
    "result": {"ocrResults": [{"prunedResult": {"rec_texts": ["出口"], "rec_scores": [0.5], "rec_polys": [[[0, 0]]]}}]}
}
SECRET = "sk-a-secret-token"
OUTSIDE = "192.0.2.1"


def plan_for(folder: Path, url: str, rest: str = "", provider: str = "", timeout: float = 60) -> Plan:
    path = folder / "plan.yaml"
    ours = f'{{use: ppocrv5, endpoint: "{url}", timeout_seconds: {timeout}{provider}}}'
    path.write_text(f"documents: [{{format: folder}}]\nproviders: {{ours: {ours}}}\n{rest}", encoding="utf-8")
    return read_plan(path)


def answers(folder: Path) -> list[Answer]:
    return RunFolder(folder).answers()


@pytest.fixture
def documents(tmp_path: Path) -> list[Document]:
    return [image_document(tmp_path, f"{number}.png", f"Gate {number}") for number in range(4)]


def in_turn(*said: Said) -> Callable[[Asked], Said]:
    rest = iter(said)
    return lambda _asked: next(rest)


def test_every_outcome_is_a_result_and_nothing_is_sent_twice(tmp_path: Path, documents: list[Document]) -> None:
    said = in_turn(Said(READ), Said({"errorCode": 429}, 429), Said({"errorCode": 422}, 422), Said({"result": {}}))
    with standing_in(said) as server:
        (progress,) = ask(plan_for(tmp_path, server.url), documents, tmp_path / "run").values()
    assert progress.outcomes == {"answered": 1, "throttled": 1, "refused": 1, "failed": 1}
    assert (progress.done, progress.stopped) == (4, "")
    assert len(server.asked) == 4
    first, *others = answers(tmp_path / "run")
    assert (first.pages[0].text, first.status, first.cold, first.cost) == ("出口", 200, True, 0.0)
    assert [(each.status, each.cold) for each in others] == [(429, False), (422, False), (200, False)]
    assert others[-1].reason == "The answer has not the documented form (KeyError)."
    folder = RunFolder(tmp_path / "run")
    assert json.loads(folder.raw(first.raw_sha256)) == READ
    assert json.loads(folder.raw(others[0].raw_sha256)) == {"errorCode": 429}
    assert [each.sha256 for each in folder.egress()] == [each.sha256 for each in documents]
    assert [each["sha256"] for each in folder.about()["documents"]] == [each.sha256 for each in documents]


def test_a_late_answer_is_a_timeout(tmp_path: Path, documents: list[Document]) -> None:
    end = threading.Event()
    with standing_in(lambda _asked: Said({"late": end.wait(20)})) as server:
        (progress,) = ask(plan_for(tmp_path, server.url, timeout=0.5), documents[:1], tmp_path / "run").values()
        end.set()
    assert progress.outcomes == {"timeout": 1}


def test_a_run_is_resumed_where_it_ended(tmp_path: Path, documents: list[Document]) -> None:
    plan_text = "repeats: 2"
    with standing_in(lambda _asked: Said({}, 503)) as server:
        plan = plan_for(tmp_path, server.url, plan_text)
        ask(plan, documents[:2], tmp_path / "run")
        file = tmp_path / "run" / "answers.jsonl"
        lines = file.read_bytes().splitlines(keepends=True)
        assert len(lines) == 4
        file.write_bytes(b"".join(lines[:3]) + lines[3][:20])
        (progress,) = ask(plan, documents[:2], tmp_path / "run").values()
        assert (progress.total, progress.done) == (1, 1), "failures are results, so they are not asked again"
        assert len(server.asked) == 5
    about = RunFolder(tmp_path / "run").about()
    assert len(about["runs"]) == 2
    assert len({(each.document, each.repeat) for each in answers(tmp_path / "run")}) == 4


def test_another_plan_or_other_documents_need_another_folder(tmp_path: Path, documents: list[Document]) -> None:
    with standing_in(lambda _asked: Said(READ)) as server:
        ask(plan_for(tmp_path, server.url), documents[:1], tmp_path / "run")
        for plan, given in (
            (plan_for(tmp_path, server.url), documents[:2]),
            (plan_for(tmp_path, server.url, provider=", fields: {preset: tiny}"), documents[:1]),
        ):
            with pytest.raises(NotCompared, match="belongs to another plan or to other documents"):
                ask(plan, given, tmp_path / "run")
        assert len(server.asked) == 1


PRICES = """
currency: USD
prices:
  dear: {per_1000_pages: 1000, date: "2025-06", source: a test}
"""


def test_the_budget_is_kept_also_when_a_run_is_resumed(tmp_path: Path, documents: list[Document]) -> None:
    (tmp_path / "prices.yaml").write_text(PRICES, encoding="utf-8")
    rest = f"prices: {tmp_path / 'prices.yaml'}\nbudget: "
    with standing_in(in_turn(Said({}, 429), Said(READ), Said(READ), Said(READ))) as server:
        plan = plan_for(tmp_path, server.url, rest + "2.5", provider=", price: dear")
        (progress,) = ask(plan, documents, tmp_path / "run").values()
        assert progress.outcomes == {"throttled": 1, "answered": 2}, "who is throttled is not charged"
        assert "budget" in progress.stopped
        (again,) = ask(plan, documents, tmp_path / "run").values()
        assert (again.done, len(server.asked)) == (0, 3)
        more = plan_for(tmp_path, server.url, rest + "3", provider=", price: dear")
        (last,) = ask(more, documents, tmp_path / "run").values()
        assert (last.done, last.stopped) == (1, "")
    assert [each.cost for each in answers(tmp_path / "run")] == [0.0, 1.0, 1.0, 1.0]


def test_a_document_whose_answer_was_lost_is_taken_for_charged(tmp_path: Path, documents: list[Document]) -> None:
    (tmp_path / "prices.yaml").write_text(PRICES, encoding="utf-8")
    rest = f"prices: {tmp_path / 'prices.yaml'}\nbudget: 1"
    with standing_in(lambda _asked: Said(READ)) as server:
        plan = plan_for(tmp_path, server.url, rest, provider=", price: dear")
        ask(plan, documents[:1], tmp_path / "run")
        (tmp_path / "run" / "answers.jsonl").write_bytes(b"")
        (progress,) = ask(plan, documents[:1], tmp_path / "run").values()
        assert (progress.done, len(server.asked)) == (0, 1)
        assert "budget" in progress.stopped


def test_a_budget_needs_a_price(tmp_path: Path, documents: list[Document]) -> None:
    plan = plan_for(tmp_path, f"http://{OUTSIDE}:1", "budget: 1")
    with pytest.raises(WrongPlan, match="no budget can be kept without a price for ours"):
        ask(plan, documents, tmp_path / "run", [OUTSIDE])


def test_nothing_leaves_unless_the_command_line_names_the_host(tmp_path: Path, documents: list[Document]) -> None:
    plan = plan_for(tmp_path, f"http://{OUTSIDE}:9")
    with pytest.raises(WrongPlan, match=f"To allow that, give --send-to {OUTSIDE}"):
        ask(plan, documents, tmp_path / "run", ["192.0.2.2"])
    assert not (tmp_path / "run").exists()


def test_who_cannot_be_reached_is_told_of_once(tmp_path: Path, documents: list[Document]) -> None:
    with standing_in(lambda _asked: Said(READ)) as server:
        url = server.url
    (progress,) = ask(plan_for(tmp_path, url), documents, tmp_path / "run").values()
    assert progress.stopped.startswith("127.0.0.1, port ")
    assert "cannot be reached (Connection refused). Nothing was sent to it." in progress.stopped
    assert answers(tmp_path / "run") == []


def test_what_a_provider_does_not_take_is_refused_and_not_sent(tmp_path: Path) -> None:
    document = pdf_document(tmp_path)
    path = tmp_path / "plan.yaml"
    with standing_in(lambda _asked: Said({}, 500)) as server:
        path.write_text(
            f'documents: [{{}}]\nproviders: {{capsolver: {{endpoint: "{server.url}", key: "env:X"}}}}', encoding="utf-8"
        )
        (progress,) = ask(read_plan(path), [document], tmp_path / "run").values()
        assert server.asked == []
    assert progress.outcomes == {"refused": 1}
    (answer,) = answers(tmp_path / "run")
    assert (answer.bytes_sent, answer.cost) == (0, 0.0)
    assert "no PDF" in answer.reason
    assert RunFolder(tmp_path / "run").egress() == []


def test_several_threads_share_the_work(tmp_path: Path, documents: list[Document]) -> None:
    together = threading.Barrier(3)

    def say(_asked: Asked) -> Said:
        if len(server.asked) > 1:  # the first goes alone
            together.wait(20)
        return Said(READ)

    with standing_in(say) as server:
        (progress,) = ask(
            plan_for(tmp_path, server.url, provider=", concurrency: 3"), documents, tmp_path / "run"
        ).values()
    assert progress.outcomes == {"answered": 4}
    assert [each.cold for each in answers(tmp_path / "run")] == [True, False, False, False]


def test_no_credential_is_kept_or_told(
    tmp_path: Path, documents: list[Document], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("A_TOKEN", SECRET)

    def echo(asked: Asked) -> Said:
        return Said({"you sent": asked.headers["authorization"]}, 403 if len(server.asked) > 1 else 200)

    with standing_in(echo) as server:
        plan = plan_for(tmp_path, server.url, provider=', token: "env:A_TOKEN"')
        (progress,) = ask(plan, documents, tmp_path / "run").values()
    assert server.asked[0].headers["authorization"] == f"token {SECRET}"
    assert progress.outcomes == {"failed": 1, "refused": 3}
    kept = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert len(kept) >= 4
    for path in kept:
        assert SECRET.encode() not in path.read_bytes(), path.name
    assert SECRET not in "".join(capfd.readouterr())


def test_a_missing_credential_is_one_sentence(
    tmp_path: Path, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_TOKEN", raising=False)
    with standing_in(lambda _asked: Said(READ)) as server:
        plan = plan_for(tmp_path, server.url, provider=', token: "env:NO_TOKEN"')
        (progress,) = ask(plan, documents, tmp_path / "run").values()
        assert server.asked == []
    assert progress.stopped == "The credential env:NO_TOKEN is empty or not there. Set the variable or write the file."


INTERRUPTED = """
import sys
from pathlib import Path
from tests.unit.benchmarks.compare.runs import ask
from tests.unit.benchmarks.compare.samples import document
from benchmarks.compare.plan import read_plan
folder = Path(sys.argv[1])
documents = [document(path) for path in sorted(folder.glob("*.png"))]
try:
    ask(read_plan(folder / "plan.yaml"), documents, folder / "run")
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_an_interrupted_run_keeps_what_is_on_its_way_and_can_be_resumed(
    tmp_path: Path, documents: list[Document]
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def say(_asked: Asked) -> Said:
        if len(server.asked) == 2:
            asked.set()
            go_on.wait(60)
        return Said(READ)

    with standing_in(say) as server:
        plan = plan_for(tmp_path, server.url)
        command = [sys.executable, "-c", INTERRUPTED, str(tmp_path)]
        with subprocess.Popen(command, cwd=REPOSITORY) as process:
            assert asked.wait(120)
            process.send_signal(signal.SIGINT)
            go_on.set()
            assert process.wait(60) == 130
        assert len(answers(tmp_path / "run")) == 2
        (progress,) = ask(plan, documents, tmp_path / "run").values()
    assert (progress.done, len(server.asked)) == (2, 4)


def test_a_document_that_was_changed_meanwhile_is_not_sent(tmp_path: Path, documents: list[Document]) -> None:
    with standing_in(lambda _asked: Said(READ)) as server:
        documents[1].path.write_bytes(documents[0].path.read_bytes())
        (progress,) = ask(plan_for(tmp_path, server.url), documents, tmp_path / "run").values()
        assert len(server.asked) == 1
    assert progress.stopped == "The document 1.png was changed since the run began. What is left was not sent."


NAMESPACE = ("unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
"""Runs a command where there is no network but loopback."""


def has_namespaces() -> bool:
    if not all(map(shutil.which, ("unshare", "ip"))):
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


WITHOUT_A_ROUTE = """
import json, sys
from pathlib import Path
from tests.unit.benchmarks.compare.runs import ask
from tests.unit.benchmarks.compare.samples import document
from tests.unit.benchmarks.compare.stand_in import Said, standing_in
from benchmarks.compare.plan import read_plan
folder = Path(sys.argv[1])
with standing_in(lambda _asked: Said(json.loads(sys.argv[2]))) as server:
    (folder / "plan.yaml").write_text('documents: [{}]\\nproviders:\\n'
        '  far: {use: ppocrv5, endpoint: "https://ocr.example"}\\n'
        '  near: {use: ppocrv5, endpoint: "' + server.url + '"}\\n')
    found = ask(read_plan(folder / "plan.yaml"), [document(folder / "0.png")], folder / "run", ["ocr.example"])
print(json.dumps({name: [each.outcomes, each.stopped] for name, each in found.items()}))
"""


@pytest.mark.skipif(not has_namespaces(), reason="this machine allows no network namespace: unshare --net")
def test_without_a_route_a_local_comparison_runs_and_a_remote_provider_is_one_line(
    tmp_path: Path, documents: list[Document]
) -> None:
    assert documents
    command = [*NAMESPACE, sys.executable, "-c", WITHOUT_A_ROUTE, str(tmp_path), json.dumps(READ)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["near"] == [{"answered": 1}, ""]
    outcomes, stopped = found["far"]
    assert outcomes == {}
    (line,) = stopped.splitlines()
    assert line.startswith("ocr.example, port 443, cannot be reached (")


def test_an_error_of_the_tool_itself_is_not_swallowed(tmp_path: Path, documents: list[Document]) -> None:
    with standing_in(lambda _asked: Said(READ)) as server:
        plan = plan_for(tmp_path, server.url)
        documents[1].path.unlink()
        with pytest.raises(FileNotFoundError):
            ask(plan, documents, tmp_path / "run")
    assert len(answers(tmp_path / "run")) == 1
