"""Tells which fonts of a PDF draw the same glyph for the same character. Runs in a worker only.

A font's mapping to Unicode is proven once for a document. PDFium gives its name alone, and two fonts may share one. So
the key of a font also holds what the file says of it: its encoding, its ToUnicode map and the font program.
"""

import hashlib
import io
import re
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
MAPS = ("/Encoding", "/ToUnicode", "/CIDToGIDMap", "/CIDSystemInfo", "/CharProcs")
SUBSET_TAG = re.compile("^[A-Z]{6}[+]")
"""PDFium leaves it out of a font's name (PDF 1.7, 9.6.4)."""
MOST_LEVELS = 5
MOST_FONTS = 500


class FontKeys:
    """The keys of a document's fonts.

    Args:
        pdf: as pikepdf has it; None if pikepdf cannot open it. Then no font is known from another page.
    """

    def __init__(self, pdf: pikepdf.Pdf | None) -> None:
        self._pdf = pdf
        self._digests: dict[tuple[int, int], bytes] = {}

    @classmethod
    def of_file(cls, data: bytes, password: str | None) -> "FontKeys":
        """The keys of a document's fonts, from its bytes."""
        try:
            return cls(pikepdf.open(io.BytesIO(data), password=password or ""))
        except (MemoryError, pikepdf.PikepdfError):
            return cls(None)

    def of_page(self, index: int, names: list[str]) -> list[str]:
        """The keys of a page's fonts with these names (``/BaseFont``), in their order.

        Fonts with one name on one page share a key, which then stands for all of them.
        """
        try:
            found = self._fonts(index)
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError, pikepdf.PdfError):
            found = None
        return [self._key(index, SUBSET_TAG.sub("", name), found) for name in names]

    @staticmethod
    def _key(index: int, name: str, found: "dict[str, set[bytes]] | None") -> str:
        digest = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16)
        if not found or name not in found:
            digest.update(b"page %d" % index)  # proven for this page alone
        else:
            for each in sorted(found[name]):
                digest.update(each)
        return digest.hexdigest()

    def _fonts(self, index: int) -> "dict[str, set[bytes]] | None":
        if self._pdf is None or index >= len(self._pdf.pages):
            return None
        fonts: dict[str, set[bytes]] = {}
        for number, font in enumerate(_fonts_in(self._pdf.pages[index].resources, 0)):
            if number >= MOST_FONTS:
                return None
            name = SUBSET_TAG.sub("", str(font.get("/BaseFont", "/"))[1:])
            fonts.setdefault(name, set()).add(self._digest(font))
        return fonts

    def _digest(self, font: pikepdf.Object) -> bytes:
        if font.is_indirect and font.objgen in self._digests:
            return self._digests[font.objgen]
        digest = hashlib.blake2b(digest_size=16)
        self._add_font(digest, font)
        for descendant in font.get("/DescendantFonts", Array()):
            self._add_font(digest, descendant)
        if font.is_indirect:
            self._digests[font.objgen] = digest.digest()
        return digest.digest()

    def _add_font(self, digest: "hashlib.blake2b", font: pikepdf.Object) -> None:
        digest.update(str(font.get("/Subtype", "")).encode())
        for key in MAPS:
            digest.update(key.encode())
            self._add(digest, font.get(key))
        descriptor = font.get("/FontDescriptor", Dictionary())
        for key in PROGRAMS:
            self._add(digest, descriptor.get(key))

    def _add(self, digest: "hashlib.blake2b", value: object) -> None:
        if isinstance(value, Stream):
            if value.objgen not in self._digests:
                self._digests[value.objgen] = hashlib.blake2b(value.read_raw_bytes(), digest_size=16).digest()
            digest.update(self._digests[value.objgen])
        elif isinstance(value, pikepdf.Object):
            digest.update(value.unparse(resolved=True))
        else:
            digest.update(repr(value).encode())


def _fonts_in(resources: pikepdf.Object, level: int) -> Iterator[pikepdf.Object]:
    for font in resources.get("/Font", Dictionary()).as_dict().values():
        if isinstance(font, Dictionary):
            yield font
    if level == MOST_LEVELS:
        return
    for form in resources.get("/XObject", Dictionary()).as_dict().values():
        if isinstance(form, Stream) and form.get("/Subtype") == Name.Form and "/Resources" in form:
            yield from _fonts_in(form.Resources, level + 1)
