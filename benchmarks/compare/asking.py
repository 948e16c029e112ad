"""Asks one provider: threads send its documents, and every outcome is written down.

Nothing is sent twice to make a failure go away.
"""

import hashlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

from benchmarks.compare.conditions import price_of_page, rate_of
from benchmarks.compare.destinations import Destination
from benchmarks.compare.errors import NotCompared
from benchmarks.compare.kept import RunFolder, Sent
from benchmarks.compare.model import Answer, AnswerPage, Document, Outcome
from benchmarks.compare.pace import Budget, Pace
from benchmarks.compare.plan import Contender
from benchmarks.compare.provider import Client, NotAnswered, Terms
from benchmarks.compare.secrets import Secrets

MALFORMED = (LookupError, TypeError, ValueError, AttributeError)
"""What `understand` of a provider raises for an answer that has not the documented form."""
FREE: tuple[Outcome, ...] = ("refused", "throttled")
"""Outcomes that cost nothing. Of an answer that never came nobody knows whether it is charged, so it counts."""


@dataclass(frozen=True, slots=True)
class Job:
    """One document to be sent, and for which time."""

    document: Document
    repeat: int


@dataclass(slots=True)
class Progress:
    """How far a provider is.

    Attributes:
        total: documents that it is to get, repeats included; those of earlier runs are not counted.
        outcomes: how many documents came to each outcome.
        stopped: why not all of them were sent; empty where they were.
    """

    total: int
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    stopped: str = ""

    @property
    def done(self) -> int:
        """Documents with an outcome."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Common:
    """What all providers of a run share.

    Attributes:
        tell: is told of every answer, in the thread that got it.
        stop: once it is set, nothing more is sent.
    """

    folder: RunFolder
    budget: Budget
    secrets: Secrets
    stop: threading.Event
    tell: Callable[[Contender, Progress], None]


class Asking:
    """Asks one provider for all of its documents.

    Attributes:
        progress: how far it is.
        versions: of the programs that run elsewhere, as soon as they have told them.
    """

    def __init__(self, contender: Contender, destination: Destination, common: Common, total: int) -> None:
        self.progress = Progress(total)
        self.versions: dict[str, str] = {}
        self._contender = contender
        self._destination = destination
        self._common = common
        self._pace = Pace(rate_of(contender, destination), common.stop)
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        # Not Thread.join: in Python 3.11 an interruption of it lets a thread that runs pass for ended.
        self._ended: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._warm = threading.Event()
        self._end = threading.Event()
        self._failure: BaseException | None = None
        self._lock = threading.Lock()

    def refuse(self, job: Job, reason: str) -> None:
        """Write down that a document is not sent, because the provider does not take it."""
        self._keep(job, _now(), 0.0, NotAnswered("refused", reason), cold=False, sent=0)

    def ask(self, jobs: Sequence[Job]) -> None:
        """Send documents. The first one goes alone, because it may wait for models to load.

        Raises:
            NotCompared: the client cannot be opened.
            KeyboardInterrupt: it was interrupted; what is on its way has been waited for.
        """
        for job in jobs:
            self._jobs.put(job)
        count = min(self._contender.concurrency, len(jobs))
        for number in range(count):
            threading.Thread(target=self._work, args=(number,), daemon=True).start()
        ended = 0
        try:
            for ended in range(count):  # noqa: B007 - how many have ended is needed below
                self._ended.get()
        except KeyboardInterrupt:
            self._common.stop.set()
            for _ in range(count - ended):  # a second interruption ends this too
                self._ended.get()
            raise
        if self._failure is not None:
            raise self._failure

    def _work(self, number: int) -> None:
        try:
            if number:
                self._warm.wait()
            waited = _Waited(self._pace)
            terms = Terms(self._contender.timeout_seconds, waited.wait, self._common.secrets.read, self.versions.update)
            with ExitStack() as stack:
                client: Client | None = None
                while not self._over():
                    try:
                        job = self._jobs.get_nowait()
                    except queue.Empty:
                        return
                    begin = time.perf_counter()
                    if client is None:
                        client = stack.enter_context(self._contender.provider.connect(self._contender.settings, terms))
                    opening = time.perf_counter() - begin
                    self._send(client, job, waited, opening, cold=not self._warm.is_set())
                    self._warm.set()
        except BaseException as error:  # noqa: BLE001 - the thread that waits for this one raises it
            with self._lock:
                self._failure = self._failure or error
            self._end.set()
        finally:
            self._warm.set()
            self._ended.put(number)

    def _over(self) -> bool:
        return self._end.is_set() or self._common.stop.is_set()

    def _send(self, client: Client, job: Job, waited: "_Waited", opening: float, *, cold: bool) -> None:
        waited.wait()
        if self._over():
            return
        content = _unchanged(job.document)
        cost = self._cost(job) or 0.0
        if not self._common.budget.take(cost):
            self.progress.stopped = "The budget would be exceeded. What is left was not sent."
            self._end.set()
            return
        started = _now()
        if self._contender.address is not None:
            host, document = self._destination.host, job.document
            sent = Sent(started, self._contender.name, host, document.id, document.sha256, job.repeat, len(content))
            self._common.folder.sending(sent)
        waited.seconds = 0.0
        begin = time.perf_counter()
        result = self._result(client, job.document, content)
        seconds = time.perf_counter() - begin - waited.seconds + (opening if cold else 0.0)
        answer = self._keep(job, started, seconds, result, cold=cold, sent=len(content))
        self._common.budget.give_back(cost - (answer.cost or 0.0))

    def _result(self, client: Client, document: Document, content: bytes) -> "_Understood | NotAnswered":
        try:
            reply = client.read(document, content)
        except NotAnswered as error:
            return error
        try:
            return _Understood(reply.raw, reply.status, self._contender.provider.understand(reply.raw))
        except MALFORMED as error:
            reason = f"The answer has not the documented form ({type(error).__name__})."
            return NotAnswered("failed", reason, reply.status, reply.raw)

    def _keep(
        self, job: Job, started: str, seconds: float, result: "_Understood | NotAnswered", *, cold: bool, sent: int
    ) -> Answer:
        secrets, folder = self._common.secrets, self._common.folder
        failure = result if isinstance(result, NotAnswered) else None
        outcome: Outcome = failure.outcome if failure else "answered"
        answer = Answer(
            provider=self._contender.name,
            document=job.document.id,
            repeat=job.repeat,
            started=started,
            seconds=round(seconds, 6),
            outcome=outcome,
            status=result.status,
            reason=secrets.conceal(failure.reason) if failure else "",
            pages=() if isinstance(result, NotAnswered) else result.pages,
            raw_sha256=folder.keep_raw(secrets.conceal_bytes(result.raw)),
            cold=cold,
            cost=0.0 if outcome in FREE else self._cost(job),
            bytes_sent=sent,
            host=self._destination.host,
        )
        folder.add(answer)
        with self._lock:
            self.progress.outcomes[outcome] = self.progress.outcomes.get(outcome, 0) + 1
        self._common.tell(self._contender, self.progress)
        return answer

    def _cost(self, job: Job) -> float | None:
        per_page = price_of_page(self._contender, self._destination)
        return None if per_page is None else per_page * job.document.pages


@dataclass(frozen=True, slots=True)
class _Understood:
    raw: bytes
    status: int | None
    pages: tuple[AnswerPage, ...]


class _Waited:
    """The waits of one thread for the quota. They are no time of the provider's."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.seconds = 0.0

    def wait(self) -> None:
        self.seconds += self._pace.wait()


def _unchanged(document: Document) -> bytes:
    """The file's bytes, which must be those that the run folder has the sum of.

    Raises:
        NotCompared: the file was changed meanwhile.
    """
    content = document.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise NotCompared(f"The document {document.id} was changed since the run began. What is left was not sent.")
    return content


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
