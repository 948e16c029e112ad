"""Damaged PDFs: mended and read where pages are left of them, refused where nothing is."""

import io
import zlib

import numpy as np
import pikepdf
import pytest

from models.document import Image
from server.decode.document import DocumentInfo
from server.decode.formats.pdf_file import open_pdf
from server.decode.formats.pdf_mending import mended_pdf
from server.decode.formats.readers import Unreadable
from server.decode.workers.messages import Work
from server.errors import EncryptedFile, InvalidInputFile
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode.conftest import Bench
from tests.unit.server.decode.samples import BLUE, RED, blank_pdf, coloured_pdf, encoded, pdf, pixels, stream

PDF = FileKind.PDF
PLAIN = coloured_pdf(RED, BLUE, RED)
SHADES = [[0, 0, 255], [255, 0, 0], [0, 0, 255]]
"""The colours of its pages, BGR."""
PASSWORD = "geheim"


def rewritten(data: bytes, **options: object) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(buffer, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def locked(revision: int, packed: bool) -> bytes:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    return rewritten(PLAIN, object_stream_mode=mode, encryption=pikepdf.Encryption(PASSWORD, "owner", R=revision))  # type: ignore[arg-type]


def upto(data: bytes, mark: bytes) -> bytes:
    """The file, cut off before the last place of a mark."""
    return data[: data.rindex(mark)]


def scan() -> bytes:
    """A page that is a picture, with the picture at the end, as scanners write it."""
    picture = encoded(pixels(400, 400), "JPEG", quality=95)
    words = b"/Type /XObject /Subtype /Image /Width 400 /Height 400 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    return pdf(
        b"/MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >>",
        extra=[stream(b"200 0 0 200 0 0 cm /I Do"), stream(picture, words + b" /Filter /DCTDecode")],
    )


PACKED = rewritten(PLAIN, object_stream_mode=pikepdf.ObjectStreamMode.generate)
"""All of its objects but streams are in an object stream, as most programs write them today."""
MENDABLE = {
    "without the end of its table": PLAIN[: PLAIN.index(b"trailer") - 30],
    "without its table": upto(PLAIN, b"xref\n0 "),
    "cut off right behind an object": upto(PLAIN, b"\nxref\n0 "),
    "a number of pages that is too large": PLAIN.replace(b"/Count 3", b"/Count 7"),
    "an absurd number of pages": PLAIN.replace(b"/Count 3", b"/Count 1000000"),
    "a page that is none": PLAIN.replace(b"/Kids [", b"/Kids [99 0 R ").replace(b"/Count 3", b"/Count 4"),
    "objects in streams, without their table": upto(PACKED, b"10 0 obj"),
    "objects in streams, and half of their table": PACKED[: PACKED.rindex(b"10 0 obj") + 200],
    "junk before a cut file": b"junk\n" + upto(PLAIN, b"xref\n0 "),
}


@pytest.mark.parametrize("name", MENDABLE)
def test_a_damaged_pdf_is_read(bench: Bench, name: str) -> None:
    info, pages = bench.read(MENDABLE[name], PDF)
    assert (info.kind, info.total_pages, info.points) == ("pdf", 3, ((20.0, 10.0),) * 3)
    assert [page[10, 10].tolist() for page in pages] == SHADES


def test_the_pages_that_are_left_are_read(bench: Bench) -> None:
    """Of the streams with the pages' contents, the last one is lost."""
    info, pages = bench.read(upto(PLAIN, b"8 0 obj"), PDF)
    assert info.total_pages == 3
    assert [page[10, 10].tolist() for page in pages] == [*SHADES[:2], [255, 255, 255]]


def test_a_limit_of_pages_holds_for_a_mended_pdf(bench: Bench) -> None:
    info, pages = bench.read(MENDABLE["without its table"], PDF, max_pages=2)
    assert (info.total_pages, info.processed_pages, len(pages)) == (3, 2, 2)


def test_of_a_picture_that_is_cut_off_the_upper_part_is_read(bench: Bench) -> None:
    """As of a JPEG that is cut off."""
    data = scan()
    cut = data[: data.index(b"/DCTDecode") + 10_000]
    assert len(cut) < len(data) * 0.7
    (whole,), (upper,) = bench.read(data, PDF)[1], bench.read(cut, PDF)[1]
    np.testing.assert_array_equal(upper[:60], whole[:60])
    assert np.abs(upper[-20:].astype(int) - whole[-20:]).mean() > 20


def test_blank_pages_of_a_wrong_number_are_read(bench: Bench) -> None:
    info, (page,) = bench.read(blank_pdf((20, 10)).replace(b"/Count 1", b"/Count 2"), PDF)
    assert info.total_pages == 1
    assert (page == 255).all()


