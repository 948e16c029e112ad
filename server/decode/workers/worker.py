"""A decode worker: a process that parses one file at a time for the server, under limits.

The command line is ``python -m server.decode.workers.worker`` with these arguments: ``SOCKET MEMORY_BYTES
COMMAND_SECONDS PARENT FOR_IMAGES [FONT]``. The process ends when the server closes the socket.
"""

import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from server.children import channel
from server.children.sandbox import Protection, allow_processor_seconds, confine, die_with_parent
from server.decode.formats.pdf_file import PdfFile
from server.decode.formats.pdf_fonts import offer_font
from server.decode.formats.readers import Encrypted, Opener, Reader, Unreadable, map_target
from server.decode.workers.messages import (
    CloseCommand,
    Command,
    FileFormat,
    LayerCommand,
    LayerRead,
    MakeCommand,
    Outline,
    OutlineCommand,
    PageDone,
    Ready,
    Refused,
    Reply,
)
from server.decode.workers.openers import OPENERS, load_image_library
from server.decode.workers.whole_file_work import do_work

FONT_ARGUMENT = 6
"""Position of the file of the font for East Asian text, if there is one."""

_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


class Worker:
    """Executes commands. It keeps the last file open, so that the pages of a document need only one parse."""

    def __init__(self, link: socket.socket, openers: Mapping[FileFormat, Opener], command_seconds: float) -> None:
        self._link = link
        self._openers = openers
        self._command_seconds = command_seconds
        self._open: Reader | None = None
        self._key: tuple[int, FileFormat] | None = None

    def serve(self, protections: tuple[Protection, ...]) -> None:
        """Execute commands until the server closes the socket."""
        with suppress(channel.ChannelClosed):
            self._send(Ready(protections))
            while True:
                message, descriptors = channel.receive_with_descriptors(self._link)
                try:
                    self._handle(_commands.decode(message), descriptors)
                finally:
                    channel.close_all(descriptors)

    def _handle(self, command: Command, descriptors: Sequence[int]) -> None:
        if isinstance(command, CloseCommand):
            if self._key is not None and self._key[0] == command.document:
                self._close()
            return
        allow_processor_seconds(self._command_seconds)
        try:
            reply = self._execute(command, descriptors)
        except Encrypted:
            self._close()
            reply = Refused(encrypted=True)
        except Exception:  # noqa: BLE001
            # On hostile input, decoders raise any exception, even MemoryError. All mean that the file is refused.
            self._close()
            reply = Refused()
        self._send(reply)

    def _execute(self, command: Command, descriptors: Sequence[int]) -> Reply:
        if isinstance(command, MakeCommand):
            self._close()
            return do_work(command.work, descriptors, command.password)
        if isinstance(command, OutlineCommand):
            reader = self._reader(command.document, command.format, descriptors[0], command.password)
            count = reader.total if command.limit is None else min(command.limit, reader.total)
            return Outline(reader.total, reader.sizes(count), reader.resolutions(count))
        assert not isinstance(command, CloseCommand)
        if isinstance(command, LayerCommand):
            return self._read_layer(command, descriptors)
        reader = self._reader(command.document, command.format, descriptors[0], command.password)
        return PageDone(reader.draw(command.index, (command.width, command.height), command.scale, descriptors[1]))

    def _read_layer(self, command: LayerCommand, descriptors: Sequence[int]) -> LayerRead:
        reader = self._reader(command.document, "pdf", descriptors[0], command.password)
        if not isinstance(reader, PdfFile):
            raise Unreadable
        data = reader.layer(command.index, (command.width, command.height), command.scale)
        memory = map_target(descriptors[1])
        memory[: len(data)] = data
        return LayerRead(len(data))

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

    def _send(self, reply: Reply) -> None:
        channel.send(self._link, msgspec.json.encode(reply))


def main(openers: Mapping[FileFormat, Opener] = OPENERS) -> None:
    """Run a worker in the process that the pool started."""
    link, memory_bytes, parent = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])
    die_with_parent(parent)
    if int(sys.argv[5]):
        load_image_library()
    if len(sys.argv) > FONT_ARGUMENT:
        offer_font(sys.argv[FONT_ARGUMENT])
    # This asks the kernel for the kind of socket, which the worker must not do later.
    worker = Worker(socket.socket(fileno=link), openers, command_seconds=float(sys.argv[3]))
    worker.serve(confine(memory_bytes))


if __name__ == "__main__":
    main()
