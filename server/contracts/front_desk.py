"""Everything that all contracts do with a request, so that no contract can forget it.

The desk of a contract checks the caller's limits, admits the request and reads its body within limits. It watches
whether the caller is still there, counts the pages that are read, and runs CPU work in threads. The contract itself
checks the body, decides what to read, and makes the answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, ParamSpec, Self, TypeVar

from models.document import PageResult
from models.options import OcrOptions, OcrOverrides
from server.admission.caller_limits import Caller, CallerLimits, within
from server.admission.requests import Ticket
from server.config.base import CallerLimitSettings
from server.config.settings import LimitSettings
from server.contracts.base import AnyRequest
from server.decode.document import DocumentInfo
from server.errors import NotReady
from server.http.body import check_encoding, read_body
from server.http.disconnect import run_while_connected
from server.intake.raw_file import RawFile
from server.runtime import Runtime
from server.service import OnFailedPage, Reading, RecognizedDocument, RecognizedPage
from server.telemetry.record import RequestRecord, record_of

P = ParamSpec("P")
logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Part = TypeVar("Part")


class FrontDesk:
    """The desk of one contract. The server's limits of each caller hold at all desks together.

    Args:
        runtime: the running server.
        contract: the contract's name. Requests that name no preset are read with the contract's.
        own: the contract's own limits of each caller, which hold in addition; None if it has none.
    """

    def __init__(self, runtime: Runtime, contract: str, own: CallerLimitSettings | None = None) -> None:
        self._runtime = runtime
        self._limits = (runtime.caller_limits, *(() if own is None else (CallerLimits(own),)))
        self._preset = runtime.configuration.preset_of(contract)

    def options(self, overrides: OcrOverrides) -> OcrOptions:
        """The effective options of a request of this contract.

        Raises:
            InvalidOption: a value is outside its range.
        """
        return self._runtime.pipeline.defaults.resolve(_with_preset(overrides, self._preset))

    async def serve(
        self,
        request: AnyRequest,
        answer: Callable[["Visit"], Coroutine[Any, Any, Result]],
        *,
        caller: Caller | None,
        max_body_bytes: int | None = None,
        waits_for_text: bool = True,
        afterwards: Callable[[Result], Coroutine[Any, Any, Result]] | None = None,
    ) -> Result:
        """Admit a request, read its body and answer it, as long as its caller stays.

        Args:
            request: its body is not read yet.
            answer: makes the answer. It is cancelled when the caller goes away.
            caller: whose request this is. None if only the body names the caller: the body then counts as a
                stranger's, and `Visit.identify` names the caller.
            max_body_bytes: the contract's own cap on the body, if it is below the server's.
            waits_for_text: the answer holds the text of this request's document. A request that would wait too long
                for it is then refused.
            afterwards: called with the answer when the request's place is free again. It may wait for long, for example
                for the end of a task, but must end by itself when the server stops. The caller's limits still count the
                request.

        Raises:
            TooManyRequests: the caller is over a limit.
            NotReady, Overloaded: the server takes no more requests.
            EncodedBody, BodyTooLarge, BodyTimeout: the body is compressed, too large or did not arrive in time.
            ClientDisconnected: the caller went away.
        """
        runtime, record = self._runtime, record_of(request.scope)  # type: ignore[arg-type]
        limits = _with_cap(runtime.configuration.settings.limits, max_body_bytes)
        with _CountedRequest(self._limits, runtime.client_address(request), record) as counted:
            if caller is not None:
                counted.enter(caller)
            with runtime.admission.ticket(stranger=caller is None) as ticket:
                async with runtime.lifecycle.stay():
                    # A request is refused here if all places are taken, but it gets its place only with its whole body.
                    # Otherwise callers that send slowly, strangers among them, would shut the others out.
                    with runtime.admission.place():
                        await _check_accepting(runtime, limits)
                    if waits_for_text:
                        runtime.wait_estimate.check(limits.request_timeout_seconds)
                    check_encoding(request.headers.getall("content-encoding", []))
                    record.body_begun = True
                    body = await read_body(request.receive, request.headers.get("content-length"), ticket, limits)
                    record.body_bytes = len(body)
                    ticket.arrived()
                    visit = Visit(runtime, request, ticket, body, counted, self._preset)
                    del body
                    with runtime.admission.place():
                        answered = await self._while_connected(request, answer(visit))
            return answered if afterwards is None else await self._while_connected(request, afterwards(answered))

    async def read_for(
        self,
        caller: Caller,
        raw: RawFile,
        reading: Reading,
        make_part: Callable[[RecognizedPage], Part],
        *,
        keep: Callable[[Part], Part] | None = None,
        store: Callable[[Part], Awaitable[Part]] | None = None,
        failed: OnFailedPage[Part] | None = None,
    ) -> RecognizedDocument[Part]:
        """Read a document without a deadline. Tasks use this, because the caller's request may be over.

        Args:
            caller: the pages count for this caller, if it has an account.
            raw: the file.
            reading: how to read it.
            make_part: makes a page's part of the result, in a thread.
            keep: called in the event loop with each part. Its return value is kept instead.
            store: like ``keep``, where it has to wait. The page is finished when it returns.
            failed: as in `DocumentReader.recognize`.

        Raises:
            RequestError: as `Visit.read`.
        """
        warnings: set[str] = set()

        def count_page(result: PageResult) -> None:
            warnings.update(warning.code for warning in result.warnings)
            if caller.account:
                _spend(self._limits, caller, 1)

        reading = replace(reading, overrides=_with_preset(reading.overrides, self._preset))
        document = await _read(self._runtime, count_page, raw, reading, make_part, keep, None, store, failed)
        if warnings:
            logger.info("A task was read", extra={"facts": {"warnings": ",".join(sorted(warnings))}})
        return document

    async def _while_connected(self, request: AnyRequest, work: Coroutine[Any, Any, Result]) -> Result:
        return await run_while_connected(request.receive, work, self._runtime.metrics.work_abandoned)


class Visit:
    """One admitted request, from its whole body to its answer.

    Attributes:
        request: its head. `take_body` gives its body.
        record: the content of its log line.
        deadline: event loop time at which its work is cancelled.
    """

    def __init__(
        self,
        runtime: Runtime,
        request: AnyRequest,
        ticket: Ticket,
        body: bytes,
        counted: "_CountedRequest",
        preset: str,
    ) -> None:
        self.request = request
        self.record = record_of(request.scope)  # type: ignore[arg-type]
        self.deadline = runtime.deadline()
        self._begun = asyncio.get_running_loop().time()
        self._runtime = runtime
        self._ticket = ticket
        self._body = [body]
        self._counted = counted
        self._preset = preset

    @property
    def content_type(self) -> str:
        """The body's Content-Type header; empty if there is none."""
        return self.request.headers.get("content-type", "")

    @property
    def caller(self) -> Caller:
        """The caller as it is counted.

        Raises:
            RuntimeError: the contract has not named the caller, so the pages would count for nobody.
        """
        return self._counted.named()

    @property
    def link_base(self) -> str:
        """The base of links in the answer."""
        return self._runtime.link_base(self.request)

    def take_body(self) -> bytes:
        """Give the body, once. So a large body need not stay in memory until the answer."""
        return self._body.pop()

    def identify(self, caller: Caller) -> None:
        """Name the caller after the body was read. From here on the request counts for this caller.

        Raises:
            TooManyRequests: the caller is over a limit.
            RuntimeError: the request has a caller already.
        """
        self._counted.enter(caller)

    async def in_thread(self, function: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """Call a function that costs CPU in a thread, so that it does not block the event loop."""
        return await self._runtime.threads.run(function, *args, **kwargs)

    async def fetch(self, url: str) -> bytes:
        """Download a file that the caller named by its URL.

        Raises:
            UrlNotFetched: it cannot or must not be fetched.
            Overloaded: all requests together would hold too much.
        """
        return await self._runtime.fetcher.fetch(url, self._ticket.add_bytes)

    def hold_bytes(self, count: int) -> None:
        """Count bytes that stay in memory until the answer is sent.

        Raises:
            Overloaded: all requests together would hold too much.
        """
        self._ticket.add_bytes(count)

    async def read(
        self,
        raw: RawFile,
        reading: Reading,
        make_part: Callable[[RecognizedPage], Part],
        *,
        keep: Callable[[Part], Part] | None = None,
        seconds: float | None = None,
    ) -> RecognizedDocument[Part]:
        """Read a document. Each page counts once, in the request's record and for its caller.

        Args:
            raw: the file.
            reading: how to read it.
            make_part: makes a page's part of the answer, in a thread.
            keep: called in the event loop with each part. Its return value is kept instead.
            seconds: the contract's own time limit, if less than the server's; also from the whole body on.

        Raises:
            RequestError: the file cannot be read, a model is missing, time ran out, or the pipeline failed.
            Overloaded: the first page would probably not be read in time; nothing was done.
            RuntimeError: the contract has not named the caller, so the pages would count for nobody.
        """
        self._counted.named()
        deadline = self.deadline
        if seconds is not None:
            deadline = min(deadline, self._begun + seconds)
        reading = replace(reading, overrides=_with_preset(reading.overrides, self._preset))
        return await _read(self._runtime, self._counted.count_page, raw, reading, make_part, keep, deadline)

    async def read_in_turn(
        self,
        raw: RawFile,
        reading: Reading,
        make_part: Callable[[RecognizedPage], bytes],
        send: Callable[[DocumentInfo, bytes], Awaitable[None]],
    ) -> DocumentInfo:
        """Read a document, and send each page's part of the answer as soon as it is there, in the pages' order.

        A client that takes its pages slowly holds up its own document only: see `DocumentReader.recognize_in_turn`.
        Each page counts once, in the request's record and for its caller, when it is read. Parts that wait for the
        client count among the bytes inside.

        Args:
            raw: the file.
            reading: how to read it.
            make_part: makes a page's part of the answer, in a thread.
            send: takes the document's outline and the next part.

        Returns:
            The document's outline.

        Raises:
            RequestError, Overloaded, RuntimeError: as `read`. The pages before the one that failed were sent.
        """
        self._counted.named()
        reading = replace(reading, overrides=_with_preset(reading.overrides, self._preset))

        async def finish(page: RecognizedPage) -> bytes:
            self._counted.count_page(page.result)
            part = await self._runtime.threads.run(make_part, page)
            self._ticket.hold(len(part))
            return part

        async def deliver(info: DocumentInfo, part: bytes) -> None:
            self._ticket.drop(len(part))  # from here on, the connection counts them
            await send(info, part)

        return await self._runtime.document_reader.recognize_in_turn(raw, reading, finish, deliver, self.deadline)


class _CountedRequest:
    """One request as its caller's limits count it, from `enter` to the end of the block."""

    def __init__(self, limits: Sequence[CallerLimits], address: str, record: RequestRecord) -> None:
        self.caller: Caller | None = None
        self._limits = limits
        self._address = address
        self._record = record
        self._pages = 0
        self._inside = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._inside.close()

    def enter(self, caller: Caller) -> None:
        """Name the caller, once; the pages are paid for at the end. Without a key, the client's address is counted.

        Raises:
            TooManyRequests: the caller is over a limit.
            RuntimeError: the request has a caller already.
        """
        if self.caller is not None:
            raise RuntimeError("A contract must name the caller of a request once.")
        self._record.caller = caller.name
        counted = caller.at(self._address)
        self._inside.enter_context(within(self._limits, counted.account))
        self._inside.callback(lambda: _spend(self._limits, counted, self._pages))
        self.caller = counted

    def named(self) -> Caller:
        """The caller, as it is counted.

        Raises:
            RuntimeError: nobody has named the caller.
        """
        if self.caller is None:
            raise RuntimeError("A contract must name its caller before it reads a document.")
        return self.caller

    def count_page(self, result: PageResult) -> None:
        """Count a page that was read, and note its warnings."""
        self._pages += 1
        self._record.pages += 1
        self._record.warnings.update(warning.code for warning in result.warnings)


def _spend(limits: Sequence[CallerLimits], caller: Caller, pages: int) -> None:
    for each in limits:
        each.spend(caller.account, pages)


async def _read(
    runtime: Runtime,
    count_page: Callable[[PageResult], None],
    raw: RawFile,
    reading: Reading,
    make_part: Callable[[RecognizedPage], Part],
    keep: Callable[[Part], Part] | None,
    deadline: float | None,
    store: Callable[[Part], Awaitable[Part]] | None = None,
    failed: OnFailedPage[Part] | None = None,
) -> RecognizedDocument[Part]:
    async def finish(page: RecognizedPage) -> Part:
        count_page(page.result)
        part = await runtime.threads.run(make_part, page)
        part = part if keep is None else keep(part)
        return part if store is None else await store(part)

    return await runtime.document_reader.recognize(raw, reading, finish, deadline, failed)


def _with_preset(overrides: OcrOverrides, preset: str) -> OcrOverrides:
    return replace(overrides, preset=overrides.preset or preset)


def _with_cap(limits: LimitSettings, max_body_bytes: int | None) -> LimitSettings:
    if max_body_bytes is None:
        return limits
    return limits.model_copy(update={"max_body_bytes": min(max_body_bytes, limits.max_body_bytes)})


async def _check_accepting(runtime: Runtime, limits: LimitSettings) -> None:
    """Wait until the models are loaded, and check that the server takes documents.

    Raises:
        NotReady: the models are not loaded in time, the server drains, or its engines do not work.
    """
    await runtime.start_up.wait(limits.body_timeout_seconds)
    runtime.lifecycle.check_accepting()
    if not runtime.pipeline.healthy:
        raise NotReady
