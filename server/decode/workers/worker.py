"""A decode worker: a process that parses one file at a time for the server, under limits, and knows nothing else.

Started as ``python -m server.decode.workers.worker SOCKET MEMORY_BYTES JOB_SECONDS PARENT FOR_IMAGES``. It ends when
its socket does.
"""

import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from server.children import channel
from server.children.sandbox import Protection, allow_processor_seconds, confine, die_with_parent
from server.decode.formats.readers import Encrypted, Opener, Reader
from server.decode.workers.messages import (
    Answer,
    CloseJob,
    FileFormat,
    Job,
    Outline,
    OutlineJob,
    PageDone,
    Ready,
    Refused,
    WorkJob,
)
from server.decode.workers.openers import OPENERS, load_image_library
from server.decode.workers.whole_file_work import do_work

_jobs: msgspec.json.Decoder[Job] = msgspec.json.Decoder(Job)


class Worker:
    """Keeps the last file open, so that a document's pages in a row cost one parse."""

    def __init__(self, link: socket.socket, openers: Mapping[FileFormat, Opener], job_seconds: float) -> None:
        self._link = link
        self._openers = openers
        self._job_seconds = job_seconds
        self._open: Reader | None = None
        self._key: tuple[int, FileFormat] | None = None

    def serve(self, protections: tuple[Protection, ...]) -> None:
        """Answer jobs until the server closes the socket."""
        self._send(Ready(protections))
        with suppress(channel.ChannelClosed):
            while True:
                message, descriptors = channel.receive_with_descriptors(self._link)
                try:
                    self._handle(_jobs.decode(message), descriptors)
                finally:
                    channel.close_all(descriptors)

    def _handle(self, job: Job, descriptors: Sequence[int]) -> None:
        if isinstance(job, CloseJob):
            if self._key is not None and self._key[0] == job.document:
                self._close()
            return
        allow_processor_seconds(self._job_seconds)
        try:
            answer = self._answer(job, descriptors)
        except Encrypted:
            self._close()
            answer = Refused(encrypted=True)
        except Exception:  # noqa: BLE001
            # Decoders raise anything on hostile input, MemoryError included; it all means that the file is refused.
            self._close()
            answer = Refused()
        self._send(answer)

    def _answer(self, job: Job, descriptors: Sequence[int]) -> Answer:
        if isinstance(job, WorkJob):
            self._close()
            return do_work(job.work, descriptors, job.password)
        if isinstance(job, OutlineJob):
            reader = self._reader(job.document, job.format, descriptors[0], job.password)
            count = reader.total if job.limit is None else min(job.limit, reader.total)
            return Outline(reader.total, reader.sizes(count))
        assert not isinstance(job, CloseJob)
        reader = self._reader(job.document, job.format, descriptors[0], job.password)
        reader.draw(job.index, (job.width, job.height), job.scale, descriptors[1])
        return PageDone()

    def _reader(self, document: int, kind: FileFormat, descriptor: int, password: str | None) -> Reader:
        if self._open is None or self._key != (document, kind):
            self._close()
            self._open = self._openers[kind](descriptor, password)
            self._key = (document, kind)
        return self._open

    def _close(self) -> None:
        reader, self._open, self._key = self._open, None, None
        if reader is not None:
            reader.close()

    def _send(self, answer: Answer) -> None:
        channel.send(self._link, msgspec.json.encode(answer))


def main(openers: Mapping[FileFormat, Opener] = OPENERS) -> None:
    """Run a worker as the process that the pool started."""
    link, memory_bytes, parent = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])
    die_with_parent(parent)
    if int(sys.argv[5]):
        load_image_library()
    # Asks the kernel what kind of socket it is, which the worker may not do later.
    worker = Worker(socket.socket(fileno=link), openers, job_seconds=float(sys.argv[3]))
    worker.serve(confine(memory_bytes))


if __name__ == "__main__":
    main()
