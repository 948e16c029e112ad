"""A whole pipeline on fake engines: real stages, queues and loader, with models that answer by a rule."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from models.config import ModuleConfig, PipelineConfig
from models.engines.base import EngineOptions, registered_engine
from models.engines.fake import FakeEngine, ModelFunction, always_class, echo, reads, text_in
from models.loader import build_pipeline
from models.options import OcrDefaults
from models.pipeline import OcrPipeline, Opening, tell_nobody
from models.store.weights import ModelStore
from tests.unit.models.model_files import detection_yml, write_directory

CHARACTERS = ["a", "b", "c", "1", "中"]
LINES = ((0.1, 0.1, 0.6, 0.2), (0.1, 0.5, 0.9, 0.6))
"""Two lines of text, as fractions of the page."""


@dataclass
class FakeModels:
    """Each model answers as it is set here; the engines that were opened are counted."""

    detection: ModelFunction = text_in(*LINES)
    recognition: ModelFunction = reads((1, 2, 5), len(CHARACTERS) + 2)
    doc_orientation: ModelFunction = always_class(1, 4)
    textline_orientation: ModelFunction = always_class(1, 2)
    unwarping: ModelFunction = echo
    packs: dict[str, ModelFunction] = field(default_factory=dict)
    engines: dict[str, FakeEngine] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)

    def open(self, directory: Path, options: EngineOptions) -> FakeEngine:
        answer = self.packs.get(directory.name) or getattr(self, directory.name)
        self.opened.append(directory.name)
        self.engines[directory.name] = FakeEngine(answer)
        return self.engines[directory.name]


@dataclass
class Noting(FakeModels):
    """Fake models that note how they were opened."""

    options: dict[str, EngineOptions] = field(default_factory=dict)

    def open(self, directory: Path, options: EngineOptions) -> FakeEngine:
        self.options[directory.name] = options
        return super().open(directory, options)


def recognition_yml(characters: Sequence[str] = CHARACTERS) -> dict[str, object]:
    return {
        "Global": {"model_name": "recognition"},
        "PreProcess": {
            "transform_ops": [{"DecodeImage": {"img_mode": "BGR"}}, {"RecResizeImg": {"image_shape": [3, 48, 320]}}]
        },
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": list(characters)},
    }


def classifier_yml(labels: list[str]) -> dict[str, object]:
    return {
        "PreProcess": {
            "transform_ops": [
                {"ResizeImage": {"size": [160, 80]}},
                {"NormalizeImage": {"mean": [0.5] * 3, "std": [0.5] * 3, "scale": 1 / 255}},
            ]
        },
        "PostProcess": {"Topk": {"topk": 1, "label_list": labels}},
    }


@contextmanager
def fake_pipeline(
    folder: Path,
    models: FakeModels,
    *,
    defaults: OcrDefaults | None = None,
    without: tuple[str, ...] = (),
    recogniser: str = "recognition",
    opening: Opening = tell_nobody,
    **settings: object,
) -> Iterator[OcrPipeline]:
    """Build a pipeline.

    Args:
        folder: where model directories are written; its folder ``cache`` is the model store.
        models: what they answer. Those of ``packs`` are found in the store once their directory is there.
        defaults: option defaults.
        without: optional modules whose weights are not there.
        recogniser: the configured recogniser's name.
        opening: told what is opened.
        settings: of `PipelineConfig`.
    """
    config = fake_config(folder, defaults=defaults, without=without, recogniser=recogniser, **settings)
    with registered_engine("fake", models.open):
        yield build_pipeline(config, fake_store(folder), opening)


def run(pipeline: OcrPipeline, work: Callable[[], Awaitable[None]]) -> None:
    """Do some work with a pipeline in an event loop, and close the pipeline."""

    async def whole() -> None:
        try:
            await work()
        finally:
            await pipeline.close()

    asyncio.run(whole())


def fake_store(folder: Path) -> ModelStore:
    """The model store beside the directories that `fake_config` wrote."""
    return ModelStore(folder / "cache", offline=True, manifest_path=folder / "models.yaml")


def fake_config(
    folder: Path,
    *,
    defaults: OcrDefaults | None = None,
    without: tuple[str, ...] = (),
    recogniser: str = "recognition",
    **settings: object,
) -> PipelineConfig:
    """Write the model directories of a pipeline on the engine ``fake``; see `fake_pipeline`."""
    descriptions: dict[str, dict[str, object]] = {
        "detection": detection_yml(),
        "recognition": recognition_yml(),
        "doc_orientation": classifier_yml(["0", "90", "180", "270"]),
        "textline_orientation": classifier_yml(["0_degree", "180_degree"]),
        "unwarping": {"Global": {"model_name": "UVDoc"}},
    }
    for name, description in descriptions.items():
        if name not in without and not (folder / name).exists():
            write_directory(folder / name, description)
    modules = {name: ModuleConfig(name, folder / name, 6) for name in descriptions}
    modules["recognition"] = ModuleConfig(recogniser, folder / "recognition", 6)
    manifest = folder / "models.yaml"
    manifest.write_text("models: {}", encoding="utf-8")
    return PipelineConfig(
        text_detection=modules["detection"],
        text_recognition=modules["recognition"],
        doc_orientation=modules["doc_orientation"],
        textline_orientation=modules["textline_orientation"],
        doc_unwarping=modules["unwarping"],
        defaults=defaults or OcrDefaults(),
        engine="fake",
        **settings,
    )
