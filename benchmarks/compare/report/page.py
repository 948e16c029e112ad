"""The report as one HTML page, section by section."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from benchmarks.compare.report.markup import Child, Markup, join, tag

INTEREST = (
    "Statement of interest. This report was made with ppocr-server's own tool. The makers of ppocr-server made the "
    "tool, and ppocr-server may be one of the systems that are compared. So do not take the figures on trust: the raw "
    "answers and the sums of all documents are kept, every formula is given below, and whoever has the documents and "
    "the run folder can score them anew."
)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report: its place in the address, its heading, what stands below, and whose votes it takes."""

    name: str
    title: str
    body: Markup
    report: str | None = None


def page(title: str, date: str, meta: str, verdict: Sequence[str], sections: Sequence[Section]) -> str:
    """The whole file."""
    package = files("benchmarks.compare.report")
    style, script = (package.joinpath(name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    sum_of_script = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        f"script-src 'sha256-{sum_of_script}'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    body = tag(
        "body",
        tag("h1", title),
        tag("p", "Made on ", tag("time", date), f". {meta}", class_="meta"),
        tag("div", *(tag("p", sentence) for sentence in verdict), class_="verdict"),
        tag("p", INTEREST, class_="interest note"),
        tag("nav", *(tag("a", section.title, href=f"#{section.name}") for section in sections)),
        *(
            tag("section", tag("h2", section.title), section.body, id=section.name, data_report=section.report)
            for section in sections
        ),
        tag("script", Markup(script)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def table(head: Sequence[Child], rows: Sequence[Sequence[Child]], numbers: Sequence[int] = ()) -> Markup:
    """A table whose first column names the row; ``numbers`` are columns that stand to the right."""
    top = [tag("th", cell, class_="n" if place in numbers else None, scope="col") for place, cell in enumerate(head)]
    body = [tag("tr", tag("th", row[0], scope="row"), *_cells(row[1:], numbers)) for row in rows]
    return tag("div", tag("table", tag("thead", tag("tr", *top)), tag("tbody", *body)), class_="wide")


def note(*text: Child) -> Markup:
    """Small print."""
    return tag("p", *text, class_="note")


def facts(pairs: Sequence[tuple[str, Child]]) -> Markup:
    """A list of names and what stands for each."""
    return tag("dl", *(join(tag("dt", name), tag("dd", value)) for name, value in pairs))


def _cells(cells: Sequence[Child], numbers: Sequence[int]) -> list[Markup]:
    return [
        cell
        if isinstance(cell, Markup) and cell.startswith("<td")
        else tag("td", cell, class_="n" if place in numbers else None)
        for place, cell in enumerate(cells, 1)
    ]
