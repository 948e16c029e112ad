"""Read images with the reference's pipeline, in its own process and environment, and keep what it read as JSON.

    .reference/venv/bin/python tests/reference/read_images.py PIPELINE.yaml OUT.json [--options JSON] IMAGE...

OUT.json: ``made_with`` (versions, pipeline, options) and ``pages`` (file name to texts, scores, polys, seconds). A page
that is already in OUT.json is not read again, so a run that was cut short goes on where it stopped.
"""

import argparse
import importlib.metadata
import json
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import paddlex

PACKAGES = ("paddlex", "paddlepaddle", "onnxruntime", "opencv-contrib-python", "numpy")
PLAIN = {"use_doc_orientation_classify": False, "use_doc_unwarping": False, "use_textline_orientation": False}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--options", type=json.loads, default={})
    parser.add_argument("images", type=Path, nargs="+")
    given = parser.parse_args()
    options = {**PLAIN, **given.options}
    made_with = {"pipeline": given.pipeline.name, "options": options, "python": platform.python_version(), **versions()}
    report = {"made_with": made_with, "pages": {}}
    if given.out.exists():
        kept = json.loads(given.out.read_text(encoding="utf-8"))
        if kept["made_with"] == made_with:
            report = kept
    todo = [image for image in given.images if image.name not in report["pages"]]
    for image in todo and read_all(given.pipeline, todo, options):
        report["pages"].update(image)
        given.out.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")


def versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def read_all(pipeline_file: Path, images: list[Path], options: dict[str, object]) -> Iterator[dict[str, dict]]:
    """One ``{name: page}`` after the other, so that each can be kept at once."""
    pipeline = paddlex.create_pipeline(str(pipeline_file))
    for path in images:
        begin = time.perf_counter()
        result = next(iter(pipeline.predict(str(path), **options)))
        page = {
            "texts": list(result["rec_texts"]),
            "scores": [float(score) for score in result["rec_scores"]],
            "polys": [poly.tolist() for poly in result["rec_polys"]],
            "seconds": round(time.perf_counter() - begin, 3),
        }
        print(f"{path.name}: {len(page['texts'])} lines, {page['seconds']} s", flush=True)
        yield {path.name: page}


if __name__ == "__main__":
    main()
