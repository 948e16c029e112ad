"""Real files that have made trouble for others, where the folder of evaluation data is there; read, never copied."""

from pathlib import Path

from server.intake.raw_file import FileKind
from tests.evaluation_data import EVALUATION_DATA

PDFS = EVALUATION_DATA / "data" / "pdf"
EDGE_CASES = EVALUATION_DATA / "data" / "turboocr_fixtures" / "edge_cases"
MAX_SEED_BYTES = 60_000


def files() -> list[Path]:
    """All of them, in a fixed order; none where the folder is absent."""
    return sorted(path for folder in (PDFS, EDGE_CASES) for path in folder.rglob("*") if path.is_file())


def seeds() -> list[tuple[FileKind, bytes]]:
    """The small PDFs among them."""
    small = [path for path in files() if path.suffix == ".pdf" and 0 < path.stat().st_size <= MAX_SEED_BYTES]
    return [(FileKind.PDF, path.read_bytes()) for path in small]
