"""How much better are photographed pages read when they are unwarped?

    python -m benchmarks.unwarping [--presets paddlex best tiny] [--pictures FOLDER] [--set engine.name=openvino]
                                   [--out FILE]

The pages are DocUNet's photos of bent paper. Their truth is what a machine read on the flat scans, so only the
difference counts: word F1 with unwarping and without it. ``--pictures`` also writes the unwarped pages, to be looked
at. No text is kept. Exit status 1: the preset ``best`` gains less than 8 points.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.command import NotMeasured, result_file, run_command
from benchmarks.ground_truth import DATA, TruePage, docunet
from benchmarks.machine import made_with
from benchmarks.metrics import Bag, words
from benchmarks.readers import PLAIN
from models.document import Page
from models.loader import build_pipeline
from server.cli.start import load
from server.pipelines.model_store import open_store

RESULTS = Path(__file__).parent / "results" / "unwarping.json"
LEAST_GAIN = 8.0
"""Points of word F1."""


@dataclass(frozen=True, slots=True)
class Gain:
    """Word F1 of a preset on all pages, in percent."""

    preset: str
    pages: int
    as_they_are: float
    unwarped: float


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=["paddlex", "best", "tiny"])
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--set", nargs="*", default=[], help="settings, as on the server's command line")
    parser.add_argument("--out", type=result_file, default=RESULTS)
    given = parser.parse_args()
    pages = docunet() if (DATA / "docunet").is_dir() else []
    if not pages:
        raise NotMeasured(f"No evaluation data at {DATA}: set PPOCR_EVALUATION_DATA.")
    gains = [asyncio.run(measure(preset, pages, given.set, given.pictures)) for preset in given.presets]
    report = {"made_with": made_with() | {"settings": given.set}, "rows": [asdict(gain) for gain in gains]}
    given.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(any(gain.unwarped - gain.as_they_are < LEAST_GAIN for gain in gains if gain.preset == "best"))


async def measure(preset: str, pages: Sequence[TruePage], settings: Sequence[str], pictures: Path | None) -> Gain:
    """Read all pages as they are and unwarped."""
    configuration = load(None, settings)
    pipeline = build_pipeline(configuration.pipeline.only(preset), open_store(configuration))
    bags = {False: Bag(), True: Bag()}
    try:
        for page in pages:
            image = np.asarray(cv2.imread(str(page.image), cv2.IMREAD_COLOR), np.uint8)
            for unwarped, bag in bags.items():
                asked = replace(PLAIN, use_doc_unwarping=unwarped, preset=preset)
                result = await pipeline.read(Page(image), pipeline.defaults.resolve(asked))
                bag.add(words(line.text for line in result.lines), words(page.lines))
                if unwarped and pictures is not None:
                    cv2.imwrite(str(pictures / f"{page.image.stem}.png"), result.preprocessed.image)
            print(f"{preset}: {page.image.name}", flush=True)
    finally:
        await pipeline.close()
    gain = Gain(preset, len(pages), round(bags[False].f1, 2), round(bags[True].f1, 2))
    print(f"{preset}: word F1 {gain.as_they_are:.2f}, unwarped {gain.unwarped:.2f}", flush=True)
    return gain


if __name__ == "__main__":
    run_command(main)
