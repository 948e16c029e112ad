"""This measures how well we read documents with known text, beside the reference on the same weights.

    python -m benchmarks.accuracy [--profiles v5_mobile v6_small] [--sets funsd sroie scribe xfund_zh]
                                  [--set engine.precision=fastest] [--out FILE]

Word F1 (bag of words, lower case, outer punctuation stripped) for English, F1 of the bag of characters and the
character error rate for Chinese; orientation and unwarping off. Figures go to benchmarks/results/accuracy.json; no text
of a document is kept there. Exit status 1: on some set we are worse than the reference by more than 0.2 points.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.command import NotMeasured, result_file, run_command
from benchmarks.ground_truth import DATA, SETS, EvaluationSet, TruePage
from benchmarks.machine import made_with
from benchmarks.metrics import Bag, characters, edit_distance, words
from benchmarks.profiles import PROFILES
from benchmarks.readers import Texts, read_images, read_reference
from tests.reference import serving

RESULTS = Path(__file__).parent / "results" / "accuracy.json"
SET_NAMES = [chosen.name for chosen in SETS]
HEADER = (
    f"{'profile':10} {'set':9} {'images':>6}  {'measure':10} {'ours':>6} {'ref.':>6} {'CER':>6} {'ref.':>6} {'s':>7}"
)
TOLERANCE = 0.2
"""Points of F1 or of character error rate that we may be worse."""


@dataclass(frozen=True, slots=True)
class Score:
    """One system on one set: F1 and character error rate in percent (CER only where characters are measured)."""

    f1: float
    cer: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Row:
    """One set with one profile."""

    profile: str
    set: str
    images: int
    measure: str
    ours: Score
    reference: Score | None

    @property
    def worse_by(self) -> float:
        """Points that we lose against the reference; negative where we win."""
        if self.reference is None:
            return 0.0
        loss = self.reference.f1 - self.ours.f1
        if self.ours.cer is None or self.reference.cer is None:
            return loss
        return max(loss, self.ours.cer - self.reference.cer)


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", nargs="+", default=list(PROFILES), choices=list(PROFILES))
    parser.add_argument("--sets", nargs="+", default=SET_NAMES, choices=SET_NAMES)
    parser.add_argument("--set", nargs="*", default=[], help="settings, as on the server's command line")
    parser.add_argument("--out", type=result_file, default=RESULTS)
    given = parser.parse_args()
    if not DATA.is_dir():
        raise NotMeasured(f"No evaluation data at {DATA}: set PPOCR_EVALUATION_DATA.")
    if not serving.installed():
        print("The reference is not installed (make reference): our figures stand alone.")
    print(HEADER)
    rows = []
    for profile in given.profiles:
        for chosen in (chosen for chosen in SETS if chosen.name in given.sets):
            rows.append(measure(profile, chosen, given.set))
            print(_line(rows[-1]), flush=True)
    report = {"made_with": made_with() | {"settings": given.set}, "rows": [asdict(row) for row in rows]}
    given.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(any(row.worse_by > TOLERANCE for row in rows))


def measure(profile: str, chosen: EvaluationSet, settings: list[str]) -> Row:
    """Both systems on one set."""
    pages = chosen.load()
    images = [page.image for page in pages]
    ours = score(pages, chosen.measure, *read_images(profile, images, settings))
    reference = None
    if serving.installed():
        reference = score(pages, chosen.measure, *read_reference(profile, chosen.name, images))
    return Row(profile, chosen.name, len(pages), chosen.measure, ours, reference)


def score(pages: list[TruePage], kind: str, texts: Texts, seconds: float) -> Score:
    """Figures of one system on one set, in percent, pages counted by their length."""
    bag, errors, length = Bag(), 0, 0
    for page in pages:
        if kind == "words":
            bag.add(words(texts[page.image.name]), words(page.lines))
            continue
        read, true = characters(texts[page.image.name]), characters(page.lines)
        bag.add(read, true)
        errors += edit_distance(read, true)
        length += len(true)
    cer = round(100 * errors / length, 2) if length else None
    return Score(round(bag.f1, 2), cer, round(seconds, 1))


def _line(row: Row) -> str:
    reference = row.reference
    f1 = f"{row.ours.f1:6.2f} {reference.f1 if reference else float('nan'):6.2f}"
    cer = " " * 13
    if row.ours.cer is not None:
        cer = f"{row.ours.cer:6.2f} {reference.cer if reference and reference.cer is not None else float('nan'):6.2f}"
    warning = "  worse" if row.worse_by > TOLERANCE else ""
    return f"{row.profile:10} {row.set:9} {row.images:6}  {row.measure:10} {f1} {cer} {row.ours.seconds:7.1f}{warning}"


if __name__ == "__main__":
    run_command(main)
