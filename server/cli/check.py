"""``ppocr-server check``: prints device, engine and weights, and proves that text is read."""

import asyncio
import platform
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from models.descriptions.model_directory import ModelFormat
from models.engines.registry import format_of
from models.errors import OcrError
from models.loader import build_pipeline
from models.machine import usable_cores
from models.optional_stage import ModuleState, ModuleStatus
from models.store.weights import ModelStore
from server.cli.drawn_line import LINE, is_right, read_line
from server.cli.drawn_pages import SCRIPTS, write_pages
from server.cli.failures import Failure
from server.cli.measure import engine_choices
from server.cli.screen import show
from server.cli.start import load, named_models
from server.config.load import Configuration
from server.decode.decoder import Decoder
from server.decode.workers.process import PROTECTIONS, WorkerNotStarted, what_is_missing
from server.intake.raw_file import FileKind, RawFile
from server.pipelines.model_store import find_font, open_store
from server.pipelines.presets import PresetDescription, describe_presets
from server.version import installed_version


def check_installation(config: Path | None, settings: Sequence[str]) -> None:
    """Print all findings, also the failures.

    Raises:
        Failure: a part that the configuration needs does not work.
    """
    configuration = load(config, settings)
    store = open_store(configuration)
    show(f"ppocr-server {installed_version()}, Python {platform.python_version()}, {platform.platform()}")
    show(f"configuration: {configuration.source}")
    engine = configuration.settings.engine
    show(f"device: {engine.first_device}, {usable_cores()} CPU cores; engine: {engine.name}")
    show("weights:")
    for name in named_models(configuration.pipeline):
        show(f"  {name}: {_weights(store, name, format_of(engine.name))}")
    show("presets:")
    for preset in describe_presets(configuration, store):
        show(f"  {_preset(preset)}")
    isolation, fonts = asyncio.run(_decoding(configuration))
    show(f"decode workers: {isolation}")
    show(f"fonts of PDF pages: {fonts}")
    text = asyncio.run(_read(configuration, store))
    for choice in engine_choices(configuration, store, measure=False):
        show(f"engine of {choice}")
    if not is_right(text):
        raise Failure(
            f"A drawn line of the text '{LINE}' was read as '{text}'. Check the models with: ppocr-server models verify"
        )
    show(f"reading: a drawn line was read as '{text}'")


def _weights(store: ModelStore, name: str, model_format: ModelFormat | None) -> str:
    try:
        origin = store.origin(name, model_format)
    except OcrError as error:
        return str(error)
    trust = sorted(set(origin.trust.values()))
    compared = "no sum to compare it with" if "unknown" in trust else f"as {' and '.join(trust)}"
    return f"installed from {origin.source or origin.path}, SHA-256 {origin.sha256}, {compared}"


def _preset(preset: PresetDescription) -> str:
    models = ", ".join(
        f"{model.name} ({model.sha256 or 'no sum'}{'' if model.installed else ', not installed'})"
        for model in preset.models
    )
    used = f"; reads {', '.join(preset.default_of)}" if preset.default_of else "; on request"
    return f"{preset.name}: {models}; precision {preset.precision}, padding {preset.padding}{used}"


async def _decoding(configuration: Configuration) -> tuple[str, str]:
    """Describe how decode workers are shut in, and which text they can draw whose font is not in its PDF."""
    settings = configuration.settings
    decoder = Decoder(settings.decode, settings.limits, font=find_font(configuration))
    try:
        await decoder.start()
        missing_fonts = [name async for name in _scripts_without_font(decoder)]
    except WorkerNotStarted as error:
        raise Failure(str(error)) from error
    finally:
        await decoder.stop()
    missing = [name for name in PROTECTIONS if name not in decoder.protections]
    isolation = what_is_missing(missing) if missing else "cut off from network, files and other processes"
    return isolation, _fonts(missing_fonts)


async def _scripts_without_font(decoder: Decoder) -> AsyncIterator[str]:
    async with decoder.open(RawFile(write_pages(), FileKind.PDF), max_pages=None) as document:
        for index, name in enumerate(SCRIPTS):
            page = await document.page(index)
            if any(warning.code == "fonts_missing" for warning in page.warnings):
                yield name


def _fonts(missing: Sequence[str]) -> str:
    if not missing:
        return f"{', '.join(SCRIPTS)}: there is a font for each"
    return (
        f"none for {', '.join(missing)}. Such text is missing in answers where its font is not in the PDF. Install a "
        "font with: ppocr-server models pull"
    )


async def _read(configuration: Configuration, store: ModelStore) -> str:
    pipeline = await asyncio.to_thread(build_pipeline, configuration.pipeline, store)
    try:
        try:
            await pipeline.open_optional()
        finally:
            show("modules:")
            for module in pipeline.modules():
                show(f"  {_module(module)}")
        return await read_line(pipeline)
    finally:
        await pipeline.close()


def _module(module: ModuleStatus) -> str:
    words: dict[ModuleState, str] = {
        "loaded": "runs",
        "on_request": "opens at first use",
        "not_installed": "missing",
        "unusable": "cannot run",
        "disabled": "off",
    }
    detail = f": {module.detail}" if module.detail else ""
    return f"{module.module} ({module.model_name or 'none'}): {words[module.state]}{detail}"
