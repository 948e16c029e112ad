"""Read images with this project's pipeline, as a profile's configuration file sets it up, and with the reference's."""

import asyncio
import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.command import NotMeasured
from benchmarks.profiles import PROFILES
from models.loader import build_pipeline
from models.modules import without_optional_modules
from models.options import PADDLEX, OcrOptions
from models.pipeline import OcrPipeline
from server.cli.start import load
from server.decode.decoder import Decoder
from server.intake.raw_file import FileKind, RawFile
from server.pipelines.model_store import open_store
from tests.reference import serving

PLAIN = without_optional_modules()

Texts = dict[str, list[str]]


def read_images(profile: str, images: Sequence[Path], settings: Sequence[str] = ()) -> tuple[Texts, float]:
    """The texts of each image by file name, and the seconds it took from file to text, one page after the other.

    ``settings`` are as on the command line of the server: ``engine.precision=fastest``.
    """
    files = {image.name: RawFile(image.read_bytes(), FileKind.IMAGE) for image in images}
    return asyncio.run(_read(profile, files, settings))


async def _read(profile: str, files: dict[str, RawFile], overrides: Sequence[str]) -> tuple[Texts, float]:
    configuration = load(PROFILES[profile], overrides)
    settings = configuration.settings
    pipeline = build_pipeline(configuration.pipeline.only(PADDLEX), open_store(configuration))
    decoder = Decoder(settings.decode, settings.limits)
    await decoder.start()
    options = pipeline.defaults.resolve(PLAIN)
    begin = time.perf_counter()
    try:
        texts = {name: await _page_texts(pipeline, decoder, file, options) for name, file in files.items()}
        return texts, time.perf_counter() - begin
    finally:
        await decoder.stop()
        await pipeline.close()


async def _page_texts(pipeline: OcrPipeline, decoder: Decoder, file: RawFile, options: OcrOptions) -> list[str]:
    async with decoder.open(file, max_pages=1) as document:
        pages = [await document.page(index) for index in range(document.info.processed_pages)]
        results = [await pipeline.read(page, options) for page in pages]
    return [line.text for result in results for line in result.lines]


def read_reference(profile: str, name: str, images: Sequence[Path]) -> tuple[Texts, float]:
    """The same by the reference, in its own environment; pages read before are taken from its cache."""
    out = serving.ROOT / "read" / f"{profile}-{name}.json"
    out.parent.mkdir(exist_ok=True)
    program = serving.REPOSITORY / "tests" / "reference" / "read_images.py"
    command = [serving.python(), program, serving.pipeline(profile), out, *images]
    done = subprocess.run(command, env=serving.environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured(f"the reference failed:\n{done.stderr[-2000:]}")
    pages = json.loads(out.read_text(encoding="utf-8"))["pages"]
    chosen = {image.name: pages[image.name] for image in images}
    return {image: page["texts"] for image, page in chosen.items()}, sum(page["seconds"] for page in chosen.values())
