"""Reads documents with a server: each is a job (``POST /jobs``), which is deleted when its results are here.

The client is httpcore, like in `server/intake/fetch.py`. It knows no redirects and no proxies.
"""

import asyncio
import json
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import urlsplit

import httpcore
import msgspec

from server.cli.documents.forms import JSON, PICTURE, TEXT, Forms, PagePart, Results, assemble, file_end, text_of
from server.cli.documents.reader import REASONS, Document, Unavailable, Unread
from server.cli.failures import Failure, Misconfigured
from server.intake.sniff import OFFICE_EXTENSIONS

MOST_TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between the tries of a request that found no server, or a server without room. They double."""
ANSWER_SECONDS, CONNECT_SECONDS = 300.0, 10.0
FIRST_ASK_SECONDS, ASK_SECONDS = 0.1, 1.0
"""Seconds between questions for the state of a job. They double up to the second."""
MOST_JOBS = 3
"""A job is made again so often if the server has lost it, as one does that was started again."""
OTHER_NAMES = {"own_text": "pdfText"}
"""Fields of a job that are named otherwise than the option."""
UNDER_WAY = ("queued", "running")
LOST = (404, 410)

NO_ANSWER = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError)


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a server.

    Attributes:
        url: where its paths begin, without a slash at the end.
        token: for Authorization; None for none.
    """

    url: str
    token: str | None

    @classmethod
    def parse(cls, url: str, token: str | None) -> "Address":
        """Check both.

        Raises:
            Misconfigured: one is wrong.
        """
        if token is not None and not (token and token.isascii() and token.isprintable() and " " not in token):
            raise Misconfigured("--token: it must be printable ASCII characters without spaces.")
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            usable = None
        plain = url.isascii() and url.isprintable() and not any(character in url for character in "@?# ")
        if not (usable and plain):
            raise Misconfigured("--url: it must be an address such as http://127.0.0.1:8080, without a query.")
        return cls(url.rstrip("/"), token)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request. The names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        """The body as a JSON object; empty if it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


NO_HEADERS: Mapping[str, str] = {}


class Connection:
    """Sends requests to one server, and tries again where that may help.

    Args:
        address: of the server.
        pool: of connections.
    """

    def __init__(self, address: Address, pool: httpcore.AsyncConnectionPool) -> None:
        self.address = address
        self._pool = pool

    async def ask(
        self, method: str, path: str, content: bytes = b"", headers: Mapping[str, str] = NO_HEADERS
    ) -> Answer:
        """Send a request. A server that cannot be reached, or has no room, is asked again for about two minutes.

        Raises:
            Unavailable: it still does not answer, or has no room.
        """
        pause = FIRST_PAUSE
        for left in reversed(range(MOST_TRIES)):
            try:
                answer = await self.ask_once(method, path, content, headers)
            except NO_ANSWER as error:
                problem = f"The server at {self.address.url} does not answer: {str(error) or type(error).__name__}."
                wait = pause
            else:
                if not _is_busy(answer):
                    return answer
                problem = f"The server at {self.address.url} has no room: {_message(answer)}"
                wait = max(pause, _retry_after(answer))
            if left:
                await asyncio.sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE)
        raise Unavailable(problem)

    async def ask_once(
        self, method: str, path: str, content: bytes = b"", headers: Mapping[str, str] = NO_HEADERS
    ) -> Answer:
        """Send a request once."""
        url = self.address.url + path
        sent = {"Host": urlsplit(url).netloc, "Content-Length": str(len(content)), **headers}
        if self.address.token:
            sent["Authorization"] = f"Bearer {self.address.token}"
        timeout = {"connect": CONNECT_SECONDS, "read": ANSWER_SECONDS, "write": ANSWER_SECONDS, "pool": None}
        response = await self._pool.request(
            method, url, headers=list(sent.items()), content=content, extensions={"timeout": timeout}
        )
        names = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Answer(response.status, names, response.content)


def _is_busy(answer: Answer) -> bool:
    """Whether the same request may be taken later. Time that ran out is no such case: it would run out again."""
    if answer.status in (502, 504):
        return True
    return answer.status == 429 or (answer.status == 503 and answer.headers.get("x-error-reason") != "timeout")


def _retry_after(answer: Answer) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), 2 * LONGEST_PAUSE) if text.isascii() and text.isdigit() else 0.0


def _message(answer: Answer) -> str:
    """The words of an error's answer, of either contract, or its status."""
    found = answer.json()
    text = found.get("errorMsg") or found.get("message")
    return text if isinstance(text, str) else f"It answers with the status {answer.status}."


