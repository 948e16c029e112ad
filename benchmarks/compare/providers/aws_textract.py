"""AWS Textract, through Amazon's own package ``boto3``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from benchmarks.compare.calls import need, unreachable
from benchmarks.compare.model import AnswerLine, AnswerPage, Document
from benchmarks.compare.pages import page_of, table_of
from benchmarks.compare.provider import NotAnswered, Outcome, Provider, Reply, Terms, outcome_of

THROTTLED = {"ThrottlingException", "ProvisionedThroughputExceededException", "LimitExceededException"}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it.

    Attributes:
        access_key, secret_key: references of an access key's two parts.
        session_token: the reference of a session's token; empty for none.
        endpoint: its address; empty for the region's own.
        tables: whether tables are analysed too, which costs more.
    """

    access_key: str
    secret_key: str
    session_token: str = ""
    region: str = "us-east-1"
    endpoint: str = ""
    tables: bool = False


class Textract:
    """A client with one access key."""

    def __init__(self, sdk: Any, settings: Settings) -> None:
        self._sdk = sdk
        self._settings = settings

    def read(self, _document: Document, content: bytes) -> Reply:
        """Send a document."""
        from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError

        try:
            sent = {"Bytes": content}
            if self._settings.tables:
                answer = self._sdk.analyze_document(Document=sent, FeatureTypes=["TABLES"])
            else:
                answer = self._sdk.detect_document_text(Document=sent)
        except ClientError as error:
            raise _refused(error.response) from error
        except (ConnectTimeoutError, ReadTimeoutError) as error:
            raise NotAnswered("timeout", "No answer came within the time that the plan allows.") from error
        except BotoCoreError as error:
            raise unreachable(address(self._settings), error) from error
        said = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
        return Reply(json.dumps(said, ensure_ascii=False).encode(), answer["ResponseMetadata"]["HTTPStatusCode"])


@contextmanager
def connect(settings: Settings, terms: Terms) -> Iterator[Textract]:
    """Open a client. It sends each request once, and looks for no credentials elsewhere."""
    try:
        import boto3
        from botocore.config import Config
    except ModuleNotFoundError as error:
        raise need("boto3", "compare-aws") from error
    config = Config(
        retries={"total_max_attempts": 1}, connect_timeout=terms.timeout_seconds, read_timeout=terms.timeout_seconds
    )
    sdk = boto3.client(
        "textract",
        region_name=settings.region,
        endpoint_url=settings.endpoint or None,
        aws_access_key_id=terms.secret(settings.access_key),
        aws_secret_access_key=terms.secret(settings.secret_key),
        aws_session_token=terms.secret(settings.session_token) if settings.session_token else None,
        config=config,
    )
    try:
        yield Textract(sdk, settings)
    finally:
        sdk.close()


def address(settings: Settings) -> str:
    """Where documents go."""
    return settings.endpoint or f"https://textract.{settings.region}.amazonaws.com"


def refusal(document: Document) -> str:
    """A PDF of several pages is not sent."""
    if document.kind == "pdf" and document.pages > 1:
        return "This provider reads one page of a PDF in a request, so nothing was sent."
    return ""


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The pages of an answer. Its places are fractions of a page of unknown size, so they are left out."""
    blocks = json.loads(raw)["Blocks"]
    by_id = {block["Id"]: block for block in blocks}
    pages = sorted({block.get("Page", 1) for block in blocks if block["BlockType"] == "PAGE"})
    return tuple(
        page_of(page, *_content([each for each in blocks if each.get("Page", 1) == page], by_id)) for page in pages
    )


def _content(blocks: list[dict[str, Any]], by_id: dict[str, dict[str, Any]]) -> tuple[list[AnswerLine], list[str]]:
    lines = [AnswerLine(each["Text"], each["Confidence"] / 100) for each in blocks if each["BlockType"] == "LINE"]
    tables = [
        table_of(_cell(cell, by_id) for cell in _children(table, by_id) if cell["BlockType"] == "CELL")
        for table in blocks
        if table["BlockType"] == "TABLE"
    ]
    return lines, tables


def _cell(cell: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> tuple[int, int, int, int, str]:
    words = " ".join(child["Text"] for child in _children(cell, by_id) if child["BlockType"] == "WORD")
    return cell["RowIndex"], cell["ColumnIndex"], cell.get("RowSpan", 1), cell.get("ColumnSpan", 1), words


def _children(block: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    related = (each for each in block.get("Relationships", []) if each["Type"] == "CHILD")
    return [by_id[each] for relation in related for each in relation["Ids"] if each in by_id]


def _refused(answer: dict[str, Any]) -> NotAnswered:
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    code = answer.get("Error", {}).get("Code", "")
    outcome: Outcome = (
        "throttled" if code in THROTTLED else outcome_of(status) if status and status >= 400 else "failed"
    )
    kept = json.dumps({name: value for name, value in answer.items() if name != "ResponseMetadata"}).encode()
    return NotAnswered(outcome, f"The provider answered with {code or 'an error'}, HTTP status {status}.", status, kept)


PROVIDER = Provider(Settings, address, connect, understand, refusal=refusal, packages=("boto3", "botocore"))
