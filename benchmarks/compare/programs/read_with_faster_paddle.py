"""faster-paddle with its own settings: ``python read_with_faster_paddle.py small|tiny``."""

import sys
from pathlib import Path

from answer_lines import answer_lines


def load():
    """Load the library."""
    from faster_paddle import OcrEngine

    engine = OcrEngine(model_size=sys.argv[1])

    def read(path, _kind):
        found = engine.ocr(Path(path).read_bytes())["bounds"].values()
        return [[(box["text"], float(box["confidence"]), corners(box)) for box in found]]

    return read


def corners(box):
    """The corners of an upright box."""
    (left, top), (right, bottom) = (map(float, box[name]) for name in ("topLeftCoord", "bottomRightCoord"))
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


if __name__ == "__main__":
    answer_lines(load, ["faster-paddle"])