class _JobLost(Exception):
    """The server does not know the job any more."""


class RemoteReader:
    """Reads documents.

    Args:
        connection: to the server.
        forms: of the results.
        fields: of every job.
    """

    def __init__(self, connection: Connection, forms: Forms, fields: Mapping[str, str]) -> None:
        self._connection = connection
        self._forms = forms
        self._fields = fields

    async def read(self, document: Document) -> Results:
        """See `Reader.read`.

        Raises:
            Failure: the server takes no job of this caller at all.
        """
        if not document.data:
            raise Unread(REASONS["empty"])
        progress = _JobProgress(document)
        for _ in range(MOST_JOBS):
            with suppress(_JobLost):
                return await self._read(document, progress)
        raise Unread("The server has lost its job several times.", again=True)

    async def _read(self, document: Document, progress: "_JobProgress") -> Results:
        body, content_type = await asyncio.to_thread(_form, self._fields, document)
        # If the answer is lost, the same request gives the same job.
        headers = {"Content-Type": content_type, "Idempotency-Key": secrets.token_hex(16)}
        answer = await self._connection.ask("POST", "/jobs", body, headers)
        if answer.status != 202:
            raise _unread(answer)
        path = f"/jobs/{answer.json().get('id')}"
        try:
            await self._wait(path, progress)
            return await self._results(path, document)
        finally:
            with suppress(*NO_ANSWER):
                await self._connection.ask_once("DELETE", path)

    async def _wait(self, path: str, progress: "_JobProgress") -> None:
        """Wait until a job has ended well."""
        pause = FIRST_ASK_SECONDS
        while True:
            state = _found(await self._connection.ask("GET", path)).json()
            progress.tell(state)
            if state.get("state") not in UNDER_WAY:
                break
            await asyncio.sleep(pause)
            pause = min(2 * pause, ASK_SECONDS)
        if state.get("state") != "done":
            raise _failed(state)
        _require_whole(state, max_pages="pages" in self._fields)

    async def _results(self, path: str, document: Document) -> Results:
        results: dict[str, bytes] = {}
        if self._forms.of_pages:
            answer = _found(await self._connection.ask("GET", f"{path}/result.json"))
            results.update(await asyncio.to_thread(_of_pages, answer, document, self._forms))
        for form in self._forms.files:
            end = file_end(form)
            results[end] = _found(await self._connection.ask("GET", f"{path}/result{end}")).body
        return results


