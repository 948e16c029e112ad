"""One set of documents through each contract: the comparison's clients get the same words from this server."""

import re
from collections import Counter

import pytest
import yaml

from benchmarks.compare.destinations import destinations_of
from benchmarks.compare.kept import RunFolder
from benchmarks.compare.model import Answer, Document
from benchmarks.compare.plan import read_plan
from benchmarks.compare.running import run
from tests.contract.conftest import ROOT, Server
from tests.unit.benchmarks.compare.samples import document

PLAN = ROOT / "benchmarks" / "compare" / "contracts.yaml"
PAGES = ("print.png", "mixed.png", "table.png")
CHINESE = "mixed.png"
"""complexDOcr joins the lines of a paragraph, in Chinese without a space: there words are not told apart."""
LINE_ENDS = {"PP-OCRv5", "Baidu AI"}
"""Contracts that carry every line by itself with its score."""

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
"""Baidu's and CapSolver's own packages leave their connections open."""


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [document(ROOT / "tests" / "golden" / "pages" / name) for name in PAGES]


@pytest.fixture(scope="module")
def answers(server: Server, documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    folder = tmp_path_factory.mktemp("contracts")
    content = yaml.safe_load(PLAN.read_text(encoding="utf-8"))
    for provider in content["providers"].values():
        provider["endpoint"] = server.url
    path = folder / "plan.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    plan = read_plan(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANY_KEY", "any-key")
        run(plan, documents, destinations_of(plan), RunFolder(folder / "run"), [], lambda *_: None)
    return RunFolder(folder / "run").answers()


def words(answer: Answer) -> Counter[str]:
    """The words of an answer, without the order in which a contract puts them."""
    return Counter(re.findall(r"\w+", " ".join(page.text for page in answer.pages)))


def characters(answer: Answer) -> Counter[str]:
    """The characters of an answer, without spaces."""
    return Counter("".join(page.text for page in answer.pages).replace(" ", "").replace("\n", ""))


def test_every_contract_answers_every_document(answers: list[Answer]) -> None:
    assert [(each.provider, each.outcome, each.reason) for each in answers if each.outcome != "answered"] == []
    assert len(answers) == 5 * len(PAGES)
    assert {each.provider for each in answers if each.pages[0].lines[0].polygon} == {
        "PP-OCRv5",
        "Baidu AI",
        "complexDOcr",
    }


@pytest.mark.parametrize("page", PAGES)
def test_all_contracts_carry_the_same_words(answers: list[Answer], page: str) -> None:
    carry = characters if page == CHINESE else words
    found = {each.provider: carry(each) for each in answers if each.document == page}
    first = found["PP-OCRv5"]
    assert sum(first.values()) > 10
    assert {name: (first - each, each - first) for name, each in found.items() if each != first} == {}


@pytest.mark.parametrize("page", PAGES)
def test_contracts_with_lines_carry_the_same_lines(answers: list[Answer], page: str) -> None:
    lines = [
        [(line.text, round(line.score or 0, 3)) for line in each.pages[0].lines]
        for each in answers
        if each.document == page and each.provider in LINE_ENDS
    ]
    assert lines[0] == lines[1]
