"""PDFs: encrypted ones, and the page sizes that a PDF has on paper."""

import io

import numpy as np
import pikepdf
import pytest

from models.document import Image
from server.decode.decoder import Decoder
from server.decode.document import DocumentInfo
from server.errors import EncryptedFile, InvalidInputFile
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode.conftest import Bench
from tests.unit.server.decode.samples import BLUE, RED, blank_pdf, coloured_pdf, encoded, encrypted_pdf, tiff

USER, OWNER = "geheim\u00fc", "owner"
PLAIN = coloured_pdf(RED, BLUE)


def locked(revision: int) -> bytes:
    buffer = io.BytesIO()
    aes = revision >= 4
    with pikepdf.open(io.BytesIO(PLAIN)) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(user=USER, owner=OWNER, R=revision, aes=aes, metadata=aes))  # type: ignore[arg-type]
    return buffer.getvalue()


async def read(decoder: Decoder, raw: RawFile) -> tuple[DocumentInfo, list[Image]]:
    async with decoder.open(raw, max_pages=None) as document:
        return document.info, [(await document.page(index)).image for index in range(document.info.processed_pages)]


@pytest.mark.filterwarnings("ignore::UserWarning")  # pikepdf's, on old ciphers
@pytest.mark.parametrize("revision", [3, 4, 6])
def test_a_locked_pdf_opens_with_either_password(bench: Bench, revision: int) -> None:
    data = locked(revision)
    for password in (USER, OWNER):
        _, pages = bench.run(read(bench.decoder, RawFile(data, FileKind.PDF, password)))
        assert [page[10, 10].tolist() for page in pages] == [[0, 0, 255], [255, 0, 0]]
    for wrong in (None, "", "wrong"):
        with pytest.raises(EncryptedFile):
            bench.run(read(bench.decoder, RawFile(data, FileKind.PDF, wrong)))


def test_the_core_s_answer_is_the_same_as_for_any_bad_file(bench: Bench) -> None:
    with pytest.raises(EncryptedFile) as caught:
        bench.run(read(bench.decoder, RawFile(encrypted_pdf(), FileKind.PDF)))
    plain = InvalidInputFile()
    assert (caught.value.status, caught.value.message) == (plain.status, plain.message)
    with pytest.raises(InvalidInputFile) as damaged:
        bench.run(read(bench.decoder, RawFile(PLAIN[:100], FileKind.PDF, USER)))
    assert not isinstance(damaged.value, EncryptedFile)


def test_a_damaged_pdf_is_not_called_encrypted_because_the_one_before_it_was(bench: Bench) -> None:
    """PDFium says nothing of a document without pages, and its last error would be the last file's."""
    without_pages = pikepdf.new()
    buffer = io.BytesIO()
    without_pages.save(buffer)
    for _ in range(2):  # in each worker
        with pytest.raises(EncryptedFile):
            bench.run(read(bench.decoder, RawFile(encrypted_pdf(), FileKind.PDF)))
    for _ in range(2):
        with pytest.raises(InvalidInputFile) as damaged:
            bench.run(read(bench.decoder, RawFile(buffer.getvalue(), FileKind.PDF)))
        assert not isinstance(damaged.value, EncryptedFile)


def test_a_password_is_of_no_consequence_to_other_files(bench: Bench) -> None:
    assert len(bench.run(read(bench.decoder, RawFile(PLAIN, FileKind.PDF, "x")))[1]) == 2
    image = np.zeros((4, 6, 3), np.uint8)
    for data in (encoded(image, "PNG"), tiff([image, image]), encoded(image[..., 0], "GIF")):
        info, _ = bench.run(read(bench.decoder, RawFile(data, FileKind.IMAGE, "x")))
        assert info.points is None


def test_points_are_the_page_s_own_as_it_is_shown(bench: Bench) -> None:
    info, _ = bench.run(read(bench.decoder, RawFile(blank_pdf((100, 50), rotate=90), FileKind.PDF)))
    assert info.points == ((50.0, 100.0),)
    assert info.sizes == ((100, 200),)
