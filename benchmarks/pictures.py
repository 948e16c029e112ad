"""This measures how long drawing a page takes: this server beside the reference, on the same recorded answers.

Run from the repository root; the reference's drawing runs in its own environment, fed the same results:

    python -m benchmarks.pictures --reference-python ENV/bin/python --font FONT.ttf

Needs the evaluation data (PPOCR_EVALUATION_DATA, else ../shared). Both sides draw, scale to 2000 pixels and encode as
JPEG; every page is drawn five times, page by page in turns of the two sides, and medians are compared.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from benchmarks.command import result_file, run_command
from models.document import Image, PageResult
from server.export.drawing.pictures import encode_jpeg
from server.export.drawing.visualize import draw_ocr_image
from tests.evaluation_data import EVALUATION_DATA, REPOSITORY
from tests.unit.server.export.from_answer import page_result, pruned_of

ROUNDS = 5
LIMIT = (2000, 2000)
ANSWERS = EVALUATION_DATA / "reference" / "golden" / "plain"
IMAGES = EVALUATION_DATA / "data" / "turboocr_fixtures"


def main() -> int:
    arguments = _arguments()
    answers = sorted(ANSWERS.glob("*.json"))
    if not answers:
        print(f"no recorded answers in {ANSWERS}", file=sys.stderr)
        return 1
    reference = _Reference(arguments.reference_python, arguments.font) if arguments.reference_python else None
    rows = [_measure(answer, _image_of(answer), reference) for answer in answers]
    if reference is not None:
        reference.close()
    _print(rows)
    if arguments.out:
        arguments.out.write_text(json.dumps({"rounds": ROUNDS, "unit": "ms", "pages": rows}, indent=1) + "\n")
    return 0


class _Reference:
    """A process of the reference's environment that draws one page a line of input and answers in milliseconds."""

    def __init__(self, python: Path, font: Path) -> None:
        script = REPOSITORY / "benchmarks" / "pictures_reference.py"
        environment = {"PADDLE_PDX_LOCAL_FONT_FILE_PATH": str(font), "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True"}
        self._process = subprocess.Popen(
            [str(python), str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def milliseconds(self, answer: Path, image: Path) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([str(answer), str(image)]), file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference-python", type=Path, help="interpreter of the reference's environment")
    parser.add_argument("--font", type=Path, default=Path("font.ttf"), help="font file for the reference's texts")
    parser.add_argument("--out", type=result_file, help="write the figures here as JSON")
    return parser.parse_args()


def _image_of(answer: Path) -> Path:
    return next(IMAGES.glob(f"*/{answer.stem}.*"))


def _measure(answer: Path, image: Path, reference: _Reference | None) -> dict[str, object]:
    page = np.asarray(cv2.imread(str(image)), np.uint8)
    result = page_result(next(pruned_of(answer)), page)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_draw(result))
        if reference is not None:
            theirs.append(reference.milliseconds(answer, image))
    return {
        "page": answer.stem,
        "lines": len(result.lines),
        "ours": statistics.median(ours),
        "reference": statistics.median(theirs) if theirs else None,
    }


def _draw(result: PageResult) -> float:
    start = time.perf_counter()
    picture: Image = draw_ocr_image(result, LIMIT)
    encode_jpeg(picture)
    return (time.perf_counter() - start) * 1000


def _print(rows: list[dict[str, object]]) -> None:
    print(f"{'page':24}{'lines':>6}{'ours ms':>10}{'reference ms':>14}{'ratio':>8}")
    for row in rows:
        print(f"{row['page']:24}{row['lines']:>6}" + _times(row["ours"], row["reference"]))
    ours = sum(float(str(row["ours"])) for row in rows)
    compared = all(row["reference"] is not None for row in rows)
    theirs = sum(float(str(row["reference"])) for row in rows) if compared else None
    print(f"{'all':24}{sum(int(str(row['lines'])) for row in rows):>6}" + _times(ours, theirs))


def _times(ours: object, theirs: object) -> str:
    if theirs is None:
        return f"{ours:>10.1f}"
    return f"{ours:>10.1f}{theirs:>14.1f}{float(str(theirs)) / float(str(ours)):>7.1f}x"


if __name__ == "__main__":
    run_command(main)
