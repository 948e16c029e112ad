"""The forms of results: their names, the ends of their files, and how each is made of the pages that were read.

The forms that are whole files are those of jobs, which come from the table of result files. A new entry there is a new
form here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from models.document import PageResult
from server.cli.failures import Misconfigured
from server.contracts.jobs.formats import BY_NAME
from server.contracts.paddlex_shapes.pruned import pruned_result
from server.export.drawing.pictures import encode_jpeg
from server.export.drawing.visualize import draw_ocr_image
from server.export.files.file_page import FilePage
from server.export.files.result_file import ResultFormat
from server.intake.raw_file import RawFile
from server.jobs.result_pages import Scale, result_page

TEXT, JSON, PICTURE = "text", "json", "picture"
PAGE_ENDS = {TEXT: ".txt", JSON: ".json"}
"""The forms of text that are made page by page, and the ends of their files."""
FILE_FORMATS: Mapping[str, ResultFormat] = {
    name: found.result for name, found in BY_NAME.items() if name not in PAGE_ENDS
}
"""The forms that are whole files."""
NAMES = (*PAGE_ENDS, PICTURE, *FILE_FORMATS)

Results = Mapping[str, bytes]
"""The results of one document: their content by what is put behind the document's name, such as ``.txt``."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The wanted forms.

    Attributes:
        names: of the forms, from `NAMES`, each once.
    """

    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Forms":
        """Parse names with commas between them.

        Raises:
            Misconfigured: there is no such form.
        """
        names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
        if unknown := [name for name in names if name not in NAMES]:
            raise Misconfigured(f"--format: '{unknown[0]}' is no format. There are {', '.join(NAMES)}.")
        return cls(names)

    @property
    def files(self) -> Mapping[str, ResultFormat]:
        """The wanted forms that are whole files."""
        return {name: FILE_FORMATS[name] for name in self.names if name in FILE_FORMATS}

    @property
    def of_pages(self) -> tuple[str, ...]:
        """The wanted forms that are made page by page."""
        return tuple(name for name in self.names if name not in FILE_FORMATS)

    @property
    def printed(self) -> bool:
        """Whether the result can be printed: there is one, and it is text or XML."""
        if len(self.names) != 1:
            return False
        (name,) = self.names
        kind = FILE_FORMATS[name].media_type.partition(";")[0] if name in FILE_FORMATS else ""
        return name in PAGE_ENDS or kind.startswith("text/") or kind.endswith("/xml")

    @property
    def needs_layout(self) -> bool:
        """Whether a form follows the structure of the pages."""
        return any(form.needs_layout for form in self.files.values())

    @property
    def ends(self) -> tuple[str, ...]:
        """An end of the name of a result for every form."""
        own = {**PAGE_ENDS, PICTURE: picture_end(0)}
        return tuple(own.get(name) or file_end(name) for name in self.names)


@dataclass(frozen=True, slots=True)
class PagePart:
    """A page's part of the results.

    Attributes:
        content: by the names of the forms that are made page by page.
        pages: by the names of the forms that are whole files.
    """

    content: Mapping[str, bytes]
    pages: Mapping[str, FilePage] = field(default_factory=dict)


def file_end(name: str) -> str:
    """The end of the name of a result file."""
    return f".{FILE_FORMATS[name].extension}"


def picture_end(number: int) -> str:
    """The end of the name of a page's picture, whose number counts from 0."""
    return f"_ocr_img_{number}.jpg"


def make_part(
    result: PageResult,
    forms: Forms,
    points_per_pixel: Scale,
    picture_limit: tuple[int, int] | None,
    source: RawFile,
    pages: int,
) -> PagePart:
    """Make a page's part of the results. CPU work.

    Args:
        result: of reading the page.
        forms: the wanted forms.
        points_per_pixel: its scale along x and y, as it was decoded.
        picture_limit: largest width and height of a picture in pixels, or None.
        source: the document.
        pages: their number in the document.

    Raises:
        PictureEncodingFailed: a picture of the page is too large.
    """
    content: dict[str, bytes] = {}
    if TEXT in forms.names:
        content[TEXT] = text_of([line.text for line in result.lines])
    if JSON in forms.names:
        content[JSON] = msgspec.json.encode(pruned_result(result))
    if PICTURE in forms.names:
        content[PICTURE] = encode_jpeg(draw_ocr_image(result, picture_limit))
    return PagePart(
        content,
        {
            name: result_page(result, result.lines, points_per_pixel, source, pages, found)
            for name, found in forms.files.items()
        },
    )


def text_of(lines: Sequence[str]) -> bytes:
    """A page's lines as text."""
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def assemble(name: str, parts: Sequence[PagePart], forms: Forms) -> dict[str, bytes]:
    """Put the pages of a document together, in all forms that are made page by page.

    Args:
        name: of the document, for the JSON.
        parts: of its pages, in order.
        forms: the wanted forms.
    """
    results: dict[str, bytes] = {}
    for form in forms.of_pages:
        pages = [part.content[form] for part in parts]
        if form == PICTURE:
            results.update((picture_end(number), page) for number, page in enumerate(pages))
        else:
            results[PAGE_ENDS[form]] = _JOINED[form](name, pages)
    return results


def write_files(parts: Sequence[PagePart], raw: RawFile, forms: Forms) -> dict[str, bytes]:
    """Make the whole files. CPU work, for up to seconds.

    Raises:
        WorkerNotStarted: a process that is needed cannot be started.
    """
    return {
        file_end(name): found.write([part.pages[name] for part in parts], raw) for name, found in forms.files.items()
    }


def _text(_name: str, pages: Sequence[bytes]) -> bytes:
    """Separate pages by an empty line."""
    return b"\n".join(pages)


def _json(name: str, pages: Sequence[bytes]) -> bytes:
    """One object on one line."""
    shown = name.encode("utf-8", "backslashreplace").decode("utf-8")  # JSON holds no bytes that are not UTF-8
    return msgspec.json.encode({"file": shown, "pages": [msgspec.Raw(page) for page in pages]}) + b"\n"


_JOINED = {TEXT: _text, JSON: _json}
