"""Clients of other makers, unmodified but for the base address and the token: what each hands its user is the truth."""

import json
import shutil
from pathlib import Path

import pytest

from tests.contract.clients.environment import node_with, python_with, run, told
from tests.contract.conftest import Server
from tests.contract.paddleocr_jobs.conftest import TOKEN
from tests.contract.paddleocr_jobs.documents import check_markdown, check_texts

PROGRAMS = Path(__file__).parent / "programs"
PADDLEOCR, PADDLEOCR_VERSION = "paddleocr `PaddleOCRClient`, `AsyncPaddleOCRClient`", "3.7.0"
BASE = "`base_url=`, or `PADDLEOCR_BASE_URL`"
COMMAND, OPTIONS = "`paddleocr api`", "`--base_url`, `--token`"
ALIAS = "`contracts.paddleocr_jobs.model_aliases`"
VISION_ONLY = f"only with {ALIAS}, because it can ask for vision-language models alone"


@pytest.mark.client(
    PADDLEOCR,
    PADDLEOCR_VERSION,
    BASE,
    but="to save the pictures of several pages with `visualize`, it needs `overwrite`",
)
def test_the_client_of_paddleocr(keyed: Server, report_file: Path, tmp_path: Path):
    found = told([python_with("paddleocr"), PROGRAMS / "sdk.py", keyed.url, TOKEN, report_file, tmp_path], tmp_path)
    for texts in (*found["ocr"], *found["async"]):
        check_texts(texts)
    assert (len(found["ocr"]), len(found["async"]), len(found["markdown"])) == (2, 2, 2)
    for text in found["markdown"]:
        check_markdown(text)
    assert found["ocr_files"] == ["ocr-page-1.jpg", "ocr-page-2.jpg"]
    assert [len(names) for names in found["images"]] == [1, 1]
    assert found["status"] == ["done", 2, 2]
    assert found["batch"] == [True]
    assert found["data_info"]["type"] == "pdf"
    assert found["failed"] == []
    name, message = found["vision"]
    assert name == "InvalidRequestError"
    assert "PaddleOCR-VL-1.6" in message
    assert found["unknown"][0] == "APIError"
    assert found["stranger"][0] == "AuthError"


@pytest.mark.client(COMMAND, PADDLEOCR_VERSION, OPTIONS)
def test_the_command_of_paddleocr(keyed: Server, report_file: Path, tmp_path: Path):
    saved = tmp_path / "saved"
    saved.mkdir()
    options = ["--base_url", keyed.url, "--token", TOKEN, "--file_path", report_file, "--output", tmp_path / "out.json"]
    more = ["--page_ranges=-1", "--save_resources", saved, "--visualize", "True"]
    command = [python_with("paddleocr"), "-m", "paddleocr", "api", "--model_type", "ocr", *options, *more]
    done = run(command, tmp_path)
    assert done.returncode == 0, done.stderr
    (page,) = json.loads((tmp_path / "out.json").read_text())["pages"]
    check_texts(page["prunedResult"]["rec_texts"])
    assert [path.name for path in saved.iterdir()] == ["ocr-page-1.jpg"]


@pytest.mark.client(
    COMMAND,
    PADDLEOCR_VERSION,
    OPTIONS,
    but=f"`--model_type doc_parsing` needs {ALIAS}",
    cannot="`--model PP-StructureV3`",
)
def test_the_command_of_paddleocr_parses_documents_by_an_alias(aliased: Server, report_file: Path, tmp_path: Path):
    options = [
        "--base_url",
        aliased.url,
        "--token",
        TOKEN,
        "--file_path",
        report_file,
        "--output",
        tmp_path / "out.json",
    ]
    command = [python_with("paddleocr"), "-m", "paddleocr", "api", "--model_type", "doc_parsing", *options]
    done = run(command, tmp_path)
    assert done.returncode == 0, done.stderr
    pages = json.loads((tmp_path / "out.json").read_text())["pages"]
    assert len(pages) == 2
    for page in pages:
        check_markdown(page["markdownText"])
    # The command passes an option that its own class lacks.
    crashed = run([*command, "--model", "PP-StructureV3"], tmp_path)
    assert crashed.returncode != 0
    assert "use_layout_detection" in crashed.stderr