LOOP = pdf(b"/MediaBox [0 0 9 9]").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")
LOST = {
    "no page": pdf(),
    "a page tree that is its own branch": LOOP,
    "all contents": upto(PLAIN, b"6 0 obj"),
    "the page tree": PLAIN.replace(b"/Kids", b"/Kidz"),
    "the pages": PLAIN[:100],
    "the object stream": PACKED[:150],
    "all but the header": b"%PDF-1.7\n",
    "the header": MENDABLE["without its table"][9:],
    "the header, and a PNG before the rest": encoded(pixels(40, 40), "PNG") + bytes(1024) + PLAIN,
}


@pytest.mark.parametrize("name", LOST)
def test_a_pdf_that_has_lost_what_is_read_is_refused_as_damaged(bench: Bench, name: str) -> None:
    with pytest.raises(InvalidInputFile) as caught:
        bench.read(LOST[name], PDF)
    assert caught.value.message == "Invalid input file"
    assert not isinstance(caught.value, EncryptedFile)


async def opened(bench: Bench, raw: RawFile) -> tuple[DocumentInfo, list[Image]]:
    async with bench.decoder.open(raw, max_pages=None) as document:
        return document.info, [(await document.page(index)).image for index in range(document.info.processed_pages)]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("revision", [4, 6])
def test_an_encrypted_pdf_stays_encrypted_when_it_is_damaged(bench: Bench, revision: int, packed: bool) -> None:
    """Without its trailer nothing says that it is encrypted but the dictionary that no page uses."""
    data = locked(revision, packed)
    end = data.rindex(b"/Type /XRef") if packed else data.rindex(b"xref\n0 ")
    for cut in (data[:-20], data[:end]):
        for password in (None, "") if cut == data[:end] else (None, "wrong"):
            with pytest.raises(EncryptedFile):
                bench.run(opened(bench, RawFile(cut, PDF, password)))
    with pytest.raises(InvalidInputFile) as damaged:
        bench.run(opened(bench, RawFile(data[:end], PDF, PASSWORD)))
    assert not isinstance(damaged.value, EncryptedFile)


@pytest.mark.parametrize("revision", [4, 6])
def test_the_password_of_a_damaged_pdf_opens_it(bench: Bench, revision: int) -> None:
    data = locked(revision, packed=False).replace(b"/Count 3", b"/Count 7")
    info, pages = bench.run(opened(bench, RawFile(data, PDF, PASSWORD)))
    assert info.total_pages == 3
    assert [page[10, 10].tolist() for page in pages] == SHADES
    with pytest.raises(EncryptedFile):
        bench.run(opened(bench, RawFile(data, PDF)))


def test_a_whole_pdf_costs_no_mending(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Work] = []

    async def noted(_data: bytes, _password: str | None, work: Work, _capacity: int) -> None:
        asked.append(work)
        raise InvalidInputFile

    monkeypatch.setattr(bench.decoder, "_made", noted)
    bench.read(PLAIN, PDF)
    with pytest.raises(InvalidInputFile):
        bench.read(b"no PDF at all", PDF)
    assert asked == []
    with pytest.raises(InvalidInputFile):
        bench.read(LOOP, PDF)
    assert asked == ["mended_pdf"]


def test_a_stream_stays_packed() -> None:
    """Also in a hostile file: what it unpacks to is nobody's matter here."""
    bomb = stream(zlib.compress(bytes(50_000_000), 9), b"/Filter /FlateDecode")
    data = pdf(b"/MediaBox [0 0 20 10] /Contents 4 0 R", extra=[bomb]).replace(b"/Count 1", b"/Count 2")
    assert len(mended_pdf(data, None)) < 100_000


def packed_object(content: bytes, first: int) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + stream(content, b"/Type /ObjStm /N 1 /First %d" % first) + b"\nendobj\n"


@pytest.mark.parametrize("content", [b"", b"2", b"x y z", b"2 0 " * 9, b"2 -9 3 99999999 ", b"\xff" * 40])
def test_damaged_lists_of_packed_objects_are_refused(content: bytes) -> None:
    for first in (-1, 0, len(content), 10**6):
        with pytest.raises((Unreadable, pikepdf.PdfError)):
            mended_pdf(packed_object(content, first), None)


def test_a_list_that_names_the_same_bytes_again_and_again_makes_nothing_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = []
    opened = pikepdf.open

    def noted(file: io.BytesIO, **options: object) -> pikepdf.Pdf:
        lengths.append(len(file.getvalue()))
        return opened(file, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("pikepdf.open", noted)
    entries = b"".join(b"%d %d " % (number, number % 2 * 100_000) for number in range(2, 2000))
    content = entries + b"x" * 100_000
    with pytest.raises((Unreadable, pikepdf.PdfError)):
        mended_pdf(packed_object(content, len(entries)), None)
    assert lengths[-1] < 4 * len(content)


@pytest.mark.parametrize("name", MENDABLE)
def test_what_is_mended_is_a_whole_pdf(name: str) -> None:
    data = mended_pdf(MENDABLE[name], None)
    with pikepdf.open(io.BytesIO(data)) as document:
        assert document.get_warnings() == []
    shown = open_pdf(data, None)
    assert len(shown) == 3
    shown.close()
