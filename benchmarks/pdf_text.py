"""PDFs of 100 pages with text of their own: pages a second, whether the text is the file's, and broken layers.

    python -m benchmarks.pdf_text [--pages 100] [--rounds 3] [--out FILE]

One client sends one document after the other to `POST /ocr` with the preset ``best``: structure is asked for (Markdown
and text), pictures are not. The documents are a novel, the same in an embedded font, a paper in two columns and a
report with tables. Each is also read without structure (``lines_alone``, pages a second). Every word is compared with
what was written. Then pages are sent whose layers are broken, in several ways, and read with ``auto`` and with
``never``: no page may lose words by its layer. Medians over the rounds. Exit status 1: a bar is missed (`missed`).
"""

import argparse
import io
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.command import result_file, run_command
from benchmarks.first_page import whole_documents
from benchmarks.load import TIMEOUT_SECONDS
from benchmarks.machine import made_with
from benchmarks.peers import Document, ocr_body, our_server
from benchmarks.store import FOLDER

RESULTS = FOLDER / "pdf_text.json"
LEAST_PAGES_A_SECOND = 50.0
"""The bar of every document."""
SIZE = (595.0, 842.0)
TEXT = (
    "the harbour lay quiet in morning light and nobody spoke of what had happened there during long winter months "
    "when ships from Oslo could not reach 1987 islands because ice was 23 cm thick so people walked across it"
)
WORDS = tuple(TEXT.split())
EMBEDDED = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")


@dataclass(frozen=True, slots=True)
class Written:
    """A document and the words that were written on each of its pages."""

    document: Document
    words: tuple[Counter[str], ...]


class Writer:
    """Writes a document and counts its words."""

    def __init__(self, font: str, seed: int) -> None:
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=SIZE)
        self.random = random.Random(seed)
        self._font = font
        self._page = Counter[str]()
        self._pages: list[Counter[str]] = []

    def line(self, x: float, y: float, words: list[str], size: float = 10) -> None:
        """Write words from a point on."""
        self.canvas.setFont(self._font, size)
        self.canvas.drawString(x, y, " ".join(words))
        self._page.update(words)

    def paragraph(self, x: float, top: float, width: float, lines: int, size: float = 10) -> float:
        """Write some lines of words. Gives where they end."""
        for _ in range(lines):
            words: list[str] = []
            while pdfmetrics.stringWidth(" ".join(words), self._font, size) < width - 6 * size:
                words.append(self.random.choice(WORDS))
            self.line(x, top, words, size)
            top -= 1.3 * size
        return top - 0.7 * size

    def end_page(self) -> None:
        """End a page."""
        self.canvas.showPage()
        self._pages.append(self._page)
        self._page = Counter()

    def written(self, name: str) -> Written:
        """End the document."""
        self.canvas.save()
        return Written(Document(f"{name}.pdf", self.buffer.getvalue(), len(self._pages)), tuple(self._pages))


