"""Makes a PDF into Markdown with a library of another project, in that library's environment.

python peer_program.py pymupdf4llm|pdfplumber|docling FILE
"""

import contextlib
import io
import sys
from html import escape


def main() -> None:
    name, path = sys.argv[1:]
    with contextlib.redirect_stdout(io.StringIO()):  # some libraries print advertisements
        markdown = {"pymupdf4llm": by_pymupdf4llm, "pdfplumber": by_pdfplumber, "docling": by_docling}[name](path)
    sys.stdout.buffer.write(markdown.encode())


def by_pymupdf4llm(path: str) -> str:
    import pymupdf4llm  # noqa: PLC0415  each library is imported only where it is asked for

    return str(pymupdf4llm.to_markdown(path))


def by_pdfplumber(path: str) -> str:
    """Its text page by page without the tables, then the tables that it finds."""
    import pdfplumber  # noqa: PLC0415

    parts = []
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            tables = page.find_tables()
            rest = page
            for table in tables:
                rest = rest.outside_bbox(table.bbox)
            parts.append(rest.extract_text() or "")
            for table in tables:
                rows = "".join(
                    f"<tr>{''.join(f'<td>{escape(cell or str())}</td>' for cell in row)}</tr>"
                    for row in table.extract()
                )
                parts.append(f"<table>{rows}</table>")
    return "\n\n".join(parts)


def by_docling(path: str) -> str:
    from docling.document_converter import DocumentConverter  # noqa: PLC0415

    return str(DocumentConverter().convert(path).document.export_to_markdown())


if __name__ == "__main__":
    main()
