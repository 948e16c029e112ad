"""The reader of each file format. Runs in a worker only."""

from collections.abc import Mapping
from functools import partial

from server.decode.formats.frames import FrameFile
from server.decode.formats.pdf_file import PdfFile
from server.decode.formats.readers import Opener, Reader
from server.decode.workers.messages import FileFormat


def _open_counted_pdf(descriptor: int, password: str | None) -> Reader:
    # qpdf costs a worker 9 MB and a tenth of a second.
    from server.decode.formats.counted_pdf import open_counted_pdf  # noqa: PLC0415

    return open_counted_pdf(descriptor, password)


def _open_tiff(descriptor: int, _password: str | None) -> Reader:
    return FrameFile(descriptor, "TIFF")


def _open_gif(descriptor: int, _password: str | None) -> Reader:
    return FrameFile(descriptor, "GIF")


def load_image_library() -> None:
    """Load the library that the first still image would load."""
    import server.decode.formats.still_file  # noqa: F401, PLC0415


def _open_image(descriptor: int, _password: str | None, *, composite_alpha: bool = False) -> Reader:
    # OpenCV costs a worker 30 MB and a third of its start. If images are not isolated, most workers never need it.
    from server.decode.formats.still_file import StillFile  # noqa: PLC0415

    return StillFile(descriptor, composite_alpha=composite_alpha)


def _open_composited_tiff(descriptor: int, password: str | None) -> Reader:
    from server.decode.formats.composited_frames import open_composited_tiff  # noqa: PLC0415

    return open_composited_tiff(descriptor, password)


def _open_composited_gif(descriptor: int, password: str | None) -> Reader:
    from server.decode.formats.composited_frames import open_composited_gif  # noqa: PLC0415

    return open_composited_gif(descriptor, password)


OPENERS: Mapping[FileFormat, Opener] = {
    "pdf": PdfFile,
    "counted_pdf": _open_counted_pdf,
    "tiff": _open_tiff,
    "gif": _open_gif,
    "composited_tiff": _open_composited_tiff,
    "composited_gif": _open_composited_gif,
    "image": _open_image,
    "composited_image": partial(_open_image, composite_alpha=True),
}
