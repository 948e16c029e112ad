"""``ppocr-server`` that writes down every page it reads, with its own models or with a stub that needs none.

    READS=file [STUB=1] python -m tests.faults.logged_command watch IN OUT

Every line of the file is `page_id` of a page whose reading began. The stub reads each page as its id.
"""

import asyncio
import hashlib
import os
import sys
from dataclasses import replace
from importlib import import_module

import numpy as np

from models.document import Page, PageResult
from models.options import OcrDefaults, OcrOptions, PresetDefaults
from tests.unit.server.stub_pipeline import StubPipeline

STUB_SECONDS = 0.03
"""A page takes so long, so that a signal finds some of them half read."""


def page_id(image: np.ndarray) -> str:
    """The name of a page by its pixels."""
    return hashlib.sha256(np.ascontiguousarray(image).tobytes()).hexdigest()[:16]


class Stub(StubPipeline):
    def __init__(self) -> None:
        super().__init__()
        presets = ("paddlex", "best", "tiny")
        self.defaults = PresetDefaults({name: OcrDefaults(preset=name) for name in presets})

    async def read(self, page: Page, options: OcrOptions, *, deadline=None, flow=None) -> PageResult:
        await asyncio.sleep(STUB_SECONDS)
        result = await super().read(page, options)
        return replace(result, lines=tuple(replace(line, text=page_id(page.image)) for line in result.lines))


class Logged:
    """A pipeline whose pages are written down."""

    def __init__(self, inner) -> None:
        self._inner = inner
        self._log = os.open(os.environ["READS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    async def read(self, page: Page, options: OcrOptions, **rest) -> PageResult:
        os.write(self._log, f"{page_id(page.image)}\n".encode())
        return await self._inner.read(page, options, **rest)

    def __getattr__(self, name: str):
        return getattr(self._inner, name)


def main() -> None:
    reader = import_module("server.cli.documents.local_reader")
    build = reader.build_pipeline
    if os.environ.get("STUB"):
        reader.pull_required = lambda *_: None
        build = lambda *_: Stub()  # noqa: E731 - it takes the place of a function
    reader.build_pipeline = lambda *arguments: Logged(build(*arguments))
    from server.cli import main as command  # noqa: PLC0415

    command(sys.argv[1:])


if __name__ == "__main__":
    main()
