"""PaddleX's OCR pipeline: ``python read_with_paddlex.py PIPELINE [OPTIONS]``, a name or a file, and options as JSON."""

import json
import sys

from answer_lines import answer_lines


def load():
    """Load the pipeline."""
    import paddlex

    pipeline = paddlex.create_pipeline(sys.argv[1])
    options = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}

    def read(path, _kind):
        return [lines(page) for page in pipeline.predict(path, **options)]

    return read


def lines(page):
    """The lines of a page."""
    rows = zip(page["rec_texts"], page["rec_scores"], page["rec_polys"], strict=True)
    return [(text, float(score), polygon.tolist()) for text, score, polygon in rows]


if __name__ == "__main__":
    answer_lines(load, ["paddlex"])
