"""The report as a whole."""

import base64
import csv
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from benchmarks.compare.model import AnswerLine
from benchmarks.compare.report.making import make_report
from benchmarks.compare.report.settings import WrongReport
from tests.unit.benchmarks.compare.run_folder import ERRORS, keep_answers, kept_answers, without_answer

FILES = ("report.html", "report.json", "scores.csv", "documents.csv")
SECRET = "iota"
HARDWARE = {"provider": "careful too", "price": 1800, "monthly": 25}


def _made(run: Path, name: str = "report", date: str = "a date", **options) -> Path:
    return make_report(run, run.parent / name, below=run.parent, date=date, **options)


def test_the_same_answers_make_the_same_bytes_but_for_the_date(run: Callable[..., Path]) -> None:
    folder = run(report={"hardware": HARDWARE})
    first, again, later = (_made(folder, name, date) for name, date in (("a", "one"), ("b", "one"), ("c", "two")))
    for name in (*FILES, "SHA256SUMS"):
        assert (first.parent / name).read_bytes() == (again.parent / name).read_bytes()
    for name in FILES:
        one, other = ((page.parent / name).read_text() for page in (first, later))
        assert one.replace("<time>one</time>", "<time>two</time>").replace('"date": "one"', '"date": "two"') == other
    assert first.read_text() != later.read_text()


def test_the_sums_are_those_of_the_files(run: Callable[..., Path]) -> None:
    page = _made(run())
    rows = [line.split("  ") for line in (page.parent / "SHA256SUMS").read_text().splitlines()]
    assert sorted(name for _, name in rows) == sorted(FILES)
    for digest, name in rows:
        assert hashlib.sha256((page.parent / name).read_bytes()).hexdigest() == digest


def test_the_page_needs_nothing_from_elsewhere_and_runs_its_own_script_alone(run: Callable[..., Path]) -> None:
    tree = html.fromstring(_made(run()).read_bytes())
    addresses = [value for element in tree.iter() for name, value in element.items() if name in ("src", "href")]
    assert addresses
    assert all(value.startswith(("data:image/jpeg;base64,", "#")) for value in addresses)
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "default-src 'none'" in policy
    (script,) = tree.xpath("//script/text()")
    digest = hashlib.sha256(script.encode()).digest()
    assert base64.b64encode(digest).decode() in policy
    assert "@import" not in tree.xpath("//style/text()")[0]
    assert "url(" not in tree.xpath("//style/text()")[0]


def test_every_link_of_the_contents_has_its_section(run: Callable[..., Path]) -> None:
    tree = html.fromstring(_made(run()).read_bytes())
    links = [link.removeprefix("#") for link in tree.xpath("//nav/a/@href")]
    assert links == tree.xpath("//section/@id")
    assert len(links) == 13


def test_texts_of_providers_and_names_of_files_cannot_become_html(run: Callable[..., Path]) -> None:
    evil = "</div><script>alert(1)</script><img src=x onerror=alert(1)>"
    folder = run()
    answers = kept_answers(folder)
    lines = tuple(AnswerLine(evil) for _ in range(4))
    pages = [replace(page, text="\n".join([evil] * 4), lines=lines) for page in answers[0].pages]
    keep_answers(folder, [replace(answers[0], pages=tuple(pages)), *answers[1:]])
    about = json.loads((folder / "run.json").read_text())
    about["runs"][0]["machine"][evil] = evil
    about["plan"]["report"] = {"title": evil, "blind": 12, "worst": 5}
    (folder / "run.json").write_text(json.dumps(about))
    page = _made(folder).read_text()
    tree = html.fromstring(page)
    assert evil not in page
    assert page.count("&lt;script&gt;alert(1)") > 3
    assert len(tree.xpath("//script")) == 1
    assert not tree.xpath("//img[@src='x']")


def test_documents_that_are_not_to_be_published_leave_no_picture_no_text_and_no_name(
    run: Callable[..., Path],
) -> None:
    bills = {"format": "folder", "path": "bills", "publish": False}
    page = _made(run(sources=[bills, {"format": "folder", "path": "letters"}]))
    told = page.read_text()
    assert "bills/00.png" not in told
    assert "letters/01.png" in told
    for name in FILES[1:]:
        assert "00.png" not in (page.parent / name).read_text()
    hidden = _made(page.parent.parent / "run", "hidden", pictures=False)
    assert "<img" not in hidden.read_text()
    for name in FILES:
        assert SECRET not in (hidden.parent / name).read_text()
        assert ".png" not in (hidden.parent / name).read_text()