class _JobProgress:
    """Tells of a document's pages, by the state of its job."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._opened = False
        self._read = 0

    def tell(self, state: Mapping[str, object]) -> None:
        total, done = state.get("pagesTotal"), state.get("pagesDone")
        if not isinstance(total, int) or not isinstance(done, int) or not total:
            return
        if not self._opened:
            self._opened = True
            self._document.opened(total)
        for _ in range(self._read, done):
            self._document.page_read()
        self._read = max(self._read, done)


def _found(answer: Answer) -> Answer:
    if answer.status in LOST:
        raise _JobLost
    if answer.status != 200:
        raise _unread(answer)
    return answer


def _unread(answer: Answer) -> Exception:
    """The error of a refused request. One that would refuse every document ends the command."""
    if answer.status in (401, 403, 404, 405, 421):
        return Failure(f"The server refuses every document: {_message(answer)}")
    word = answer.headers.get("x-error-reason", "")
    return Unread(REASONS.get(word) or _message(answer), again=answer.status == 500)


def _failed(state: Mapping[str, object]) -> Unread:
    error = state.get("error")
    if not isinstance(error, dict):
        return Unread("The job was cancelled.", again=True)
    word = error.get("reason")
    return Unread(REASONS.get(str(word)) or str(error.get("message")), again=word in ("internal", "storage"))


def _require_whole(state: Mapping[str, object], *, max_pages: bool) -> None:
    """Refuse a result without all pages that were asked for.

    Raises:
        Unread: pages are missing.
    """
    failed = state.get("failedPages")
    if isinstance(failed, list) and failed:
        reason = REASONS.get(str(failed[0].get("reason"))) or f"The reason is {failed[0].get('reason')}."
        more = f" {len(failed)} pages failed." if len(failed) > 1 else ""
        raise Unread(f"Page {failed[0].get('page')} cannot be read.{more} {reason}")
    warnings = state.get("warnings")
    for warning in warnings if isinstance(warnings, list) and not max_pages else ():
        if warning.get("code") == "pages_left_out":
            raise Unread(str(warning.get("message")))


def _form(fields: Mapping[str, str], document: Document) -> tuple[bytes, str]:
    """A form with a file (RFC 7578). Of the document's name, the server learns the end of an Office file alone."""
    boundary = secrets.token_hex(16)
    end = PurePath(document.name).suffix.lower()
    name = f"document{end if end in OFFICE_EXTENSIONS else ''}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    parts += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", document.data]
    return b"".join([*parts, f"\r\n--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def _of_pages(answer: Answer, document: Document, forms: Forms) -> dict[str, bytes]:
    """The forms that are made page by page.

    Raises:
        Unread: the answer is not that of a job.
    """
    try:
        items = answer.json()["result"]["ocrResults"]  # type: ignore[index]
        pages = [item["prunedResult"] for item in items]
        parts = [PagePart({TEXT: text_of(page["rec_texts"]), JSON: msgspec.json.encode(page)}) for page in pages]
    except (KeyError, TypeError, AttributeError) as error:
        raise Unread("The server's answer is not the result of a job.") from error
    return assemble(str(document.name), parts, forms)


@asynccontextmanager
async def opened_connection(address: Address, at_once: int) -> AsyncIterator[Connection]:
    """Open connections to a server, at most so many."""
    context = ssl.create_default_context()
    async with httpcore.AsyncConnectionPool(ssl_context=context, max_connections=at_once) as pool:
        yield Connection(address, pool)


async def check_server(connection: Connection, preset: str | None) -> None:
    """Make sure that a server answers, and has a preset.

    Raises:
        Failure: there is no server, or it refuses.
        Misconfigured: the server has no such preset.
    """
    path = "/health/live" if preset is None else "/presets"
    try:
        answer = await connection.ask_once("GET", path)
    except NO_ANSWER as error:
        reason = str(error) or type(error).__name__
        raise Failure(f"The server at {connection.address.url} does not answer: {reason}.") from error
    if answer.status != 200:
        raise Failure(f"The server at {connection.address.url} refuses: {_message(answer)}")
    listed = answer.json().get("presets")
    known = [str(item.get("name")) for item in listed] if isinstance(listed, list) else []
    if preset is not None and preset not in known:
        raise Misconfigured(f"--preset: the server has no preset '{preset}'. It has {', '.join(known)}.")


def fields_of(forms: Forms, given: Mapping[str, object], max_pages: int | None, password: str | None) -> dict[str, str]:
    """The fields of every job.

    Args:
        forms: of the results.
        given: options by the names of `OcrOverrides`; None is not given.
        max_pages: of each document; None for all.
        password: opens encrypted documents.

    Raises:
        Misconfigured: the server cannot do this.
    """
    if PICTURE in forms.names:
        raise Misconfigured("--format: 'picture' cannot be had with --url.")
    wanted = [*([JSON] if forms.of_pages else []), *forms.files]
    fields = {_field_name(name): _field(value) for name, value in given.items() if value is not None}
    fields |= {"outputFormats": ",".join(wanted), "visualize": "false"}
    if max_pages is not None:
        fields["pages"] = f"1-{max_pages}"
    if password is not None:
        fields["password"] = password
    return fields


def _field(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _field_name(name: str) -> str:
    """The name of a field of a job, from that of an option."""
    return OTHER_NAMES.get(name) or _camel(name)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
