"""The reference's side of `benchmarks.pictures`: runs in its environment and draws what it is told on standard input.

Each line of input is a JSON list of an answer's and an image's path; each line of output is the milliseconds that
drawing, scaling and encoding took.
"""

import json
import os
import sys
import time
from pathlib import Path

import cv2
import numpy as np


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        answer, image = json.loads(line)
        try:
            print(draw(answer, image), file=answers, flush=True)
        except ModuleNotFoundError as error:
            sys.exit(f"The package {error.name} is not installed: this runs in the environment of the reference.")


def draw(answer: str, image: str) -> float:
    from paddlex.inference.pipelines.ocr.result import OCRResult  # noqa: PLC0415 - not in our own environment

    pruned = json.loads(Path(answer).read_text(encoding="utf-8"))["result"]["ocrResults"][0]["prunedResult"]
    result = OCRResult(
        {
            **pruned,
            "input_path": "",
            "page_index": None,
            "vis_fonts": [],
            "rec_polys": [np.array(quad, np.int16) for quad in pruned["rec_polys"]],
            "doc_preprocessor_res": {"output_img": cv2.imread(image)},
        }
    )
    start = time.perf_counter()
    picture = result.img["ocr_res_img"]
    array = cv2.cvtColor(np.array(picture.convert("RGB")), cv2.COLOR_RGB2BGR)
    height, width = array.shape[:2]
    if max(height, width) > 2000:
        factor = 2000 / max(height, width)
        array = cv2.resize(array, (int(factor * width), int(factor * height)))
    cv2.imencode(".jpg", array)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
