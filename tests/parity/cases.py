"""Golden cases: a document, the request it was sent with, and the reference's answer.

Ours are committed under tests/golden. More may lie in the folder of evaluation data (`tests/evaluation_data.py`).
"""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.evaluation_data import EVALUATION_DATA

REPOSITORY = Path(__file__).resolve().parents[2]
GOLDEN = REPOSITORY / "tests" / "golden"
EXTERNAL_GOLDEN = EVALUATION_DATA / "reference" / "golden"
FIXTURES = EVALUATION_DATA / "data" / "turboocr_fixtures"

Request = dict[str, bool | int | float | str]
PLAIN: Request = {
    "useDocOrientationClassify": False,
    "useDocUnwarping": False,
    "useTextlineOrientation": False,
    "visualize": False,
}
LIMITS: Request = {
    "textDetLimitSideLen": 320,
    "textDetLimitType": "max",
    "textDetThresh": 0.2,
    "textDetBoxThresh": 0.7,
    "textDetUnclipRatio": 2.0,
    "textRecScoreThresh": 0.9,
}


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """One answer of the reference.

    Attributes:
        name: the answer's name, unique in its collection.
        document: the file that was posted.
        request: every field of the request but ``file``, ``fileType`` and ``logId``.
        answer: the response body; pictures in it may be left out.
        picture_sizes: width and height of each picture field, page by page, where the answer had pictures.
    """

    name: str
    document: Path
    request: Request
    answer: dict
    picture_sizes: tuple[dict[str, tuple[int, int]], ...] = ()

    @property
    def file_type(self) -> int:
        """0 for a PDF, 1 for an image, as the contract numbers them."""
        return 0 if self.document.suffix == ".pdf" else 1

    @property
    def pages(self) -> list[dict]:
        """The reference's ``prunedResult`` of each page."""
        return [page["prunedResult"] for page in self.answer["result"]["ocrResults"]]


def committed_cases() -> list[GoldenCase]:
    """Every case under tests/golden/answers."""
    return [_committed(path) for path in sorted((GOLDEN / "answers").glob("*.json"))]


def external_cases() -> list[GoldenCase]:
    """Every case of the external collection; empty where it is absent."""
    return [_external(path) for path in sorted(EXTERNAL_GOLDEN.rglob("*.json"))]


def _committed(path: Path) -> GoldenCase:
    stored = json.loads(path.read_text(encoding="utf-8"))
    sizes = tuple({name: (w, h) for name, (w, h) in page.items()} for page in stored.get("picture_sizes", ()))
    return GoldenCase(path.stem, GOLDEN / "pages" / stored["document"], stored["request"], stored["answer"], sizes)


def _external(path: Path) -> GoldenCase:
    name = str(path.relative_to(EXTERNAL_GOLDEN).with_suffix(""))
    answer = json.loads(path.read_text(encoding="utf-8"))
    return GoldenCase(name, _external_document(path.stem), _external_request(name), answer)


def _external_document(stem: str) -> Path:
    """The collection's names begin with the document's: ``receipt_wordbox``, ``edge_4k_text``, ``pdf_form``."""
    if stem.startswith("pdf_"):
        return FIXTURES / "pdf" / f"{stem.removeprefix('pdf_')}.pdf"
    if stem.startswith("edge_"):
        return FIXTURES / "edge_cases" / f"{stem.removeprefix('edge_')}.png"
    found = [path for path in FIXTURES.glob("*g/*.*") if stem == path.stem or stem.startswith(f"{path.stem}_")]
    return max(found, key=lambda path: len(path.stem))


def _external_request(name: str) -> Request:
    request = dict(PLAIN)
    if "visualize" in name or name.endswith("defaults"):
        request["visualize"] = True
    if "docori" in name or name.endswith("defaults"):
        request["useDocOrientationClassify"] = True
    if "textline" in name or name.endswith("defaults"):
        request["useTextlineOrientation"] = True
    if "wordbox" in name:
        request["returnWordBox"] = True
    return {**request, **LIMITS} if "limits" in name else request
