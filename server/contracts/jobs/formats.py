"""The formats of a job's results: their names in requests, and the extensions of their files.

They are those of all result files, with Markdown and JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from server.export.files.result_file import RESULT_FORMATS, ResultFormat

JSON = "json"
MARKDOWN = ResultFormat(
    extension="md",
    media_type="text/markdown; charset=utf-8",
    writer="server.export.files.markdown_file:write_markdown",
    pictures=(),
    covers_text=False,
    needs_layout=True,
    keeps_pages=False,
)
TEXT = replace(RESULT_FORMATS["txt"], writer="server.export.files.plain_text:write_paragraphs")
"""A line for each paragraph, as the field ``text`` of a page has it. A file task's text has a line for each line."""
_NAMES = {"txt": "text"}
"""Names of formats that are not their entry's in the table of result files."""


@dataclass(frozen=True, slots=True)
class JobFormat:
    """A format of files that are made of a job's pages.

    Attributes:
        name: in requests.
        result: how the file is made.
    """

    name: str
    result: ResultFormat

    @property
    def extension(self) -> str:
        """The extension of the file."""
        return self.result.extension

    @property
    def on_demand(self) -> bool:
        """Whether the file is made for everybody who asks for it: text of any kind, and the document's own pages."""
        kind = self.result.media_type.partition(";")[0]
        return self.result.keeps_pages or kind.startswith("text/") or kind.endswith(("/xml", "+xml"))


FILES: Mapping[str, JobFormat] = {
    result.extension: JobFormat(_NAMES.get(entry, entry), result)
    for entry, result in {**RESULT_FORMATS, "txt": TEXT, "markdown": MARKDOWN}.items()
}
"""All formats but JSON, by the extension of their files."""

BY_NAME: Mapping[str, JobFormat] = {form.name: form for form in FILES.values()}
NAMES = (JSON, *BY_NAME)
"""Names that ``outputFormats`` may hold."""
EXTENSIONS = (JSON, *FILES)
