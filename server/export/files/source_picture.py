"""The document itself as the picture of its only page: a JPEG that was read as it is."""

from collections.abc import Collection

from server.decode.formats.headers import read_header
from server.decode.formats.plain_jpeg import plain_jpeg, without_metadata
from server.export.files.file_page import Encoding, PagePicture


def source_picture(data: bytes, size: tuple[int, int], allowed: Collection[Encoding]) -> PagePicture | None:
    """The picture that shows an image file as it is; None if that is not possible.

    Args:
        data: the file, which was decoded before.
        size: the width and height of the page that was read, in pixels. It must be neither rotated nor unwarped.
        allowed: the encodings that the result file can show.
    """
    if not {"source_jpeg", "bare_source_jpeg"} & set(allowed):
        return None
    jpeg = plain_jpeg(data)
    if jpeg is None:
        return None
    header = read_header(data)
    if header.size != size or header.stored != jpeg.size:
        return None
    if "source_jpeg" in allowed:
        return PagePicture("source_jpeg", jpeg.data, jpeg.size, jpeg.grey, header.orientation)
    return PagePicture("bare_source_jpeg", without_metadata(jpeg.data), jpeg.size, jpeg.grey, header.orientation)
