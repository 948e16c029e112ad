"""The messages between the dispatcher and a replica: small MessagePack. Pictures travel as descriptors.

The dispatcher sends orders, and a replica sends reports. Both are this program, and neither has parsed a stranger's
bytes with native code, so messages are trusted. Their types are still checked, because that finds mistakes sooner.
"""

from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
import numpy as np

from models.batching import BatcherStats
from models.config import PipelineConfig
from models.document import OwnText, PageResult
from models.optional_stage import ModuleStatus
from models.options import OcrOptions

Size = tuple[int, int]
"""The height and width of a picture, in pixels."""


class StoreSettings(msgspec.Struct, frozen=True):
    """The arguments of `models.store.weights.ModelStore`. A replica never fetches anything."""

    directory: Path | None
    local_directories: tuple[Path, ...]
    manifest: Path


class Start(msgspec.Struct, frozen=True, tag="start"):
    """The first message: the pipeline to load, and the settings of logging."""

    config: PipelineConfig
    store: StoreSettings
    log_level: str = "info"
    log_format: Literal["text", "json"] = "text"
    pulse_seconds: float = 1.0


class Prepare(msgspec.Struct, frozen=True, tag="prepare"):
    """See `OcrPipeline.prepare`."""

    number: int
    options: OcrOptions


class Read(msgspec.Struct, frozen=True, tag="read"):
    """Read a page. It carries one descriptor: the pixels.

    Attributes:
        number: identifies the order in reports and cancellations.
        options: the effective options.
        size: of the page.
        index: 0-based position of the page in its document.
        seconds: time left before the deadline; None without a deadline.
        flow: identifies the request among those of this server; None without one.
        own_text: the text that the page has of its own; None where all text is to be recognised.
    """

    number: int
    options: OcrOptions
    size: Size
    index: int
    seconds: float | None
    flow: int | None
    own_text: OwnText | None = None


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """No caller waits for this order any more. There is no report about the cancellation."""

    number: int


Order = Start | Prepare | Read | Cancel


class Opening(msgspec.Struct, frozen=True, tag="opening"):
    """A module is about to be opened."""

    module: str


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """All modules of the start are open."""

    modules: tuple[ModuleStatus, ...]


class NotStarted(msgspec.Struct, frozen=True, tag="not_started"):
    """The pipeline cannot be built. The process ends."""

    kind: str
    message: str


class StageNumbers(msgspec.Struct, frozen=True):
    """A batcher's counters, and the number of items that wait."""

    counters: BatcherStats
    waiting: int


class Pulse(msgspec.Struct, frozen=True, tag="pulse"):
    """A sign of life, which is sent at regular intervals.

    Attributes:
        stages: by stage name.
        modules: the state of all modules.
        stalled_seconds: time without progress although there is work.
    """

    stages: dict[str, StageNumbers]
    modules: tuple[ModuleStatus, ...]
    stalled_seconds: float


class Prepared(msgspec.Struct, frozen=True, tag="prepared"):
    """The requested stages are open."""

    number: int


class PageRead(msgspec.Struct, frozen=True, tag="page"):
    """A page's result without its pictures. Pictures that the dispatcher does not have are sent, ``rotated`` first.

    Attributes:
        number: of the order.
        image: the preprocessed page: the page itself, the rotated page, or a sent picture of this size.
        rotated: the rotated page: the page itself, or a picture of this size; None if the preprocessor did not run.
        result: everything else.
    """

    number: int
    image: Literal["page", "rotated"] | Size
    rotated: Literal["page"] | Size | None
    result: PageResult


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """An order failed. ``kind`` is the name of a class in `models.errors`."""

    number: int
    kind: str
    message: str


Report = Opening | Ready | NotStarted | Pulse | Prepared | PageRead | Failed


def encode(message: Order | Report) -> bytes:
    """Encode a message."""
    return _encoder.encode(message)


def decode_order(data: bytes) -> Order:
    """Decode a message to a replica. Raises `msgspec.DecodeError` if it is not one."""
    return _orders.decode(data)


def decode_report(data: bytes) -> Report:
    """Decode a message from a replica. Raises `msgspec.DecodeError` if it is not one."""
    return _reports.decode(data)


def _to_plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"A message cannot hold a {type(value).__name__}.")


def _from_plain(wanted: Any, value: Any) -> object:
    """Undo `_to_plain`. ``wanted`` is `Path`, or an array type with its dtype."""
    if wanted is Path:
        return Path(value)
    _, dtype = get_args(wanted)
    return np.asarray(value, *get_args(dtype))


_encoder = msgspec.msgpack.Encoder(enc_hook=_to_plain)
_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order, dec_hook=_from_plain)
_reports: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report, dec_hook=_from_plain)
