"""A page's picture as an object of a PDF. No pixel is decoded: PDF knows the code of JPEG, PNG and fax."""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name

from server.export.files.file_page import PagePicture

PNG_SIGNATURE_BYTES = 8
PNG_PALETTE, PNG_GREY = 3, 0
"""Colour types (PNG 3rd edition, table 12)."""
PNG_PREDICTOR = 15
"""Each row says which of PNG's filters it has (PDF 1.7, table 10)."""

PLACES: dict[int, tuple[int, ...]] = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""The matrix that turns the unit square with the stored pixels upright, by EXIF orientation (PDF 1.7, 8.3.3)."""


def placement(picture: PagePicture, page_height: int, scale: tuple[float, float]) -> str:
    """The six numbers that put a picture, made upright, at its place.

    Args:
        picture: of the page, or of a part of it.
        page_height: in pixels.
        scale: points per pixel along x and y.
    """
    width, height = (pixels * points for pixels, points in zip(picture.shown_size, scale, strict=True))
    left, bottom = picture.corner[0], page_height - picture.corner[1] - picture.shown_size[1]
    a, b, c, d, e, f = PLACES[picture.orientation]
    x, y = e * width + left * scale[0], f * height + bottom * scale[1]
    return " ".join(f"{number:.4f}" for number in (a * width, b * height, c * width, d * height, x, y))


def picture_object(pdf: pikepdf.Pdf, picture: PagePicture) -> pikepdf.Stream:
    """Add a picture to a PDF, as an image XObject (PDF 1.7, 8.9.5)."""
    if picture.encoding == "fax":
        data, entries = picture.data, _fax(picture)
    elif picture.encoding == "png":
        data, entries = _png(picture)
    else:
        data, entries = picture.data, _jpeg(picture)
    width, height = picture.size
    return pdf.make_stream(data, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height, **entries)


def _jpeg(picture: PagePicture) -> dict[str, object]:
    colours = Name.DeviceGray if picture.grey else Name.DeviceRGB
    return {"Filter": Name.DCTDecode, "ColorSpace": colours, "BitsPerComponent": 8}


def _fax(picture: PagePicture) -> dict[str, object]:
    width, height = picture.size
    parameters = Dictionary(K=-1, Columns=width, Rows=height)
    colours: object = Name.DeviceGray
    if (picture.ink, picture.paper) != ((0, 0, 0), (255, 255, 255)):
        colours = _indexed(bytes(picture.ink + picture.paper))
    return {"Filter": Name.CCITTFaxDecode, "DecodeParms": parameters, "ColorSpace": colours, "BitsPerComponent": 1}


def _png(picture: PagePicture) -> tuple[bytes, dict[str, object]]:
    """The rows of our own PNG, whose code is that of PDF's filter."""
    chunks = list(_chunks(picture.data))
    ((_, head),) = [chunk for chunk in chunks if chunk[0] == b"IHDR"]
    bits, kind = head[8], head[9]
    palette = b"".join(data for name, data in chunks if name == b"PLTE")
    colours: object = Name.DeviceGray if kind == PNG_GREY else Name.DeviceRGB
    if kind == PNG_PALETTE:
        colours = _indexed(palette)
    channels = 1 if kind in (PNG_GREY, PNG_PALETTE) else 3
    parameters = Dictionary(Predictor=PNG_PREDICTOR, Colors=channels, BitsPerComponent=bits, Columns=picture.size[0])
    rows = b"".join(data for name, data in chunks if name == b"IDAT")
    return rows, {
        "Filter": Name.FlateDecode, "DecodeParms": parameters, "ColorSpace": colours, "BitsPerComponent": bits
    }  # fmt: skip


def _indexed(palette: bytes) -> Array:
    return Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette)])


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The name and the content of each chunk of a PNG."""
    at = PNG_SIGNATURE_BYTES
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length
