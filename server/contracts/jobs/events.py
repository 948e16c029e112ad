"""Server-sent events of a job: ``state``, ``page`` and ``end``.

A listener keeps nothing but its place: how many pages it was told of, and which state. It takes the pages from the
job's own list, and waits for the job's next change. So a listener that reads slowly holds up nobody and fills no queue.
The id of an event is this place, so a listener that comes back goes on where it was.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.response import Stream
from litestar.response.base import ASGIResponse

from server.contracts.jobs.kept_page import PageNote, decode_document
from server.contracts.jobs.request import JobSpec
from server.contracts.jobs.response import encode, page_event
from server.errors import Overloaded
from server.jobs.active import Active, Shown
from server.jobs.job import JobState
from server.jobs.pages import PageEntry
from server.lifecycle import Lifecycle

COMMENT_SECONDS = 15.0
COMMENT = b": still there\n\n"
MAX_LISTENERS = 1000
END = "end"
MAX_DIGITS = 8
MEDIA_TYPE = "text/event-stream"
HEADERS = {"X-Accel-Buffering": "no"}
"""Tells a proxy to pass each event on at once."""


Describe = Callable[[Shown], dict[str, object]]
"""Makes the state object of a job."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a listener.

    Attributes:
        pages: entries of the job's list of pages that it was told of.
        state: the state that it was told of; empty for none.
        ended: whether it was told of the end.
    """

    pages: int = 0
    state: str = ""
    ended: bool = False

    @classmethod
    def read(cls, last_event_id: str) -> "Place":
        """The place that an event's id stands for. Any other text is the begin."""
        if last_event_id == END:
            return cls(ended=True)
        pages, dot, state = last_event_id.partition(".")
        known = (
            dot and pages.isascii() and pages.isdigit() and len(pages) < MAX_DIGITS and (not state or state.isalpha())
        )
        return cls(int(pages), state) if known else cls()


class EventStream(Stream):
    """An answer whose media type is that of events. The framework would give it that of its route."""

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> ASGIResponse:
        """See `Stream`."""
        return super().to_asgi_response(*args, **{**kwargs, "media_type": MEDIA_TYPE})


class JobEvents:
    """Streams the events of jobs.

    Args:
        lifecycle: of the server. Streams end when it begins to stop, and clients come back to the next server.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._listeners = 0

    def answer(
        self, shown: Shown, active: Active | None, spec: JobSpec, place: Place, describe: Describe
    ) -> EventStream:
        """The answer that streams the events of a job.

        Args:
            shown: the job.
            active: the same job, if it waits or runs.
            spec: its work.
            place: where the listener is.
            describe: makes the content of the event ``end``.

        Raises:
            Overloaded: too many listen.
        """
        if self._listeners >= MAX_LISTENERS:
            raise Overloaded
        events = self._counted(self._events(shown, active, spec, place, describe))
        return EventStream(events, headers=HEADERS)

    async def _counted(self, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        self._listeners += 1
        try:
            async for event in events:
                yield event
        finally:
            self._listeners -= 1

    async def _events(
        self, shown: Shown, active: Active | None, spec: JobSpec, place: Place, describe: Describe
    ) -> AsyncIterator[bytes]:
        told, known, wanted = place.pages, place.state, 0
        while True:
            changed = active.changed if active else None
            job, pages = (active.seen(), active.pages) if active else (shown.job, shown.pages)
            fresh = job.state.value != known
            if fresh and not job.final:
                known = job.state.value
                yield _event("state", f"{told}.{known}", {"state": known})
            while told < len(pages):
                entry = pages[told]
                told += 1
                # The first entry is the document's own. It is read once for a listener, because it may be long.
                wanted = wanted or decode_document(pages[0].note).wanted
                if entry.number:
                    yield _event("page", f"{told}.{known}", _page(job.id, spec, entry, told - 1, wanted))
            if job.final:
                if fresh:
                    yield _event("state", f"{told}.{job.state.value}", {"state": job.state.value})
                # Nothing is kept of a cancelled job but its row, so the state that is asked for later has only that.
                kept = () if job.state is JobState.CANCELLED else pages
                yield _event("end", END, describe(Shown(job, kept)))
                return
            if changed is None or self._lifecycle.draining.is_set() or (active and active.ended.cancelled()):
                return
            if not changed.is_set() and not await self._wait(changed):
                yield COMMENT

    async def _wait(self, changed: asyncio.Event) -> bool:
        """Wait for a change or for the begin of the server's stop. Gives False if neither came in time."""
        waits = [asyncio.create_task(event.wait()) for event in (changed, self._lifecycle.draining)]
        try:
            done, _ = await asyncio.wait(waits, timeout=COMMENT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return bool(done)


def _page(job_id: str, spec: JobSpec, entry: PageEntry, done: int, wanted: int) -> dict[str, object]:
    reason = msgspec.json.decode(entry.note, type=PageNote).reason
    return page_event(job_id, spec, entry.number, reason, done, wanted)


def _event(name: str, place: str, content: dict[str, object]) -> bytes:
    return b"event: %s\nid: %s\ndata: %s\n\n" % (name.encode(), place.encode(), encode(content))