def test_the_figures_are_there_for_programs(run: Callable[..., Path]) -> None:
    page = _made(run(report={"hardware": HARDWARE}))
    told = json.loads((page.parent / "report.json").read_text())
    assert [each["name"] for each in told["figures"]["providers"]][2] == "hasty"
    assert told["figures"]["with_truth"] == 12
    rows = list(csv.DictReader((page.parent / "documents.csv").read_text().splitlines()))
    assert len(rows) == 12 * len(ERRORS)
    assert {row["outcomes"] for row in rows} == {"answered", "throttled"}
    scores = list(csv.DictReader((page.parent / "scores.csv").read_text().splitlines()))
    hasty = next(row for row in scores if (row["provider"], row["metric"]) == ("hasty", "word_f1"))
    whole = next(each for each in told["figures"]["providers"] if each["name"] == "hasty")
    assert float(hasty["value"]) == pytest.approx(whole["metrics"]["word_f1"]["value"], abs=1e-6)


def test_votes_are_counted_for_the_providers_whose_answers_were_chosen(run: Callable[..., Path]) -> None:
    folder = run(report={"blind": 8})
    tree = html.fromstring(_made(folder).read_bytes())
    report = tree.xpath("//section[@id='blind']/@data-report")[0]
    names = sorted(set(tree.xpath("//section[@id='blind']//input/@name")))
    assert len(names) == 8
    votes = folder.parent / "votes.json"
    votes.write_text(json.dumps({"report": report, "votes": dict.fromkeys(names, "left")}))
    page = _made(folder, "voted", votes=[votes])
    told = json.loads((page.parent / "report.json").read_text())
    assert sum(pair["for_one"] + pair["for_other"] for pair in told["votes"]) == 8
    assert "Votes" in page.read_text()


def test_before_the_votes_come_in_the_blind_pages_name_nobody(run: Callable[..., Path]) -> None:
    tree = html.fromstring(_made(run()).read_bytes())
    (section,) = tree.xpath("//section[@id='blind']")
    told = html.tostring(section).decode()
    assert not any(re.search(rf"\b{name}\b", told) for name in ("careful", "hasty"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no JSON", "no file of votes"),
        ('{"report": "x", "votes": {"page-1": "mine"}}', "no file of votes"),
        ('{"report": "x", "votes": {}}', "belongs to another report"),
        (None, "cannot be read"),
    ],
)
def test_other_files_are_not_taken_for_votes(run: Callable[..., Path], content: str | None, said: str) -> None:
    folder = run()
    votes = folder.parent / "votes.json"
    if content is not None:
        votes.write_text(content)
    with pytest.raises(WrongReport, match=said):
        _made(folder, votes=[votes])


def test_without_truth_the_report_says_so_and_shows_agreement(run: Callable[..., Path]) -> None:
    folder = run()
    for path in folder.parent.rglob("*.txt"):
        path.unlink()
    page = _made(folder)
    told = json.loads((page.parent / "report.json").read_text())
    assert told["verdict"][0] == "No document has a known text, so accuracy is not measured."
    assert 50 < told["figures"]["agreement"]["careful"]["hasty"] < 100
    assert "No page can be shown: none has a known text" in page.read_text()


def test_a_provider_that_answers_nothing_is_told_of(run: Callable[..., Path]) -> None:
    folder = run()
    answers = [
        without_answer(answer, "timeout") if answer.provider == "careful" else answer for answer in kept_answers(folder)
    ]
    keep_answers(folder, answers)
    told = json.loads((_made(folder).parent / "report.json").read_text())
    figures = {each["name"]: each for each in told["figures"]["providers"]}
    assert figures["careful"]["metrics"]["word_f1"]["value"] == 0
    assert figures["careful"]["outcomes"] == {"timeout": 12}
    assert any("careful left 12 of 12 requests" in sentence for sentence in told["verdict"])


def test_nothing_to_score_is_said(run: Callable[..., Path]) -> None:
    folder = run()
    (folder / "answers.jsonl").write_text("")
    with pytest.raises(WrongReport, match="holds no answers yet"):
        _made(folder)


def test_metrics_that_are_not_there_are_named(run: Callable[..., Path]) -> None:
    with pytest.raises(WrongReport, match="metrics: there is no metric 'bleu'"):
        _made(run(metrics=["bleu"]))


def test_the_plan_chooses_the_metrics(run: Callable[..., Path]) -> None:
    told = json.loads((_made(run(metrics=["cer"])).parent / "report.json").read_text())
    assert told["figures"]["metrics"] == ["word_f1", "cer"]
