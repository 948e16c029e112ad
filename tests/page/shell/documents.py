"""Documents for the page: drawn reports, as a photo and as PDF files of many pages."""

import io

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1240, 1754
DOTS_PER_INCH, SCAN_DOTS = 150, 90
BODY = (
    "The vessel Aurora reached the harbour on 14 March with",
    "three hundred and twelve crates of instruments. All seals",
    "were intact, and the temperature stayed below nine degrees",
    "during the whole voyage of eleven days.",
)
ROWS = (
    ("Item", "Quantity", "Weight", "Price"),
    ("Compass", "24", "36.5 kg", "1,248.00"),
    ("Sextant", "12", "18.2 kg", "2,904.00"),
    ("Barometer", "40", "52.0 kg", "3,160.00"),
    ("Chronometer", "8", "9.6 kg", "7,192.00"),
)
REMARKS = (
    "Two crates were opened for inspection and closed again.",
    "The next delivery is expected in the first week of May.",
    "Signed by the officer in charge, berth 7.",
)
COLUMNS = (110, 480, 720, 940, 1130)


def report(number: int = 1) -> Image.Image:
    """One page at 150 dpi: a title with its number, a paragraph, a table with lines, and remarks."""
    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(page)
    _write(pen, (110, 110), "Harbour Office", 30)
    _write(pen, (110, 180), title(number), 64)
    below = _lines(pen, 330, BODY)
    below = _table(pen, below + 50)
    _write(pen, (110, below + 70), "Remarks", 44)
    _lines(pen, below + 150, REMARKS)
    return page


def title(number: int) -> str:
    """The title of a page."""
    return f"Delivery report {number}"


def photo(number: int = 1) -> bytes:
    """A page as PNG."""
    file = io.BytesIO()
    report(number).save(file, "PNG")
    return file.getvalue()


def scan(pages: int, dots: int = SCAN_DOTS) -> bytes:
    """A PDF of pictures of pages. As it stands, its resolution is one that a slow machine reads soon."""
    size = (WIDTH * dots // DOTS_PER_INCH, HEIGHT * dots // DOTS_PER_INCH)
    first, *others = (report(number).resize(size) for number in range(1, pages + 1))
    file = io.BytesIO()
    first.save(file, "PDF", save_all=True, append_images=others, resolution=dots)
    return file.getvalue()


def _write(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int) -> None:
    pen.text(at, text, font=ImageFont.load_default(size), fill="#1c1c1c")


def _lines(pen: ImageDraw.ImageDraw, top: int, lines: tuple[str, ...]) -> int:
    for line in lines:
        _write(pen, (110, top), line, 34)
        top += 54
    return top


def _table(pen: ImageDraw.ImageDraw, top: int) -> int:
    bottom = top + 66 * len(ROWS)
    for place, row in enumerate(ROWS):
        for left, text in zip(COLUMNS, row, strict=False):
            _write(pen, (left + 16, top + 66 * place + 14), text, 32)
    for place in range(len(ROWS) + 1):
        pen.line((COLUMNS[0], top + 66 * place, COLUMNS[-1], top + 66 * place), fill="#444444", width=2)
    for left in COLUMNS:
        pen.line((left, top, left, bottom), fill="#444444", width=2)
    return bottom
