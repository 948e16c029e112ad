"""Ask the real reference about the golden pages: ``python -m tests.golden.answer_pages [NAME…]`` writes answers/.

Needs the reference environment (`tests/reference/setup.sh`). Each answer file holds what it was made with, the request,
the response body with its pictures emptied, and the pictures' sizes.
"""

import base64
import io
import json
import platform
import sys
from pathlib import Path

import httpx
from PIL import Image

from tests.parity.cases import LIMITS, PLAIN, Request
from tests.reference.serving import reference_server, versions

HERE = Path(__file__).parent
PAGES = HERE / "pages"
ANSWERS = HERE / "answers"
PICTURES = ("ocrImage", "docPreprocessingImage", "inputImage")

ORIENTATION: Request = {"useDocOrientationClassify": True}
TEXTLINE: Request = {"useTextlineOrientation": True}
WORDS: Request = {"returnWordBox": True}
UNWARPING: Request = {"useDocUnwarping": True}
VISUALIZE: Request = {"visualize": True}
SIDE_480: Request = {"textDetLimitSideLen": 480, "textDetLimitType": "max"}
SIDE_1280: Request = {"textDetLimitSideLen": 1280, "textDetLimitType": "min"}
THRESHOLDS: Request = {"textDetThresh": 0.15, "textDetBoxThresh": 0.4, "textDetUnclipRatio": 1.2}
SURE: Request = {"textRecScoreThresh": 0.97}
VARIANTS: dict[str, tuple[Request, tuple[str, ...]]] = {
    "words": (WORDS, ("print.png", "cjk.png", "mixed.png", "vertical.png", "fonts.png", "rotated_90.png")),
    "orientation": (
        ORIENTATION,
        ("print.png", "table.png", "rotated_90.png", "rotated_180.png", "rotated_270.png", "report.pdf"),
    ),
    "textline": (TEXTLINE, ("mixed.png", "rotated_180.png", "vertical.png", "coloured.jpg")),
    "both": (ORIENTATION | TEXTLINE, ("skewed.jpg", "rotated_180.png")),
    "unwarping": (UNWARPING, ("skewed.jpg",)),
    "side_480": (SIDE_480, ("print.png", "table.png")),
    "side_1280": (SIDE_1280, ("small_print.png", "alpha.png")),
    "thresholds": (THRESHOLDS, ("low_contrast.png", "skewed.jpg")),
    "limits": (LIMITS, ("table.png",)),
    "sure": (SURE, ("low_contrast.png", "fonts.png")),
    "visualize": (VISUALIZE, ("mixed.png", "frames.tif", "report.pdf", "blank.png")),
    "visualize_orientation": (VISUALIZE | ORIENTATION, ("rotated_90.png",)),
    "visualize_words": (VISUALIZE | WORDS, ("mixed.png",)),
}


def main(names: list[str]) -> None:
    """Write the answers named, or all."""
    ANSWERS.mkdir(exist_ok=True)
    cases = {name: case for name, case in all_cases().items() if not names or name in names}
    made_with = {"server": "paddlex --serve", "weights": "v5_mobile", "python": platform.python_version(), **versions()}
    with reference_server() as server:
        for name, (document, request) in cases.items():
            body = ask(server.url, PAGES / document, request)
            sizes = take_pictures(body)
            stored = {"made_with": made_with, "document": document, "request": request, "picture_sizes": sizes}
            text = json.dumps({**stored, "answer": body}, ensure_ascii=False, separators=(",", ":"))
            (ANSWERS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
            lines = sum(len(page["prunedResult"]["rec_texts"]) for page in body["result"]["ocrResults"])
            print(f"{name}: {lines} lines", flush=True)


def all_cases() -> dict[str, tuple[str, Request]]:
    """Every page plain, and the variants: name to document and request."""
    cases = {_name(path.name, "plain"): (path.name, PLAIN) for path in sorted(PAGES.iterdir())}
    for variant, (more, documents) in VARIANTS.items():
        cases |= {_name(document, variant): (document, PLAIN | more) for document in documents}
    return cases


def _name(document: str, variant: str) -> str:
    return f"{document.replace('.', '-')}.{variant}"


def ask(url: str, document: Path, request: Request) -> dict:
    """Post one document; the parsed body."""
    content = base64.b64encode(document.read_bytes()).decode()
    body = {"file": content, "fileType": 0 if document.suffix == ".pdf" else 1, "logId": "golden", **request}
    response = httpx.post(f"{url}/ocr", json=body, timeout=300, trust_env=False)
    if response.status_code != 200:
        raise SystemExit(f"{document.name}: {response.status_code} {response.text[:500]}")
    parsed: dict = response.json()
    return parsed


def take_pictures(body: dict) -> list[dict[str, list[int]]]:
    """Empty the picture fields of a body; their sizes, page by page."""
    sizes = []
    for page in body["result"]["ocrResults"]:
        sizes.append({})
        for name in PICTURES:
            if name in page:
                sizes[-1][name] = list(Image.open(io.BytesIO(base64.b64decode(page[name]))).size)
                page[name] = ""
    return sizes


if __name__ == "__main__":
    main(sys.argv[1:])