def novel(pages: int, font: str = "Times-Roman") -> Written:
    """Paragraphs over the whole width, a chapter's title, and a page number."""
    writer = Writer(font, 1)
    for number in range(pages):
        writer.line(70, 785, ["Chapter", str(number // 10 + 1)], 18)
        top = 750.0
        for _ in range(5):
            top = writer.paragraph(70, top, 455, 8)
        writer.line(290, 45, [str(number + 1)], 9)
        writer.end_page()
    return writer.written("novel")


def embedded(pages: int) -> Written:
    """A novel in an embedded font."""
    pdfmetrics.registerFont(TTFont("Serif", EMBEDDED))
    return novel(pages, "Serif")


def paper(pages: int) -> Written:
    """Two columns below a title, with headings."""
    writer = Writer("Helvetica", 2)
    for number in range(pages):
        writer.line(70, 785, ["Ice", "and", "harbours", str(number + 1)], 16)
        for left in (60, 307):
            top = 750.0
            for part in range(4):
                writer.line(left, top, [f"Part{part}", "Results"], 12)
                top = writer.paragraph(left, top - 16, 230, 11, 9)
        writer.end_page()
    return writer.written("paper")


def report(pages: int) -> Written:
    """A paragraph, a ruled table of numbers and another paragraph."""
    writer = Writer("Helvetica", 3)
    for number in range(pages):
        writer.line(70, 785, ["Quarter", str(number + 1)], 16)
        top = writer.paragraph(70, 750, 455, 6)
        rows, columns, high, wide = 18, 5, 20, 91
        writer.canvas.grid(
            [70 + wide * column for column in range(columns + 1)], [top - high * row for row in range(rows + 1)]
        )
        for row in range(rows):
            for column in range(columns):
                word = str(writer.random.randrange(10_000)) if column else writer.random.choice(WORDS)
                writer.line(75 + wide * column, top - high * row - 14, [word])
        writer.paragraph(70, top - high * rows - 25, 455, 6)
        writer.end_page()
    return writer.written("report")


DOCUMENTS: Mapping[str, Callable[[int], Written]] = {
    "novel": novel, "embedded": embedded, "paper": paper, "report": report,
}  # fmt: skip


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=result_file, default=RESULTS)
    given = parser.parse_args()
    made = made_with()
    with whole_documents() as config, our_server("ours", config) as server:
        url = f"http://{server.host}:{server.port}"
        ask(url, novel(2).document)
        speed = {name: measured(url, make(given.pages), given.rounds) for name, make in DOCUMENTS.items()}
        broken = {name: compared(url, written) for name, written in broken_layers().items()}
    bars = missed(speed, broken)
    found = {"made_with": made, "pages": given.pages, "documents": speed, "broken_layers": broken, "missed": bars}
    given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
    return int(bool(bars))


def ask(url: str, document: Document, mode: str = "auto", *, structure: bool = True) -> dict:
    """The result of one document, with its structure or as lines alone."""
    body = ocr_body(document, visualize=False)
    body |= {"preset": "best", "pdfText": mode, "diagnostics": True}
    if structure:
        body["outputFormats"] = ["markdown", "text"]
    answer = requests.post(f"{url}/ocr", json=body, timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    result: dict = answer.json()["result"]
    return result


def measured(url: str, written: Written, rounds: int) -> dict[str, float]:
    """Pages a second of a document, the pages whose text came from the file, and those with exactly its words."""
    seconds, plain = [], []
    for _ in range(rounds):
        for structure, times in ((False, plain), (True, seconds)):
            begin = time.monotonic()
            result = ask(url, written.document, structure=structure)
            times.append(time.monotonic() - begin)
    count = len(written.words)
    layer = sum(page["source"] == "layer" for page in result["diagnostics"]["pages"])
    exact = sum(words_of(page) == words for page, words in zip(result["ocrResults"], written.words, strict=True))
    return {
        "pages_a_second": round(count / statistics.median(seconds), 1),
        "lines_alone": round(count / statistics.median(plain), 1),
        "from_layer": round(layer / count, 4),
        "exact": round(exact / count, 4),
    }


def words_of(page: dict) -> Counter[str]:
    """The words of a page's lines."""
    return Counter(word for text in page["prunedResult"]["rec_texts"] for word in text.split())


def compared(url: str, written: Written) -> dict[str, float]:
    """The share of a page's words that are read with its layer, and without."""
    return {mode: share(ask(url, written.document, mode), written) for mode in ("auto", "never")}


def share(result: dict, written: Written) -> float:
    """The share of all words that were read."""
    hits = sum(
        (words_of(page) & words).total() for page, words in zip(result["ocrResults"], written.words, strict=True)
    )
    return round(hits / sum(words.total() for words in written.words), 4)


def broken_layers() -> dict[str, Written]:
    """Pages of a letter whose layer says something else than one sees."""
    return {name: _scanned(layer) for name, layer in INVISIBLE.items()} | {"wrong_map": _wrong_map()}


HiddenLine = Callable[[float, list[str]], tuple[float, float, list[str]]]
"""Gives where an invisible line stands, and its words, from the y and the words that one sees."""
LETTER = [[WORDS[(5 * row + place) % len(WORDS)] for place in range(7)] for row in range(14)]
INVISIBLE: Mapping[str, HiddenLine] = {
    "other_text": lambda y, words: (70, y, [word[::-1] for word in words]),
    "shifted": lambda y, words: (170, y - 13, words),
    "partial": lambda y, words: (70, y, words if y > 600 else []),
    "right": lambda y, words: (70, y, words),
}
"""What an older program may have put under a scan."""


def _letter(writer: Writer) -> None:
    for row, words in enumerate(LETTER):
        writer.line(70, 750 - 26 * row, words, 13)


def _scanned(layer: HiddenLine) -> Written:
    """A picture of the letter with an invisible layer under it."""
    import pypdfium2 as pdfium  # noqa: PLC0415 - only for this

    plain = Writer("Helvetica", 0)
    _letter(plain)
    plain.end_page()
    seen = plain.written("plain")
    picture = pdfium.PdfDocument(seen.document.content)[0].render(scale=2.5).to_pil()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=SIZE)
    hidden = canvas.beginText()
    hidden.setFont("Helvetica", 13)
    hidden.setTextRenderMode(3)
    for row, line in enumerate(LETTER):
        x, y, words = layer(750 - 26 * row, line)
        hidden.setTextOrigin(x, y)
        hidden.textOut(" ".join(words))
    canvas.drawText(hidden)
    canvas.drawImage(ImageReader(picture), 0, 0, *SIZE)
    canvas.save()
    return Written(Document("scan.pdf", buffer.getvalue()), seen.words)


def _wrong_map() -> Written:
    """Visible text whose ToUnicode map turns each small letter into another one."""
    import pikepdf  # noqa: PLC0415 - only for this

    plain = Writer("Helvetica", 0)
    _letter(plain)
    plain.end_page()
    written = plain.written("wrong")
    lines = "\n".join(f"<{code:02x}> <{(code - 97 + 7) % 26 + 97:04x}>" for code in range(97, 123))
    cmap = f"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 26 beginbfchar\n{lines}\nendbfchar endcmap"
    with pikepdf.open(io.BytesIO(written.document.content)) as pdf:
        for font in pdf.pages[0].Resources.Font.as_dict().values():
            font.ToUnicode = pdf.make_stream(cmap.encode())
        buffer = io.BytesIO()
        pdf.save(buffer)
    return Written(Document("wrong.pdf", buffer.getvalue()), written.words)


def missed(speed: Mapping[str, Mapping[str, float]], broken: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The bars that are missed, in words."""
    found = []
    for name, figures in speed.items():
        if figures["pages_a_second"] < LEAST_PAGES_A_SECOND:
            found.append(f"{name}: {figures['pages_a_second']} pages a second; the bar is {LEAST_PAGES_A_SECOND:.0f}")
        if figures["exact"] < 1:
            found.append(f"{name}: {1 - figures['exact']:.1%} of the pages have other words than the file")
    for name, shares in broken.items():
        if shares["auto"] < shares["never"]:
            found.append(f"{name}: {shares['auto']:.1%} of the words, and {shares['never']:.1%} without the layer")
    return found


if __name__ == "__main__":
    run_command(main)
