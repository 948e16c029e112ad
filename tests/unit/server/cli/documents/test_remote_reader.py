"""Documents are read by a server, and the results are those that models in this process would make."""

import asyncio
import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpcore
import pypdf
import pytest
import requests

from models.errors import EngineFailure
from server.cli.documents import remote_reader
from server.cli.documents.forms import Forms
from server.cli.documents.reader import Document, Unavailable, Unread
from server.cli.documents.remote_reader import Address, Answer, Connection, RemoteReader, check_server, fields_of
from server.cli.failures import Misconfigured
from tests.unit.server.apps import locked, pdf, png
from tests.unit.server.cli.commands import FAILED, MISCONFIGURED, run
from tests.unit.server.cli.documents.stub_reading import stub_pipeline
from tests.unit.server.cli.documents.stub_server import stub_server
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

TOKEN = "a-token-for-tests"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with stub_server() as address:
        yield address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "a.png").write_bytes(png())
    (tmp_path / "in" / "sub" / "b.pdf").write_bytes(pdf(3))
    return tmp_path / "in"


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_server_makes_the_results_that_models_here_make(url: str, folder: Path, tmp_path: Path) -> None:
    forms = ("--format", "text,json,markdown", folder)
    with stub_pipeline():
        assert run("ocr", "--output", tmp_path / "here", *forms).exit_code == 0
    result = run("ocr", "--url", url, "--output", tmp_path / "there", *forms)
    assert result.exit_code == 0, result.output
    here, there = contents(tmp_path / "here"), contents(tmp_path / "there")
    assert set(there) == {f"{name}{end}" for name in ("a.png", "sub/b.pdf") for end in (".txt", ".json", ".md")}

    def texts(content: bytes) -> list[list[str]]:
        return [page["rec_texts"] for page in json.loads(content)["pages"]]

    for name, content in there.items():
        same = texts if name.endswith(".json") else bytes
        assert same(content) == same(here[name])


def test_whole_files_come_from_the_same_job(folder: Path, tmp_path: Path) -> None:
    pipeline = StubPipeline()
    with stub_server(pipeline) as url:
        result = run("ocr", "--url", url, "--output", tmp_path / "out", "--format", "text,pdf,docx,alto", folder)
        assert requests.get(f"{url}/jobs", timeout=60).json()["jobs"] == []
    assert result.exit_code == 0, result.output
    found = contents(tmp_path / "out")
    assert set(found) == {
        f"{name}{end}" for name in ("a.png", "sub/b.pdf") for end in (".txt", ".pdf", ".docx", ".xml")
    }
    assert len(pypdf.PdfReader(io.BytesIO(found["sub/b.pdf.pdf"])).pages) == 3
    assert found["a.png.docx"].startswith(b"PK")
    assert len(pipeline.read_options) == 4


def test_options_reach_the_server(tmp_path: Path) -> None:
    pipeline = StubPipeline()
    (tmp_path / "a.png").write_bytes(png())
    options = ("--text-det-limit-side-len", "96", "--return-word-box", "--no-use-doc-unwarping")
    with stub_server(pipeline) as url:
        result = run("ocr", "--url", url, *options, tmp_path / "a.png")
    assert (result.exit_code, result.stdout) == (0, f"{TEXT}\n"), result.output
    (read,) = pipeline.read_options
    assert (read.text_det_limit_side_len, read.return_word_box) == (96, True)


def test_reasons_are_those_of_the_documents(url: str, tmp_path: Path) -> None:
    content = {"cut.png": png()[:60], "none.png": b"", "notes.png": b"words", "locked.pdf": locked(pdf(1), "open")}
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    result = run("ocr", "--url", url, *(tmp_path / name for name in content))
    assert result.exit_code == FAILED
    reasons = [line.partition(": ")[2] for line in result.stderr.splitlines() if str(tmp_path) in line]
    assert reasons == [
        "The file is damaged or cut off.",
        "The file is empty.",
        "The file is neither an image nor a PDF that can be read.",
        "The file is encrypted, and its password is missing or wrong. Give it with --password.",
    ]
    assert "4 of 4 files could not be read." in result.stderr


