"""Clients of other makers, unmodified but for the base address: what each hands its user is the truth."""

from pathlib import Path

import pytest

from tests.contract.clients.environment import python_with, told
from tests.contract.conftest import Server
from tests.contract.layout_parsing.documents import PAGE

PROGRAM = Path(__file__).parent / "programs" / "mcp_client.py"
PARAGRAPH = "The goods were sent to the harbour in March and came back in June without any damage."


@pytest.mark.client(
    "paddleocr-mcp",
    "0.8.5",
    "`--ppocr_source self_hosted`, `--self-hosted-base-url`",
    but="it sends no token, so the server must have none; the agent names the `file_type`",
)
@pytest.mark.parametrize(
    ("model", "tool"), [("PP-StructureV3", "pp_structurev3"), ("PaddleOCR-VL-1.6", "paddleocr_vl"), ("PP-OCRv5", "ocr")]
)
def test_the_server_for_agents_asks_a_server_of_its_own(server: Server, tmp_path: Path, model: str, tool: str):
    file = tmp_path / "page.png"
    file.write_bytes(PAGE)
    found = told([python_with("paddleocr_mcp"), PROGRAM, server.url, file, model, tool], tmp_path)
    if tool == "ocr":
        assert {"Annual Report", "Copper", "4711"} <= set(found["text"].split("\n"))
        return
    assert "# Annual Report" in found["text"]
    assert PARAGRAPH in found["text"]
    assert "<tr><td>Copper</td><td>4711</td></tr>" in found["text"]
    assert found["pictures"] == ["image/jpeg"]
