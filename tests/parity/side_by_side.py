"""The same pictures through the package paddleocr and through ``ppocr-server ocr``, line beside line.

    python -m tests.parity.side_by_side [IMAGE...]        default: tests/golden/pages/print.png

Needs the reference's environment (``make reference``). Both run as their users run them: a program that imports
paddleocr, and our command. Exit status 1: fewer of the lines are the same than the parity bars ask for.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.parity.bars import SHIPPED_TEXTS
from tests.parity.cases import GOLDEN
from tests.parity.compare import match
from tests.reference.serving import REPOSITORY, ROOT, environment, python

Json = dict
"""Parsed JSON: this module stands at the outputs of two programs."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One line as both read it; None where one has no line there."""

    theirs: str | None
    ours: str | None
    score_difference: float = 0.0


def read_both(images: Sequence[Path]) -> list[Pair]:
    """Every line of the images, in the reference's order, ours without a partner last."""
    theirs, ours = with_paddleocr(images), with_us(images)
    return [pair for image in images for pair in pairs(ours[str(image)], theirs[str(image)])]


def pairs(ours: Json, theirs: Json) -> list[Pair]:
    """The lines of one page, paired by the overlap of their boxes."""
    partners = match(ours["rec_boxes"], theirs["rec_boxes"])
    found = []
    for index, text in enumerate(theirs["rec_texts"]):
        partner = partners.get(index)
        if partner is None:
            found.append(Pair(text, None))
            continue
        difference = abs(ours["rec_scores"][partner] - theirs["rec_scores"][index])
        found.append(Pair(text, ours["rec_texts"][partner], difference))
    alone = sorted(set(range(len(ours["rec_texts"]))) - set(partners.values()))
    return [*found, *(Pair(None, ours["rec_texts"][index]) for index in alone)]


def with_paddleocr(images: Sequence[Path]) -> dict[str, Json]:
    """Read images with paddleocr; return its answers by image."""
    script = REPOSITORY / "tests" / "reference" / "read_with_paddleocr.py"
    command = [str(python()), str(script), str(ROOT / "models"), *map(str, images)]
    last = _output(command, environment()).splitlines()[-1]
    read: dict[str, Json] = json.loads(last)
    return read


def with_us(images: Sequence[Path]) -> dict[str, Json]:
    """Read images with ``ppocr-server ocr --format json``; return its answers by image."""
    program = "from server.cli import main; main()"
    lines = _output([sys.executable, "-c", program, "ocr", "--format", "json", *map(str, images)], None).splitlines()
    return {answer["file"]: answer["pages"][0] for answer in map(json.loads, lines)}


def _output(command: list[str], environ: dict[str, str] | None) -> str:
    done = subprocess.run(command, env=environ, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def main(arguments: Sequence[str]) -> int:
    """Print the lines side by side."""
    images = [Path(name).resolve() for name in arguments] or [GOLDEN / "pages" / "print.png"]
    found = read_both(images)
    width = max((len(pair.theirs or "") for pair in found), default=0)
    print(f"{'paddleocr':{width}}   ppocr-server")
    for pair in found:
        print(f"{pair.theirs or '':{width}} {'=' if pair.theirs == pair.ours else '!'} {pair.ours or ''}")
    same = sum(pair.theirs == pair.ours for pair in found)
    print(f"{same} of {len(found)} lines the same")
    return int(same < SHIPPED_TEXTS * len(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
