"""Parity without HTTP: read the golden documents in this process and print how far we are from the golden answers.

    python -m tests.parity.run [--engine onnxruntime] [--padding bucket] [--changed] [NAME…]

Models are those of the reference environment where it is built, else the model store's. Documents of several pages are
decoded by the server's own decoder. `--changed` prints the texts that differ. With the reference's OpenCV in front of
ours (``PYTHONPATH=.reference/opencv``) the strict bars apply.
"""

import argparse
import asyncio
import json
import re
import sys
import time

import cv2

from models.config import ModuleConfig, PipelineConfig
from models.document import Page
from models.errors import OcrError
from models.loader import build_pipeline
from models.options import OcrOverrides
from models.pipeline import OcrPipeline
from models.store.weights import ModelStore
from server.config.files import MANIFEST_FILE, packaged_file
from server.config.settings import DecodeSettings, LimitSettings
from server.contracts.paddlex_shapes.pruned import pruned_result
from server.decode.decoder import Decoder
from server.errors import RequestError
from server.intake.raw_file import FileKind, RawFile
from tests.parity.bars import shortfalls
from tests.parity.cases import GoldenCase, Request, committed_cases, external_cases
from tests.parity.compare import Figures, compare_pages, setting_differences, shape_differences
from tests.parity.table import HEADER, row
from tests.reference.serving import ROOT


def main() -> int:
    """Print the table; 1 where a shape differs or a bar is missed, else 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="parts of case names; all cases where none is given")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--padding", default="auto", choices=("auto", "reference", "bucket"))
    parser.add_argument("--changed", action="store_true", help="print the texts that differ")
    given = parser.parse_args()
    cases = [case for case in committed_cases() + external_cases() if _chosen(case, given.names)]
    config = pipeline_config(given.engine, given.padding)
    print(f"OpenCV {cv2.__version__}, engine {given.engine}, padding {given.padding}, {len(cases)} cases")
    return asyncio.run(_run(config, cases, given.changed))


def pipeline_config(engine: str = "auto", padding: str = "auto") -> PipelineConfig:
    """PP-OCRv5 mobile with orientation and unwarping models, opened when a case asks for them."""

    def module(name: str, batch_size: int = 1) -> ModuleConfig:
        directory = ROOT / "models" / name
        return ModuleConfig(name, directory if directory.is_dir() else None, batch_size)

    return PipelineConfig(
        text_detection=module("PP-OCRv5_mobile_det"),
        text_recognition=module("PP-OCRv5_mobile_rec", 6),
        textline_orientation=module("PP-LCNet_x1_0_textline_ori", 6),
        doc_orientation=module("PP-LCNet_x1_0_doc_ori"),
        doc_unwarping=module("UVDoc"),
        optional="first_use",
        engine=engine,
        padding=padding,  # type: ignore[arg-type]  # checked by the loader
    )


def overrides(request: Request) -> OcrOverrides:
    """The request's camelCase fields as the pipeline's options."""
    snake = {re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name): value for name, value in request.items()}
    snake.pop("visualize", None)
    return OcrOverrides(**snake)  # type: ignore[arg-type]  # JSON values of a known request


def _chosen(case: GoldenCase, names: list[str]) -> bool:
    return not names or any(name in case.name for name in names)


async def _run(config: PipelineConfig, cases: list[GoldenCase], show: bool) -> int:
    pipeline = build_pipeline(config, ModelStore(manifest_path=packaged_file(MANIFEST_FILE)))
    decoder = Decoder(DecodeSettings(), LimitSettings())
    await decoder.start()
    total, broken = Figures(), 0
    print(HEADER)
    try:
        for case in cases:
            begin = time.perf_counter()
            figures, differences = await _compare(pipeline, decoder, case)
            print(row(case.name, figures), f"{time.perf_counter() - begin:6.2f} s", flush=True)
            broken += bool(differences)
            for line in differences[:5]:
                print(f"    shape {line}")
            for theirs, ours in figures.changed if show else ():
                print(f"    {theirs!r} -> {ours!r}")
            total.add(figures)
    finally:
        await decoder.stop()
        await pipeline.close()
    print(row("total", total))
    for shortfall in shortfalls(total):
        print(f"missed: {shortfall}")
    return int(broken > 0 or bool(shortfalls(total)))


async def _compare(pipeline: OcrPipeline, decoder: Decoder, case: GoldenCase) -> tuple[Figures, list[str]]:
    options = pipeline.defaults.resolve(overrides(case.request))
    figures, differences = Figures(), []
    try:
        results = [await pipeline.read(page, options) for page in await _pages(decoder, case)]
    except (OcrError, RequestError) as error:
        return figures, [f"not read: {error}"]
    ours = [json.loads(json.dumps(pruned_result(result))) for result in results]
    if len(ours) != len(case.pages):
        return figures, [f"{len(ours)} pages instead of {len(case.pages)}"]
    for mine, reference in zip(ours, case.pages, strict=True):
        figures.add(compare_pages(mine, reference))
        differences += shape_differences(mine, reference) + setting_differences(mine, reference)
    return figures, differences


async def _pages(decoder: Decoder, case: GoldenCase) -> list[Page]:
    raw = RawFile(case.document.read_bytes(), FileKind(case.file_type))
    async with decoder.open(raw, max_pages=10) as document:
        return [await document.page(index) for index in range(document.info.processed_pages)]


if __name__ == "__main__":
    sys.exit(main())