def test_all_pages_of_a_long_document_are_read(url: str, tmp_path: Path) -> None:
    (tmp_path / "long.pdf").write_bytes(pdf(12))
    result = run("ocr", "--url", url, tmp_path / "long.pdf")
    assert (result.exit_code, result.stdout.count(TEXT)) == (0, 12)
    assert run("ocr", "--url", url, "--max-pages", "2", tmp_path / "long.pdf").stdout.count(TEXT) == 2


def test_a_document_that_is_not_read_as_a_whole_fails(tmp_path: Path) -> None:
    (tmp_path / "long.pdf").write_bytes(pdf(12))
    pipeline = StubPipeline()
    pipeline.failures[4] = EngineFailure("The engine failed.")
    with stub_server(pipeline) as url:
        failed = run("ocr", "--url", url, tmp_path / "long.pdf")
    with stub_server(limits={"max_pages": 5}) as url:
        cut = run("ocr", "--url", url, tmp_path / "long.pdf")
    assert (failed.exit_code, failed.stdout, cut.exit_code, cut.stdout) == (FAILED, "", FAILED, "")
    assert "Page 5 cannot be read. The reason is internal." in failed.stderr
    assert "limits.max_pages" in cut.stderr


def test_a_locked_document_is_opened_with_its_password(url: str, tmp_path: Path) -> None:
    (tmp_path / "locked.pdf").write_bytes(locked(pdf(1), "open"))
    command = ("ocr", "--url", url, "--output", tmp_path / "out", "--format", "text,pdf", tmp_path / "locked.pdf")
    assert run(*command, "--password", "open").exit_code == 0
    wrong = run(*command, "--password", "SECRET")
    assert wrong.exit_code == FAILED
    assert "its password is missing or wrong" in wrong.stderr
    assert "SECRET" not in wrong.stderr
    assert b"SECRET" not in (tmp_path / "out" / ".ppocr-server.jsonl").read_bytes()


