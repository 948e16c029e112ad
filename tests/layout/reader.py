"""Read pages with the default models, as the server does."""

import asyncio
from collections.abc import Sequence

import numpy as np

from models.document import Page, TextLine
from models.loader import build_pipeline
from models.options import PADDLEX, OcrOverrides
from server.cli.start import load, pull_required
from server.pipelines.model_store import open_store


def read_pages(images: Sequence[np.ndarray]) -> list[tuple[TextLine, ...]]:
    """The lines of each page, one page after the other; fetches the weights where they are not there yet."""
    return asyncio.run(_read(images))


async def _read(images: Sequence[np.ndarray]) -> list[tuple[TextLine, ...]]:
    configuration = load(None, ())
    store = open_store(configuration)
    pull_required(configuration, store)
    pipeline = build_pipeline(configuration.pipeline.only(PADDLEX), store)
    try:
        options = pipeline.defaults.resolve(OcrOverrides())
        results = [await pipeline.read(Page(image), options) for image in images]
    finally:
        await pipeline.close()
    return [result.lines for result in results]
