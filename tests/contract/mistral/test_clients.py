"""Clients of other makers, unmodified: what each hands its user is compared with the text of the document."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.contract.clients.environment import node_with, python_with, told
from tests.contract.conftest import Server
from tests.contract.paddleocr_jobs.documents import HEADING, ROWS, SENTENCE, report_pdf, squeezed

PROGRAMS = Path(__file__).with_name("programs")
TOKEN = "sk-of-these-tests"
PAGES = 2
NO_ANNOTATIONS = "annotations are refused, because no language model runs here"


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for a key."""
    file = tmp_path_factory.mktemp("keyed") / "config.yaml"
    file.write_text(yaml.safe_dump({"ppocr_server": {"contracts": {"mistral": {"keys": {"tests": TOKEN}}}}}))
    running = Server("--config", str(file))
    yield running
    running.stop()


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    file = tmp_path / "report.pdf"
    file.write_bytes(report_pdf(PAGES))
    return file


def check_text(markdown: str) -> None:
    assert re.search(rf"^#+ {HEADING}$", markdown, re.MULTILINE)
    assert squeezed(SENTENCE) in squeezed(markdown)


@pytest.mark.client("@mistralai/mistralai (Node)", "2.7.0", "`serverURL`", but=NO_ANNOTATIONS)
def test_the_sdk_for_node(keyed: Server, report_file: Path, tmp_path: Path):
    # Node looks for packages beside the program.
    program = shutil.copy(PROGRAMS / "sdk.mjs", tmp_path)
    (tmp_path / "node_modules").symlink_to(node_with("@mistralai/mistralai") / "node_modules")
    found = told(["node", program, keyed.url, TOKEN, report_file], tmp_path)
    assert [page["index"] for page in found["pages"]] == list(range(PAGES))
    for page in found["pages"]:
        check_text(page["markdown"])
        (table,) = page["tables"]
        assert re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td></tr>", table) == list(ROWS)
        assert page["images"] == ["data:image/jpeg;base64,"]
        assert page["blocks"] == ["title", "text", "table", "image"]
        assert page["size"] == [1000, 1300]
    assert found["model"].startswith("ppocr-server/PP-OCR")
    assert (found["bytes"], found["deleted"]) == (report_file.stat().st_size, True)
    assert found["annotated"][:2] == ["HTTPValidationError", 422]
    assert found["stranger"][1] == 401


@pytest.mark.client("LiteLLM `litellm.ocr`", "1.110.2", "`api_base=http://127.0.0.1:8080/v1`")
def test_litellm(keyed: Server, report_file: Path, tmp_path: Path):
    python = python_with("litellm", "litellm")
    command = [python, PROGRAMS / "litellm_ocr.py", f"{keyed.url}/v1", TOKEN, report_file]
    found = told(command, tmp_path, LITELLM_LOCAL_MODEL_COST_MAP="True")
    assert [index for index, _ in found["pages"]] == list(range(PAGES))
    for _, markdown in found["pages"]:
        check_text(markdown)
        assert f"| {ROWS[0][0]} | {ROWS[0][1]} |" in markdown
    assert found["count"] == PAGES
    assert "Unauthorized" in found["stranger"]
