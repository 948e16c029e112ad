"""What the dispatcher and a replica say to each other: small MessagePack messages; pictures travel as descriptors.

Both ends are this program, and neither has parsed a stranger's bytes with native code, so what arrives is trusted; its
types are checked all the same, because a mistake is found sooner that way.
"""

from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
import numpy as np

from models.batching import BatcherStats
from models.config import PipelineConfig
from models.document import PageResult
from models.optional_stage import ModuleStatus
from models.options import OcrOptions

Size = tuple[int, int]
"""Height and width of a picture, in pixels."""


class StoreSettings(msgspec.Struct, frozen=True):
    """The arguments of `models.store.weights.ModelStore`; a replica never fetches anything."""

    directory: Path | None
    local_directories: tuple[Path, ...]
    manifest: Path


class Start(msgspec.Struct, frozen=True, tag="start"):
    """The first message: load this pipeline, and log like this."""

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
    """Read a page. Carries one descriptor: its pixels.

    Attributes:
        number: names the job in answers and cancellations.
        seconds: that are left before its deadline; None where there is none.
        flow: names the request among those of this server; None for none.
    """

    number: int
    options: OcrOptions
    size: Size
    index: int
    seconds: float | None
    flow: int | None


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """Nobody waits for this job any more. Has no answer of its own."""

    number: int


Order = Start | Prepare | Read | Cancel


class Opening(msgspec.Struct, frozen=True, tag="opening"):
    """A module is about to be opened."""

    module: str


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """Everything that the start opens is open."""

    modules: tuple[ModuleStatus, ...]


class NotStarted(msgspec.Struct, frozen=True, tag="not_started"):
    """The pipeline cannot be built; the process ends."""

    kind: str
    message: str


class StageNumbers(msgspec.Struct, frozen=True):
    """A batcher's counters, and the jobs that wait."""

    counters: BatcherStats
    waiting: int


class Pulse(msgspec.Struct, frozen=True, tag="pulse"):
    """Sent at regular intervals: the process lives.

    Attributes:
        stalled_seconds: for how long nothing has moved although there is work.
    """

    stages: dict[str, StageNumbers]
    modules: tuple[ModuleStatus, ...]
    stalled_seconds: float


class Prepared(msgspec.Struct, frozen=True, tag="prepared"):
    """The stages that were asked for are open."""

    number: int


class PageRead(msgspec.Struct, frozen=True, tag="page"):
    """A page's result without its pictures. Carries those that the dispatcher does not have, ``rotated`` first.

    Attributes:
        image: the preprocessed page: the page itself, the rotated page, or a picture of this size that was sent.
        rotated: None where the preprocessor did not run.
    """

    number: int
    image: Literal["page", "rotated"] | Size
    rotated: Literal["page"] | Size | None
    result: PageResult


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A job failed. ``kind`` is the name of a class in `models.errors`."""

    number: int
    kind: str
    message: str


Report = Opening | Ready | NotStarted | Pulse | Prepared | PageRead | Failed


def encode(message: Order | Report) -> bytes:
    """A message as bytes."""
    return _encoder.encode(message)


def decode_order(data: bytes) -> Order:
    """A message to a replica. Raises `msgspec.DecodeError` where it is none."""
    return _orders.decode(data)


def decode_report(data: bytes) -> Report:
    """A message from a replica. Raises `msgspec.DecodeError` where it is none."""
    return _reports.decode(data)


def _to_plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"A message cannot hold a {type(value).__name__}.")


def _from_plain(wanted: Any, value: Any) -> object:
    """Undo `_to_plain`: ``wanted`` is `Path`, or an array type, which names its dtype."""
    if wanted is Path:
        return Path(value)
    _, dtype = get_args(wanted)
    return np.asarray(value, *get_args(dtype))


_encoder = msgspec.msgpack.Encoder(enc_hook=_to_plain)
_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order, dec_hook=_from_plain)
_reports: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report, dec_hook=_from_plain)