def test_a_picture_cannot_be_had(url: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    result = run("ocr", "--url", url, "--format", "picture", tmp_path / "a.png")
    assert (result.exit_code, result.stdout) == (MISCONFIGURED, "")
    assert "'picture' cannot be had with --url" in result.stderr


def test_a_server_that_is_not_there_is_told_of_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    result = run("ocr", "--url", url, tmp_path / "a.png")
    assert result.exit_code == FAILED
    assert f"The server at {url} does not answer: " in result.stderr


def test_a_token_is_sent_and_a_wrong_one_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.png").write_bytes(png())
    with stub_server(contracts={"jobs": {"keys": {"tests": TOKEN}}}) as url:
        command = ("ocr", "--url", url, tmp_path / "a.png")
        assert run(*command, "--token", TOKEN).stdout == f"{TEXT}\n"
        wrong = run(*command, "--token", "SECRET")
        monkeypatch.setenv("PPOCR_SERVER_TOKEN", TOKEN)
        assert run(*command).stdout == f"{TEXT}\n"
    assert wrong.exit_code == FAILED
    assert "The server refuses every document: " in wrong.stderr
    assert "SECRET" not in wrong.stderr


class Script(Connection):
    """Answers as it is told, one answer a request; an exception is raised."""

    def __init__(self, *answers: Answer | Exception) -> None:
        super().__init__(Address("http://server", None), httpcore.AsyncConnectionPool())
        self.answers = list(answers)
        self.asked: list[str] = []

    async def ask_once(self, method: str, path: str, content: bytes = b"", headers=None) -> Answer:
        self.asked.append(f"{method} {path}")
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


FULL = Answer(503, {"retry-after": "3", "x-error-reason": "overloaded"}, b"{}")
DONE = Answer(200, {}, b"{}")


SOON = Answer(429, {}, b"")
GATEWAY = Answer(502, {}, b"")
PRESETS = Answer(200, {}, b'{"presets":[{"name":"best","default_of":["file_task"]},{"name":"tiny","default_of":[]}]}')


@pytest.mark.parametrize("first", [FULL, SOON, GATEWAY, httpcore.ConnectError("refused"), httpcore.ReadError("")])
def test_a_server_without_room_is_asked_again(first: Answer | Exception) -> None:
    assert asyncio.run(Script(first, first, DONE).ask("POST", "/ocr")) == DONE


def test_time_that_ran_out_is_no_reason_to_ask_again() -> None:
    slow = Answer(503, {"x-error-reason": "timeout"}, b"")
    assert asyncio.run(Script(slow).ask("POST", "/ocr")) == slow


def test_a_server_that_never_has_room_is_given_up() -> None:
    with pytest.raises(Unavailable, match="has no room"):
        asyncio.run(Script(*[FULL] * remote_reader.MOST_TRIES).ask("POST", "/ocr"))


def test_a_preset_must_be_one_of_the_server() -> None:
    asyncio.run(check_server(Script(PRESETS), "tiny"))
    with pytest.raises(Misconfigured, match=r"no preset 'bset'\. It has best, tiny\."):
        asyncio.run(check_server(Script(PRESETS), "bset"))


def taken(job: str) -> Answer:
    return Answer(202, {}, json.dumps({"id": job}).encode())


GONE = Answer(404, {}, b"{}")
READY = Answer(200, {}, b'{"state":"done","pagesTotal":1,"pagesDone":1,"failedPages":[],"warnings":[]}')
RESULT = Answer(200, {}, b'{"result":{"ocrResults":[{"prunedResult":{"rec_texts":["one"]}}]}}')


def test_a_job_that_the_server_has_lost_is_made_again() -> None:
    script = Script(taken("1"), GONE, GONE, taken("2"), READY, RESULT, DONE)
    reader = RemoteReader(script, Forms.parse("text"), {})
    counted: list[int] = []
    results = asyncio.run(reader.read(Document(Path("a.png"), b"x", counted.append, lambda: counted.append(-1))))
    assert (results, counted) == ({".txt": b"one\n"}, [1, -1])
    assert script.asked[3:] == ["POST /jobs", "GET /jobs/2", "GET /jobs/2/result.json", "DELETE /jobs/2"]


def test_a_job_that_is_always_lost_is_given_up() -> None:
    script = Script(*[taken("1"), GONE, GONE] * remote_reader.MOST_JOBS)
    with pytest.raises(Unread, match="lost"):
        asyncio.run(RemoteReader(script, Forms.parse("text"), {}).read(Document(Path("a.png"), b"x")))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_reader, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(remote_reader, "LONGEST_PAUSE", 0.001)


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("ftp://server", None), ("server:80", None), ("http://", None), ("http://a@server", None),
        ("http://server/?a=b", None), ("http://server:99999", None), ("http://ser ver", None), ("http://server", "a b"),
        ("http://server", ""), ("http://server", "é"),
    ],
)  # fmt: skip
def test_a_wrong_address_is_refused(url: str, token: str | None) -> None:
    with pytest.raises(Misconfigured):
        Address.parse(url, token)


def test_an_address_may_have_a_path() -> None:
    assert Address.parse("https://server:8443/ocr/", "token").url == "https://server:8443/ocr"


def test_options_are_fields_of_the_job_by_their_names_there() -> None:
    given = {"own_text": "only", "return_word_box": True, "text_det_thresh": 0.4, "preset": None}
    fields = fields_of(Forms.parse("text"), given, 3, None)
    assert fields == {
        "pdfText": "only",
        "returnWordBox": "true",
        "textDetThresh": "0.4",
        "outputFormats": "json",
        "visualize": "false",
        "pages": "1-3",
    }
