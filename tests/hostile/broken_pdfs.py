"""PDFs made to hurt whoever reads them: loops, bombs, impossible pages, and things that ask to be run."""

import zlib
from collections.abc import Sequence

from tests.hostile import seeds
from tests.unit.server.decode.samples import pdf, stream

BOX = b"/MediaBox [0 0 160 32]"
SCRIPT = b"app.alert(1); while (true) { this.submitForm('http://127.0.0.1:9/'); }"


def replaced(old: bytes, new: bytes) -> bytes:
    """The readable PDF with one thing in it changed; its table of objects is then a little wrong."""
    data = seeds.pdf()
    assert old in data
    return data.replace(old, new, 1)


def page_with(content: bytes, more: bytes = b"", extra: Sequence[bytes] = ()) -> bytes:
    """One page whose content is a given stream object, which is number 4."""
    return pdf(BOX + b" /Contents 4 0 R " + more, extra=[content, *extra])


def huge_page() -> bytes:
    """141 by 1.4 kilometres; over the pixel cap at any scale that is allowed."""
    return pdf(b"/MediaBox [0 0 400000000 4000000]")


def no_page() -> bytes:
    return pdf()


def many_pages(count: int = 10_000) -> bytes:
    return pdf(*[BOX] * count)


def looping_table() -> bytes:
    """A table of objects whose predecessor is itself."""
    data = pdf(BOX)
    start = data.rfind(b"xref\n", 0, data.rfind(b"startxref"))
    return data.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % start)


def looping_pages() -> bytes:
    """A page tree that is its own branch."""
    return pdf(BOX).replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")


def drawing_that_draws_itself() -> bytes:
    form = stream(b"/Again Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject 5 0 R >>")
    resources = b"/Resources << /XObject << /Again 6 0 R >> >>"
    return page_with(stream(b"/Again Do"), resources, [b"<< /Again 6 0 R >>", form])


def unpacking_bomb() -> bytes:
    """A page whose content is a hundred megabytes of blanks."""
    return page_with(stream(zlib.compress(b" " * 100_000_000, 9), b"/Filter /FlateDecode"))


def nested_bomb() -> bytes:
    """The same packed four times over."""
    content = b" " * 100_000_000
    for _ in range(4):
        content = zlib.compress(content, 9)
    return page_with(stream(content, b"/Filter [" + b"/FlateDecode " * 4 + b"]"))


def deep_lists() -> bytes:
    return pdf(BOX + b" /Deep " + b"[" * 100_000 + b"]" * 100_000)


def picture_bomb() -> bytes:
    """A picture of 900 megapixels on a small page."""
    words = b"/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 1 /ColorSpace /DeviceGray"
    picture = stream(zlib.compress(bytes(30_000 * 3_750), 1), words + b" /Filter /FlateDecode")
    resources = b"/Resources << /XObject << /Im 5 0 R >> >>"
    return page_with(stream(b"160 0 0 32 0 0 cm /Im Do"), resources, [picture])


def with_script() -> bytes:
    action = b"/OpenAction << /S /JavaScript /JS (" + SCRIPT.replace(b"(", b"\\(").replace(b")", b"\\)") + b") >> "
    return replaced(b"/Type /Catalog", b"/Type /Catalog " + action)


def with_program() -> bytes:
    action = b"/OpenAction << /S /Launch /F (/bin/sh) /Win << /F (cmd.exe) >> >> "
    return replaced(b"/Type /Catalog", b"/Type /Catalog " + action)
