"""Pictures in a PDF, as PDFium shows them."""

import io

import numpy as np
import pikepdf
import pytest

from server.decode.formats.upright import apply_orientation
from server.export.files.file_page import FilePage, PagePicture
from server.export.files.pdf_picture import placement
from server.export.files.picture_pdf import picture_pdf
from server.export.files.source_picture import source_picture
from tests.unit.server.export.files.page_samples import exif, photo, rendered, saved


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_with_any_orientation_is_upright_and_has_every_byte(orientation: int) -> None:
    stored = photo(160, 96)
    stored[:40, :60] = (0, 0, 255)
    data = saved(stored, "JPEG", quality=95, exif=exif(orientation))
    upright = apply_orientation(stored, orientation)
    height, width = upright.shape[:2]
    picture = source_picture(data, (width, height), ("source_jpeg",))
    assert picture is not None
    pdf = picture_pdf([FilePage((picture,), width, height, (width / 2, height / 2), ())])
    assert np.abs(rendered(pdf, width).astype(int) - upright).mean() < 6
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.pages[0].Resources.XObject["/Im0"].read_raw_bytes() == data


def test_a_part_of_a_page_is_at_its_place() -> None:
    picture = PagePicture("png", b"", (30, 20), corner=(10, 5))
    assert placement(picture, 100, (2.0, 0.5)) == "60.0000 0.0000 0.0000 10.0000 20.0000 37.5000"
    turned = PagePicture("source_jpeg", b"", (20, 30), orientation=6, corner=(10, 5))
    assert placement(turned, 100, (2.0, 0.5)) == "0.0000 -10.0000 60.0000 0.0000 20.0000 47.5000"
