from pathlib import Path

import pytest

from benchmarks.compare.destinations import destinations_of
from benchmarks.compare.forecast import told
from benchmarks.compare.plan import read_plan
from tests.unit.benchmarks.compare.samples import image_document, pdf_document

PLAN = """
documents: [{}]
repeats: 3
budget: 0.01
providers:
  ours: {use: ppocrv5, endpoint: "http://127.0.0.1:8080"}
  azure: {use: azure_document_intelligence, endpoint: "https://192.0.2.1", key: "env:KEY", requests_per_second: 0.05}
  solver: {use: capsolver, endpoint: "https://192.0.2.2", key: "env:KEY"}
  unknown: {use: complexdocr, endpoint: "https://192.0.2.3"}
"""


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.delenv("KEY", raising=False)
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    plan = read_plan(path)
    return list(told(plan, destinations_of(plan), [image_document(tmp_path), pdf_document(tmp_path, 3)]))


def test_who_gets_how_much_at_what_cost_and_in_what_time(lines: list[str]) -> None:
    assert lines[0] == "2 documents with 4 pages, each sent 3 times to every provider."
    rows = {line.split()[0]: line.split()[1:] for line in lines[2:7]}
    assert rows["ours"] == ["127.0.0.1", "(this", "machine)", "6", "12", "0.00", "no", "quota"]
    assert rows["azure"] == ["192.0.2.1", "6", "12", "0.0180", "2", "min", "0", "s"]
    assert rows["solver"] == ["192.0.2.2", "3", "3", "0.0012", "0", "min", "0", "s"]
    assert rows["unknown"] == ["192.0.2.3", "6", "12", "unknown", "no", "quota"]


def test_what_the_user_is_to_know_stands_below(lines: list[str]) -> None:
    below = "\n".join(lines[7:])
    assert "Total: 0.0192 USD, by prices.yaml. The price of unknown is not known." in below
    assert "Budget: 0.01 USD. The run stops before it is exceeded." in below
    assert "solver: 1 document left out. This provider takes images and no PDF files, so nothing was sent." in below
    assert "azure: 1.50 USD for 1,000 pages, as of 2025-06: https://azure" in below
    assert "check before use" in below
    assert "run needs: --send-to 192.0.2.1 --send-to 192.0.2.2 --send-to 192.0.2.3" in below
