"""`docs/contracts.md` has something about each contract, and the tests show something of each."""

import re
import subprocess
import sys

import pytest

from server.contracts.registry import CONTRACTS, OWN
from tests.docs.markdown import ROOT, Markdown

LINK = r"\| `contracts\.{name}\.keys` \| \[[^\]]+\]\(docs/contracts\.md#([\w-]+)\) \|"
DOCUMENT = Markdown.of("docs/contracts.md")
README = Markdown.of("README.md").text


def section_of(contract: str, readme: str) -> str | None:
    """Return the anchor that the contract's row in the README leads to; None where it leads to no section."""
    found = re.search(LINK.format(name=re.escape(contract)), readme)
    return found.group(1) if found else None


@pytest.fixture(scope="module")
def tested() -> set[str]:
    """The folders of ``tests/contract`` with a test of an operation; each such test is a row of the table."""
    options = ("--collect-only", "-q", "-m", "operation", "-p", "no:cacheprovider")
    command = (sys.executable, "-m", "pytest", *options, "tests/contract")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return set(re.findall(r"^tests/contract/(\w+)/\S+::", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_contract_has_a_section(name: str) -> None:
    section = name if name == OWN else section_of(name, README)
    assert section in DOCUMENT.anchors, (
        "write a section in docs/contracts.md; the contract's row in README.md leads to it"
    )


@pytest.mark.parametrize("name", [name for name in CONTRACTS if name != OWN])
def test_every_contract_has_a_row_among_the_operations(name: str, tested: set[str]) -> None:
    assert name in tested, f"mark a test in tests/contract/{name} with pytest.mark.operation"


def test_a_row_that_leads_nowhere_is_found_out() -> None:
    row = "| me | there | `contracts.tiny.keys` | [Tiny](docs/contracts.md#tiny) |"
    assert section_of("tiny", row) == "tiny"
    assert section_of("small", row) is None
    assert section_of("tiny", row.replace("#tiny", "")) is None
