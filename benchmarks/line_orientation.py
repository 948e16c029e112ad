"""How often do line classifiers turn upright lines, and how many lines do they find that are upside down?

    python -m benchmarks.line_orientation [--models NAME ...] [--out FILE]

The pages are the 20 images. Counted are the lines that the default recogniser reads with a score of at least 0.9 as
they are: they are known to be upright. Each is classified as it is, and turned by 180 degrees. No text is kept. Exit
status 1: the default classifier turns more than 5 % of the upright lines, or finds less than 80 % of the others.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.command import result_file, run_command
from benchmarks.documents import images
from benchmarks.machine import made_with
from benchmarks.readers import PLAIN
from models.descriptions.model_directory import ModelDirectory
from models.document import Image, Page
from models.engines.base import EngineOptions, open_engine
from models.loader import build_pipeline
from models.ops.crop import cut_line, locate_line
from models.options import PADDLEX
from models.stages.base import CpuPool
from models.stages.classification import Classifier
from models.stages.host.classifier import HostClassifier
from models.stages.orientation import OrientationStage
from models.stages.pages import PagePixels
from server.cli.start import load
from server.pipelines.model_store import open_store

RESULTS = Path(__file__).parent / "results" / "line_orientation.json"
DEFAULT = "PP-LCNet_x1_0_textline_ori"
CLASSIFIERS = (DEFAULT, "ch_ppocr_mobile_v2.0_cls")
KNOWN_SCORE = 0.9
"""A line that is read with this score is upright."""
MOST_TURNED, LEAST_FOUND = 0.05, 0.8


@dataclass(frozen=True, slots=True)
class Rates:
    """What a classifier did.

    Attributes:
        classifier: its name.
        lines: upright lines.
        turned: of them, those that it calls upside down.
        found: of the same lines turned by 180 degrees, those that it calls upside down.
    """

    classifier: str
    lines: int
    turned: int
    found: int

    @property
    def good(self) -> bool:
        """Whether it reaches the bars."""
        return self.turned <= MOST_TURNED * self.lines and self.found >= LEAST_FOUND * self.lines


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=CLASSIFIERS)
    parser.add_argument("--out", type=result_file, default=RESULTS)
    given = parser.parse_args()
    pages = [cv2.imdecode(np.frombuffer(page.content, np.uint8), cv2.IMREAD_COLOR) for page in images()]
    lines = asyncio.run(upright_lines([np.asarray(page, np.uint8) for page in pages]))
    measured = [asyncio.run(rates(name, lines)) for name in given.models]
    for each in measured:
        print(f"{each.classifier:28} {each.lines} lines, turned {each.turned}, found {each.found}")
    report = {"made_with": made_with(), "pages": len(pages), "rows": [asdict(each) for each in measured]}
    given.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(not all(each.good for each in measured if each.classifier == DEFAULT))


async def upright_lines(pages: Sequence[Image]) -> list[Image]:
    """The crops of all lines that are known to be upright."""
    configuration = load(None, ())
    pipeline = build_pipeline(configuration.pipeline.only(PADDLEX), open_store(configuration))
    options = pipeline.defaults.resolve(PLAIN)
    found = []
    try:
        for page in pages:
            result = await pipeline.read(Page(page), options)
            regions = [locate_line(line.quad) for line in result.lines if line.score >= KNOWN_SCORE]
            found += [cut_line(page, region) for region in regions if region is not None]
    finally:
        await pipeline.close()
    return found


async def rates(classifier: str, lines: Sequence[Image]) -> Rates:
    """Classify lines as they are, and turned, with a classifier. It is fetched if it is not installed."""
    directory = ModelDirectory.read(open_store(load(None, ())).pull(classifier))
    spec = directory.classification()
    model = HostClassifier(spec, open_engine("onnxruntime", directory.path, EngineOptions()))
    pool = CpuPool(1)
    stage = OrientationStage(Classifier("textline_orientation", spec, [model], pool))

    async def upside_down(pictures: Sequence[Image]) -> int:
        angles = [(await stage.angles(PagePixels(picture), [None]))[0] for picture in pictures]
        return sum(angle == 180 for angle in angles)

    try:
        turned = [np.ascontiguousarray(line[::-1, ::-1]) for line in lines]
        return Rates(classifier, len(lines), await upside_down(lines), await upside_down(turned))
    finally:
        await stage.close()
        pool.close()


if __name__ == "__main__":
    run_command(main)
