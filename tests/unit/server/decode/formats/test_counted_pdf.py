"""PDFs that claim fewer pages than they have."""

import io
from dataclasses import replace

import pikepdf
import pytest

from models.document import Image
from server.decode.document import DocumentInfo
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode.conftest import Bench
from tests.unit.server.decode.samples import BLUE, RED, coloured_pdf

PDF = FileKind.PDF
PLAIN = coloured_pdf(RED, BLUE, RED)
SHADES = [[0, 0, 255], [255, 0, 0], [0, 0, 255]]
"""The colours of its pages, BGR."""
PASSWORD = "geheim"


def rewritten(**options: object) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(PLAIN)) as document:
        document.save(buffer, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


PACKED = rewritten(object_stream_mode=pikepdf.ObjectStreamMode.generate)
LOCKED = rewritten(encryption=pikepdf.Encryption(user=PASSWORD, owner="owner"))


def opened(bench: Bench, raw: RawFile, max_pages: int | None = None) -> tuple[DocumentInfo, list[Image]]:
    async def scenario() -> tuple[DocumentInfo, list[Image]]:
        async with bench.decoder.open(raw, max_pages=max_pages) as document:
            return document.info, [(await document.page(at)).image for at in range(document.info.processed_pages)]

    return bench.run(scenario())


TOO_FEW = {
    "plain": PLAIN.replace(b"/Count 3", b"/Count 1"),
    "encrypted": LOCKED.replace(b"/Count 3", b"/Count 2"),
}


@pytest.mark.parametrize("name", TOO_FEW)
def test_pages_beyond_the_claimed_number_are_read(bench: Bench, name: str) -> None:
    """But not where a file is read as the reference reads it."""
    raw = RawFile(TOO_FEW[name], PDF, PASSWORD if name == "encrypted" else None, composite_alpha=True)
    info, pages = opened(bench, raw)
    assert info.total_pages == 3
    assert [page[10, 10].tolist() for page in pages] == SHADES
    as_the_reference, _ = opened(bench, replace(raw, composite_alpha=False))
    assert as_the_reference.total_pages == (2 if name == "encrypted" else 1)


@pytest.mark.parametrize("data", [PLAIN, PACKED, LOCKED, PLAIN.replace(b"/Count 3", b"/Count 0")])
def test_a_pdf_that_claims_its_pages_is_not_mended(bench: Bench, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.decoder, "_made", None)
    info, _ = opened(bench, RawFile(data, PDF, PASSWORD, composite_alpha=True))
    assert info.total_pages == 3


def test_a_limit_of_pages_holds(bench: Bench) -> None:
    info, pages = opened(bench, RawFile(TOO_FEW["plain"], PDF, composite_alpha=True), max_pages=2)
    assert (info.total_pages, info.processed_pages, len(pages)) == (3, 2, 2)


def test_a_pdf_whose_pages_qpdf_cannot_count_is_read_as_pdfium_shows_it(bench: Bench) -> None:
    """Its number of pages is no number, and something else stands in the place of a page."""
    data = PLAIN.replace(b"/Count 3", b"/Count (3)").replace(b"/Kids [3 0 R", b"/Kids [1 0 R")
    info, pages = opened(bench, RawFile(data, PDF, composite_alpha=True))
    assert info.total_pages == 3
    assert [page[10, 10].tolist() for page in pages[1:]] == SHADES[1:]
