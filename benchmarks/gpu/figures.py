"""The measurements have these shapes. They need no package beside the standard library."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The measured limits of the device itself.

    Attributes:
        bytes_per_second: read and written by a copy within the device.
        flop_per_second: of a product of square matrices, in the precision that models compute in.
        upload_bytes_per_second, download_bytes_per_second: between page-locked host memory and the device.
    """

    bytes_per_second: float
    flop_per_second: float
    upload_bytes_per_second: float
    download_bytes_per_second: float


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage at one shape.

    Attributes:
        stage: its name.
        shape: of the batch.
        milliseconds: of one batch, when batches follow each other.
        least_milliseconds: what the device needs at least; None where nothing was counted.
        each_op_milliseconds: what it needs where every operator reads and writes memory.
    """

    stage: str
    shape: tuple[int, ...]
    milliseconds: float
    least_milliseconds: float | None = None
    each_op_milliseconds: float | None = None

    @property
    def share_of_roofline(self) -> float | None:
        """0..1."""
        return self.least_milliseconds / self.milliseconds if self.least_milliseconds else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Texts of the pipeline on the device against those of one on the host's CPU, in float32.

    Attributes:
        engine: what the host ran.
        pages: compared.
        characters: that the host read.
        different: edit distance between both, in characters.
    """

    engine: str
    pages: int
    characters: int
    different: int

    @property
    def percent(self) -> float:
        """Characters that differ."""
        return 100 * self.different / max(1, self.characters)


@dataclass(frozen=True, slots=True)
class Throughput:
    """A pipeline in one process, with many pages in it at any time.

    Attributes:
        pages_per_second: read.
        kilopixels_per_second: padded pixels of lines in thousands.
        gpu_percent: mean utilisation; None on a CPU.
        share_of_roofline: of the device's least time for these pixels, 0..1.
    """

    pages_per_second: float
    kilopixels_per_second: float
    gpu_percent: float | None
    share_of_roofline: float


@dataclass(frozen=True, slots=True)
class Served:
    """One kind of file with so many clients.

    Attributes:
        kind: ``jpeg``, ``png`` or ``pdf``.
        clients: each waits for its answer before it sends the next file.
        requests, errors: answered with 200, and not.
        images_per_second: pages of answered requests.
        kilopixels_per_second, gpu_percent, share_of_roofline: see `Throughput`.
        p50_milliseconds, p99_milliseconds: of a whole request.
    """

    kind: str
    clients: int
    requests: int
    errors: int
    images_per_second: float
    kilopixels_per_second: float
    p50_milliseconds: float
    p99_milliseconds: float
    gpu_percent: float | None
    share_of_roofline: float


@dataclass(slots=True)
class Figures:
    """One run.

    Attributes:
        made_with: machine, versions, commit.
        rehearsal: whether this is no GPU's run, or a shortened one: nothing in it is a figure of a GPU.
        pages: name of the page set, and how many.
        left_out: parts that could not run here, and why.
        seconds: how long each part took.
    """

    made_with: dict[str, str | int | float]
    rehearsal: bool
    pages: str
    ceilings: Ceilings | None = None
    agreement: Agreement | None = None
    stages: list[StageTime] = field(default_factory=list)
    pipeline: Throughput | None = None
    served: list[Served] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
