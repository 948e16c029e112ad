"""Draw the golden pages: ``python -m tests.golden.make_pages`` writes tests/golden/pages.

Deterministic for one version of Pillow and of the fonts. The pages are committed because the reference's answers are
about these very bytes; draw them again only together with new answers (`answer_pages.py`).
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from tests.golden import words
from tests.golden.drawing import canvas, gradient, noisy, ruled, write, write_down
from tests.golden.pdf_writer import PdfPage, rule, text, write_pdf

PAGES = Path(__file__).parent / "pages"


def main() -> None:
    """Write every page."""
    PAGES.mkdir(exist_ok=True)
    _save(_letter(), "print.png")
    _save(_small_print(), "small_print.png")
    _save(_table(), "table.png")
    _save(_chinese(), "cjk.png")
    _save(_mixed(), "mixed.png")
    for degrees in (90, 180, 270):
        _save(_letter().rotate(degrees, expand=True), f"rotated_{degrees}.png")
    _save(_skewed(), "skewed.jpg", quality=80)
    _save(_vertical(), "vertical.png")
    _save(_low_contrast(), "low_contrast.png")
    _save(_fonts(), "fonts.png")
    _save(ImageOps.invert(_notice()), "inverted.png")
    _save(_coloured(), "coloured.jpg", quality=85)
    _save(canvas(320, 240, 250), "blank.png")
    _formats()
    (PAGES / "report.pdf").write_bytes(_report())
    frames = [_tag(1), _tag(2).convert("1"), _coloured().resize((450, 300))]
    frames[0].save(PAGES / "frames.tif", save_all=True, append_images=frames[1:], compression="tiff_adobe_deflate")


def _save(page: Image.Image, name: str, **options: object) -> None:
    if name.endswith(".png"):
        options = {"optimize": True, **options}
    page.save(PAGES / name, **options)


def _formats() -> None:
    """The same few words in the file formats and pixel layouts that decoders treat differently."""
    tag = _tag(118)
    Image.fromarray(np.asarray(tag, np.uint16) * 257).save(PAGES / "deep_16bit.png")
    alpha = Image.merge("RGBA", [tag, tag, tag, ImageOps.invert(tag)])
    _save(alpha, "alpha.png")
    _save(_coloured().convert("CMYK"), "cmyk.jpg", quality=85)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees clockwise to see it upright
    _save(_tag(6).rotate(90, expand=True), "exif_6.jpg", exif=exif, quality=85)
    _save(tag.convert("P"), "palette.bmp")
    _save(_coloured(), "photo.webp", quality=80, method=6)
    _save(tag, "single.tif", compression="tiff_lzw")


def _letter() -> Image.Image:
    page = canvas(900, 800)
    write(page, words.LETTER, (80, 60), ("serif", 26))
    return page


def _small_print() -> Image.Image:
    page = canvas(860, 330)
    write(page, words.SMALL, (20, 40), ("sans", 13), leading=1.6)
    write(page, words.SMALL[::-1], (445, 40), ("serif", 13), leading=1.6)
    return page


def _table() -> Image.Image:
    page = canvas(900, 560)
    write(page, ["Stock list, week 23"], (40, 30), ("sans-bold", 28))
    ruled(page, words.TABLE, (40, 190, 520, 640, 760, 860), 90, 46, 20)
    return page


def _chinese() -> Image.Image:
    page = canvas(860, 820)
    y = write(page, words.CHINESE[:1], (60, 40), ("cjk-bold", 40))
    y = write(page, words.CHINESE[1:], (60, y), ("cjk", 28))
    y = write(page, words.CHINESE_SERIF, (60, y + 20), ("cjk-serif", 30))
    write(page, words.JAPANESE, (60, y + 10), ("cjk", 26))
    return page


def _mixed() -> Image.Image:
    page = canvas(760, 430)
    write(page, words.MIXED, (40, 40), ("cjk", 26), leading=1.9)
    return page


def _skewed() -> Image.Image:
    page = canvas(900, 560)
    write(page, words.LETTER[3:14], (90, 90), ("dejavu-serif", 22))
    return noisy(page.rotate(3.5, Image.Resampling.BICUBIC, fillcolor=255), 14, seed=7)


def _vertical() -> Image.Image:
    page = canvas(460, 460)
    write_down(page, words.VERTICAL, (370, 50), ("cjk-bold", 40))
    return page


def _low_contrast() -> Image.Image:
    page = canvas(700, 300, 196)
    write(page, words.NOTICE, (50, 40), ("sans", 30), colour=164, leading=1.8)
    return noisy(page, 3, seed=11)


def _fonts() -> Image.Image:
    page = canvas(860, 620)
    for number, (name, line) in enumerate(words.FONT_LINES):
        write(page, [line], (40, 30 + number * 52), (name, 28))
    return page


def _notice() -> Image.Image:
    page = canvas(700, 300)
    write(page, words.NOTICE, (50, 40), ("sans-bold", 30), leading=1.8)
    return page


def _coloured() -> Image.Image:
    page = gradient(600, 400, (250, 214, 120), (120, 190, 230))
    write(page, words.NOTICE, (40, 30), ("dejavu", 24), colour=(120, 16, 40), leading=1.9)
    write(page, words.CHINESE_SERIF[:2], (40, 240), ("cjk-bold", 28), colour=(20, 60, 30), leading=1.9)
    return page


def _tag(number: int) -> Image.Image:
    page = canvas(420, 250)
    write(page, (f"Crate {number} of 240", *words.TAG[1:]), (30, 30), ("dejavu", 24), leading=1.9)
    return page


def _report() -> bytes:
    body = text(60, 770, 20, "Quarterly report", "F2")
    body += "".join(text(60, 730 - 24 * i, 12, line, "F2") for i, line in enumerate(words.REPORT))
    body += "".join(text(60, 480 - 22 * i, 10, line, "F3") for i, line in enumerate(words.SMALL[:6]))
    table = text(60, 760, 16, "Loans by month")
    for i, row in enumerate(words.REPORT_TABLE):
        y = 720 - 30 * i
        table += rule(60, y + 20, 480, y + 20) + "".join(text(66 + 110 * k, y, 12, cell) for k, cell in enumerate(row))
    scan = noisy(_letter().resize((900, 1273)), 10, seed=3)
    jpeg = io.BytesIO()
    scan.save(jpeg, "JPEG", quality=55)
    return write_pdf([PdfPage(body), PdfPage(table, rotate=90), PdfPage("", 0, jpeg.getvalue(), scan.size)])


if __name__ == "__main__":
    main()
