"""The child process of a replica. It loads one pipeline and reads the pages that the dispatcher sends.

The command line is ``python -m server.pipelines.replicas.child SOCKET PARENT``. It ends when its socket is closed, or
when its parent dies.
"""

import asyncio
import logging
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from models.errors import OcrError
from models.loader import build_pipeline
from models.pipeline import OcrPipeline
from models.store.weights import ModelStore
from server.children import channel
from server.children.sandbox import die_with_parent
from server.pipelines.replicas.errors import described
from server.pipelines.replicas.messages import (
    Failed,
    NotStarted,
    Opening,
    Order,
    PageRead,
    Ready,
    Report,
    Start,
    decode_order,
    encode,
)
from server.pipelines.replicas.orders import Orders
from server.pipelines.replicas.pulse import Pulses
from server.pipelines.replicas.shared_picture import SharedPicture
from server.telemetry.logs import configure_logging, where
from server.telemetry.loop_errors import report_loop_errors

logger = logging.getLogger("ppocr.replica")


class Link:
    """This process's end of the socket. A separate thread sends messages, so a slow receiver does not block us."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._sender = ThreadPoolExecutor(1, "sender")

    def send(self, report: Report, pictures: tuple[SharedPicture, ...] = ()) -> None:
        """Queue a message. Messages are sent in the order of the calls."""
        self._sender.submit(self._send, report, pictures)

    def receive(self) -> tuple[Order, list[int]]:
        """Wait for a message and its descriptors. Raises `ChannelClosed` if no more will come."""
        data, descriptors = channel.receive_with_descriptors(self._link)
        return decode_order(data), descriptors

    def flush(self) -> None:
        """Wait until all messages are sent."""
        self._sender.shutdown()

    def _send(self, report: Report, pictures: tuple[SharedPicture, ...]) -> None:
        try:
            channel.send(self._link, encode(report), [picture.descriptor for picture in pictures])
        except channel.ChannelClosed:
            logger.debug("nobody listens any more")
        except Exception as error:  # noqa: BLE001 - the results of this thread are not read
            logger.error("a message cannot be sent: %s", where(error))  # noqa: TRY400 - messages may quote a document
            if isinstance(report, PageRead):
                self._send(Failed(report.number, *described(error)), ())


async def serve(link: Link, start: Start) -> bool:
    """Load the pipeline, execute orders until the dispatcher hangs up, and close the pipeline.

    Returns:
        Whether the pipeline could be loaded.
    """
    report_loop_errors()
    try:
        pipeline = await _open(link, start)
    except OcrError as error:
        link.send(NotStarted(*described(error)))
        return False
    link.send(Ready(pipeline.modules()))
    orders = Orders(pipeline, link.send)
    pulses = Pulses(pipeline, orders, link.send, start.pulse_seconds)
    pulses.start()
    hung_up = asyncio.Event()
    loop = asyncio.get_running_loop()
    listener = threading.Thread(target=_listen, args=(link, orders, hung_up, loop), name="listener", daemon=True)
    listener.start()
    await hung_up.wait()
    pulses.stop()
    await orders.cancel()
    await pipeline.close()
    return True


async def _open(link: Link, start: Start) -> OcrPipeline:
    def opening(module: str) -> None:
        link.send(Opening(module))

    config, store = start.config, start.store
    models = ModelStore(store.directory, store.local_directories, offline=True, manifest_path=store.manifest)
    # The thread ends with the loading, as in the process that serves HTTP. See `LocalPipeline`.
    with ThreadPoolExecutor(1, "loader") as loader:
        building = asyncio.get_running_loop().run_in_executor(loader, build_pipeline, config, models, opening)
        pipeline = await building
    if config.optional == "first_use":
        await pipeline.open_required(opening)
    else:
        await pipeline.open_optional(opening)
    return pipeline


def _listen(link: Link, orders: Orders, hung_up: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
    try:
        while True:
            order, descriptors = link.receive()
            loop.call_soon_threadsafe(orders.take, order, descriptors)
    except channel.ChannelClosed:
        loop.call_soon_threadsafe(hung_up.set)


def main() -> None:
    """Run a replica in the process that the dispatcher started."""
    descriptor, parent = (int(argument) for argument in sys.argv[1:3])
    die_with_parent(parent)
    # Ctrl-C, SIGTERM and SIGHUP may reach all processes of the server. Only the server decides when its replicas end.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    link = Link(socket.socket(fileno=descriptor))
    try:
        start, _ = link.receive()
    except channel.ChannelClosed:
        sys.exit(1)  # the server ended meanwhile
    if not isinstance(start, Start):
        raise TypeError("the first message must be Start")
    configure_logging(start.log_level, start.log_format)
    try:
        started = asyncio.run(serve(link, start))
    except Exception as error:  # noqa: BLE001 - the last place to log it without quoting a document
        # The dispatcher only sees that the process ended. The log tells where.
        logger.critical("the replica failed: %s", where(error))
        sys.exit(1)
    finally:
        link.flush()
    sys.exit(0 if started else 1)


if __name__ == "__main__":
    main()