@pytest.mark.client("@paddleocr/api-sdk (Node)", "0.2.3", "`baseUrl`, or `PADDLEOCR_BASE_URL`")
def test_the_sdk_for_node(keyed: Server, report_file: Path, tmp_path: Path):
    # Node looks for packages beside the program.
    program = shutil.copy(PROGRAMS / "sdk.mjs", tmp_path)
    (tmp_path / "node_modules").symlink_to(node_with("@paddleocr/api-sdk") / "node_modules")
    saved = tmp_path / "saved"
    saved.mkdir()
    found = told(["node", program, keyed.url, TOKEN, report_file, saved], tmp_path)
    for texts in found["ocr"]:
        check_texts(texts)
    for text in found["markdown"]:
        check_markdown(text)
    assert (len(found["ocr"]), len(found["markdown"])) == (2, 2)
    assert {name for names in found["images"] for name in names} <= set(found["files"])
    assert found["batch"] == [True]
    assert found["vision"]
    assert "PaddleOCR-VL-1.6" in found["vision"][1]
    assert found["stranger"]


@pytest.mark.client("langchain-paddleocr", "0.2.2", "`base_url=`", but=VISION_ONLY)
def test_the_loader_of_langchain(aliased: Server, report_file: Path, tmp_path: Path):
    program = PROGRAMS / "langchain_loader.py"
    found = told([python_with("langchain_paddleocr"), program, aliased.url, TOKEN, report_file], tmp_path)
    pages = found["text"].split("\n\f")
    assert len(pages) == 2
    for text in pages:
        check_markdown(text)
    assert [len(names) for names in found["images"]] == [1, 1]


@pytest.mark.client("paddleocr-haystack", "3.0.0", "`base_url=`", but=VISION_ONLY)
def test_the_converter_of_haystack(aliased: Server, report_file: Path, tmp_path: Path):
    program = PROGRAMS / "haystack_converter.py"
    found = told([python_with("haystack_integrations"), program, aliased.url, TOKEN, report_file], tmp_path)
    (text,) = found["texts"]
    assert found["pages"] == 2
    for page in text.split("\f"):
        check_markdown(page)


@pytest.mark.client(
    "lfx-paddle (Langflow)",
    "0.2.1",
    "Base URL",
    but="`LANGFLOW_SSRF_ALLOWED_HOSTS` must name a server with a private address",
)
@pytest.mark.parametrize(("task", "model"), [("ocr", "PP-OCRv6"), ("document_parsing", "PP-StructureV3")])
def test_the_component_of_langflow(keyed: Server, report_file: Path, tmp_path: Path, task: str, model: str):
    program = PROGRAMS / "langflow_component.py"
    command = [python_with("lfx_paddle", "langflow"), program, keyed.url, TOKEN, report_file, task, model]
    found = told(command, tmp_path, LANGFLOW_SSRF_ALLOWED_HOSTS="127.0.0.1")
    assert (found["pages"], found["model"]) == (2, model)
    if task == "ocr":
        for page in found["text"].split("\n\n"):
            check_texts(page.split("\n"))
    else:
        check_markdown(found["text"])


@pytest.mark.client("paddleocr-mcp", "0.8.5", "`--ppocr_source aistudio`, `--aistudio-base-url`")
@pytest.mark.parametrize(
    ("model", "tool"), [("PP-OCRv6", "ocr"), ("PP-StructureV3", "pp_structurev3"), ("PaddleOCR-VL-1.6", "paddleocr_vl")]
)
def test_the_server_for_agents(aliased: Server, report_file: Path, tmp_path: Path, model: str, tool: str):
    program = PROGRAMS / "mcp_client.py"
    found = told([python_with("paddleocr_mcp"), program, aliased.url, TOKEN, report_file, model, tool], tmp_path)
    assert found["tools"] == [tool]
    if tool == "ocr":
        lines = [line for line in found["text"].split("\n") if line and not line.startswith("Confidence")]
        check_texts(lines[: len(lines) // 2])
        check_texts(lines[len(lines) // 2 :])
    else:
        assert found["text"].count("# Quarterly Report") == 2
        assert found["text"].count("<tr><td>Rent</td><td>1200</td></tr>") == 2
        assert found["pictures"] == ["image/jpeg"] * 2
