"""The kinds of work on a whole file. Runs in a worker only."""

from collections.abc import Callable, Mapping, Sequence

from server.decode.formats.readers import map_target, read_whole
from server.decode.workers.messages import MadeKind, Work, Written

Maker = Callable[[bytes, str | None, bytes], tuple[bytes, MadeKind]]
"""Makes a result and its file extension from a file, its password and a second file."""


def do_work(work: Work, descriptors: Sequence[int], password: str | None) -> Written:
    """Do the work of one command, and write the result into the memory that came with it.

    Raises:
        ValueError, IndexError: the result is longer than that memory.
    """
    source, target, argument = descriptors
    data, kind = MAKERS[work](read_whole(source), password, read_whole(argument))
    memory = map_target(target)
    memory[: len(data)] = data
    return Written(len(data), kind)


# Each of these loads libraries that most workers never need.
def _overlay_text(data: bytes, password: str | None, layer: bytes) -> tuple[bytes, MadeKind]:
    """Put invisible text under the pages of a PDF, and take out its active content."""
    from server.decode.formats.pdf_overlay import overlay_text  # noqa: PLC0415

    return overlay_text(data, password, layer), "pdf"


def _mended_pdf(data: bytes, password: str | None, _: bytes) -> tuple[bytes, MadeKind]:
    """Write a damaged PDF anew, without encryption."""
    from server.decode.formats.pdf_mending import mended_pdf  # noqa: PLC0415

    return mended_pdf(data, password), "pdf"


def _plain_office(data: bytes, password: str | None, _: bytes) -> tuple[bytes, MadeKind]:
    """Check an Office document, and decrypt it if it is encrypted."""
    from server.decode.office.file import plain_office  # noqa: PLC0415

    return plain_office(data, password)


def _characters(data: bytes, password: str | None, _: bytes) -> tuple[bytes, MadeKind]:
    """The different characters of a PDF's text, as UTF-8."""
    from server.decode.formats.pdf_file import characters  # noqa: PLC0415

    return characters(data, password), "txt"


MAKERS: Mapping[Work, Maker] = {
    "overlay_text": _overlay_text,
    "mended_pdf": _mended_pdf,
    "plain_office": _plain_office,
    "characters": _characters,
}
