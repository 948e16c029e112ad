"""Tells the owners of jobs of their ends: a signed POST of the state object to the address that the request named."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from server.contracts.jobs.request import read_spec
from server.errors import UrlNotFetched
from server.http.keys import KeyRing
from server.intake.fetch import UrlFetcher
from server.jobs.job import Job, StorageFailed
from server.jobs.keeper import Keeper
from server.telemetry.logs import where

SIGNATURE_HEADER = "X-Signature"
PAUSES = (5.0, 60.0)
"""Seconds before the second and the third try."""
AT_ONCE = 4
"""Webhooks of one caller that are sent at the same time. Receivers that hang hold up nobody else's."""
TAKEN = range(200, 300)

logger = logging.getLogger(__name__)

Describe = Callable[[Job], Awaitable[bytes]]
"""Makes the body: a job's state object as JSON."""


class Webhooks:
    """Sends them. One that is not sent when the server stops is sent by the next server, if jobs survive it.

    Args:
        fetcher: knows the addresses that may be used.
        keys: of the callers. A body is signed with the secret of its owner's key.
        keeper: remembers which are still to be sent.
        describe: makes the body.
    """

    def __init__(self, fetcher: UrlFetcher, keys: KeyRing, keeper: Keeper, describe: Describe) -> None:
        self._fetcher = fetcher
        self._keys = keys
        self._keeper = keeper
        self._describe = describe
        self._sending: set[asyncio.Task[None]] = set()
        self._permits: dict[str, asyncio.Semaphore] = {}
        """By caller. There are no more callers than keys, because nothing is sent without one."""
        self._open = False

    def ended(self, job: Job) -> None:
        """Send a job's webhook, if it has one. This returns at once."""
        if job.notice and self._open:
            task = asyncio.create_task(self._tell(job))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send what an earlier server has left, and send until the server stops.

        Raises:
            StorageFailed: the kept jobs cannot be read.
        """
        self._open = True
        for job in await self._keeper.with_notice():
            self.ended(job)
        try:
            yield
        finally:
            self._open = False
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def _tell(self, job: Job) -> None:
        """Try until the receiver takes it, and record that there is nothing more to do."""
        try:
            if not await self._taken(job):
                logger.warning("A webhook was given up: its receiver did not take it")
            await self._keeper.noticed(job.id)
        except StorageFailed as error:
            logger.error("A webhook cannot be recorded: %s", where(error))  # noqa: TRY400 - messages may quote a path

    async def _taken(self, job: Job) -> bool:
        secret = job.token if self._keys.open else self._keys.secret(job.owner)
        if secret is None:
            logger.warning("A webhook cannot be signed: the key of its job is not configured any more")
            return False
        body = await self._describe(job)
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature(secret, body)}
        for pause in (*PAUSES, None):
            if await self._send(job.owner, read_spec(job.spec).webhook, body, headers):
                return True
            if pause is not None:
                await asyncio.sleep(pause)
        return False

    async def _send(self, owner: str, url: str, body: bytes, headers: dict[str, str]) -> bool:
        permits = self._permits.setdefault(owner, asyncio.Semaphore(AT_ONCE))
        try:
            async with permits:
                status = await self._fetcher.send(url, body, headers)
        except UrlNotFetched as error:
            logger.info("A webhook was not sent: %s", error.reason_word)
            return False
        if status not in TAKEN:
            logger.info("A webhook was answered with status %d", status)
        return status in TAKEN


def signature(secret: str, body: bytes) -> str:
    """The value of `SIGNATURE_HEADER`: the HMAC-SHA256 of the body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
