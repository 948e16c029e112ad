"""The results of the command ``ocr``: text, JSON, pictures or result files, printed or saved."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import click
import msgspec

from models.document import PageResult
from models.layout.analyse import analyse_layout
from server.cli.failures import Misconfigured
from server.cli.screen import say
from server.contracts.paddlex_shapes.pruned import pruned_result
from server.export.drawing.pictures import encode_jpeg
from server.export.drawing.visualize import draw_ocr_image
from server.export.files.file_page import FilePage
from server.export.files.result_file import RESULT_FORMATS
from server.intake.raw_file import RawFile


class OutputFormat(Enum):
    """The forms in which results are written."""

    TEXT = "text"
    JSON = "json"
    PICTURE = "picture"
    HOCR = "hocr"
    ALTO = "alto"


FILES = {form: RESULT_FORMATS[form.value] for form in OutputFormat if form.value in RESULT_FORMATS}
"""The forms that are result files. None of them shows the pages' pictures or needs their size on paper."""


@dataclass(frozen=True, slots=True)
class PageOutput:
    """One page's result. The page itself may be large and is not kept.

    Attributes:
        content: the page in its form; a page of a result file where the form is one.
    """

    content: bytes | FilePage


class Writer:
    """Renders pages and writes the results of files.

    Args:
        form: the format.
        directory: for the result files. None prints the results, but saves pictures in the current directory.
        picture_limit: largest width and height of a picture in pixels, or None.
        files: all files that will be read. If results are saved, their names must differ.
    """

    def __init__(
        self, form: OutputFormat, directory: Path | None, picture_limit: tuple[int, int] | None, files: Sequence[Path]
    ) -> None:
        self._form = form
        self._directory = Path() if directory is None and form is OutputFormat.PICTURE else directory
        self._picture_limit = picture_limit
        if self._directory is not None:
            _require_different_names(files)
            _make(self._directory)

    def render(self, result: PageResult) -> PageOutput:
        """Convert a page to the format. CPU work."""
        if self._form in FILES:
            return PageOutput(_file_page(result))
        if self._form is OutputFormat.TEXT:
            return PageOutput("".join(f"{line.text}\n" for line in result.lines).encode())
        if self._form is OutputFormat.JSON:
            return PageOutput(msgspec.json.encode(pruned_result(result)))
        return PageOutput(encode_jpeg(draw_ocr_image(result, self._picture_limit)))

    def write(self, file: Path, raw: RawFile, pages: Sequence[PageOutput]) -> None:
        """Print or save the pages of one file, whose content is ``raw``."""
        parts = [page.content for page in pages if isinstance(page.content, bytes)]
        if self._form is OutputFormat.PICTURE:
            for number, part in enumerate(parts):
                self._save(f"{file.name}_ocr_img_{number}.jpg", part)
        elif self._form is OutputFormat.TEXT:
            self._give(file, "txt", b"\n".join(parts))  # an empty line between pages
        elif self._form is OutputFormat.JSON:
            self._give(file, "json", _json(file, parts))
        else:
            result = FILES[self._form]
            shown = [page.content for page in pages if isinstance(page.content, FilePage)]
            self._give(file, result.extension, result.write(shown, raw))

    def _give(self, file: Path, extension: str, content: bytes) -> None:
        if self._directory is None:
            click.echo(content, nl=False)
        else:
            self._save(f"{file.name}.{extension}", content)

    def _save(self, name: str, content: bytes) -> None:
        target = (self._directory or Path()) / name
        target.write_bytes(content)
        say(str(target))


def _file_page(result: PageResult) -> FilePage:
    image = result.preprocessed.image
    height, width = image.shape[:2]
    lines = tuple(line for line in result.lines if line.text)
    layout = analyse_layout(image, lines, result.regions)
    return FilePage(pictures=(), width=width, height=height, points=(width, height), lines=lines, layout=layout)


def _json(file: Path, pages: Sequence[bytes]) -> bytes:
    """One object on one line."""
    name = str(file).encode("utf-8", "backslashreplace").decode("utf-8")  # JSON holds no bytes that are not UTF-8
    document = {"file": name, "pages": [msgspec.Raw(page) for page in pages]}
    return msgspec.json.encode(document) + b"\n"


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"--output: '{directory}' cannot be a folder for results: {error.strerror}.") from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise Misconfigured(f"--output: '{directory}' cannot be written to.")


def _require_different_names(files: Sequence[Path]) -> None:
    repeated = [name for name, count in Counter(file.name for file in files).items() if count > 1]
    if repeated:
        raise Misconfigured(
            f"Several files are named {repeated[0]}, so their results would have the same name. Read them in separate "
            "runs, each with its own --output."
        )
