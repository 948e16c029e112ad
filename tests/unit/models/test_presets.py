"""Several presets in one pipeline: which models read, what they share, when they open and close."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from models import unused_models
from models.config import ModuleConfig, PresetConfig
from models.document import Page
from models.engines.fake import reads
from models.errors import InvalidOption, ModelNotInstalled, PresetNotInstalled
from models.options import PADDLEX, OcrDefaults, OcrOverrides
from models.pipeline import OcrPipeline
from tests.unit.models.fake_pipeline import FakeModels, Noting, fake_pipeline, recognition_yml, run
from tests.unit.models.model_files import detection_yml, write_directory

PAGE = Page(np.random.default_rng(0).integers(0, 256, (128, 192, 3), dtype=np.uint8))
DETECTOR, RECOGNISER = "other_detector", "other_recogniser"


def models(kind: type[FakeModels] = FakeModels) -> FakeModels:
    """The configured recogniser reads "ab中" on every line, the other one "éß"."""
    return kind(packs={RECOGNISER: reads((1, 2), 4), DETECTOR: FakeModels().detection})


def install(folder: Path) -> None:
    write_directory(folder / "cache" / RECOGNISER, recognition_yml("éß"))
    write_directory(folder / "cache" / DETECTOR, detection_yml())


def preset(name: str, detector: ModuleConfig | None = None, **settings: object) -> PresetConfig:
    return PresetConfig(
        detector or ModuleConfig(DETECTOR),
        ModuleConfig(RECOGNISER, batch_size=6),
        OcrDefaults(preset=name, text_rec_score_thresh=0.1),
        **settings,  # type: ignore[arg-type]
    )


async def read(pipeline: OcrPipeline, name: str | None) -> list[str]:
    options = pipeline.defaults.resolve(OcrOverrides(preset=name))
    await pipeline.prepare(options)
    return [line.text for line in (await pipeline.read(PAGE, options)).lines]


def states(pipeline: OcrPipeline) -> dict[str, str]:
    return {module.module: module.state for module in pipeline.modules() if module.module.startswith("text_")}


def test_pages_of_different_presets_are_read_at_the_same_time(tmp_path: Path) -> None:
    install(tmp_path)
    with fake_pipeline(tmp_path, models(), presets={"other": preset("other")}) as pipeline:

        async def work() -> None:
            texts = await asyncio.gather(*(read(pipeline, name) for name in ("other", None, PADDLEX) * 6))
            assert texts == [["éß"] * 2, ["ab中"] * 2, ["ab中"] * 2] * 6

        run(pipeline, work)


def test_a_preset_opens_at_the_start_or_at_its_first_use(tmp_path: Path) -> None:
    install(tmp_path)
    opening: list[str] = []
    both = {"presets": {"first": preset("first"), "second": preset("second")}, "opened_presets": ("first",)}
    with fake_pipeline(tmp_path, models(), opening=opening.append, **both) as pipeline:
        assert opening == ["text_detection:first", "text_recognition:first"]
        assert states(pipeline) == {
            "text_detection": "on_request",
            "text_recognition": "on_request",
            "text_detection:first": "loaded",
            "text_recognition:first": "loaded",
        }

        async def work() -> None:
            assert await read(pipeline, PADDLEX) == ["ab中"] * 2
            assert set(states(pipeline).values()) == {"loaded"}

        run(pipeline, work)


def test_presets_share_what_is_the_same_and_nothing_else(tmp_path: Path) -> None:
    install(tmp_path)
    chosen = models(Noting)
    own_detector = ModuleConfig("detection", tmp_path / "detection", 6)
    presets = {
        "one": preset("one", own_detector),
        "two": preset("two", own_detector, padding="tight"),
        "three": preset("three", own_detector, padding="tight"),
        "four": preset("four", own_detector, precision="bf16"),
    }
    with fake_pipeline(tmp_path, chosen, presets=presets, opened_presets=tuple(presets)) as pipeline:
        # One detector for the first three, one for another precision; a recogniser for each padding and precision.
        assert sorted(chosen.opened) == ["detection"] * 2 + [RECOGNISER] * 3
        run(pipeline, lambda: asyncio.sleep(0))


def test_a_preset_brings_its_own_defaults_precision_and_padding(tmp_path: Path) -> None:
    install(tmp_path)
    chosen = Noting(packs=models().packs)
    presets = {"other": preset("other", precision="fastest", padding="fastest")}
    with fake_pipeline(tmp_path, chosen, presets=presets, opened_presets=(PADDLEX, "other"), cores=2) as pipeline:
        precisions = {name: options.precision for name, options in chosen.options.items()}
        assert precisions == {"detection": "f32", "recognition": "f32", DETECTOR: "fast", RECOGNISER: "fast"}
        assert (chosen.options["recognition"].streams, chosen.options[RECOGNISER].streams) == (1, 2)
        assert pipeline.defaults.resolve(OcrOverrides(preset="other")).text_rec_score_thresh == 0.1
        assert pipeline.defaults.resolve(OcrOverrides()).text_rec_score_thresh == 0.0
        with pytest.raises(InvalidOption, match="preset: must be one of paddlex, other"):
            pipeline.defaults.resolve(OcrOverrides(preset="none"))
        run(pipeline, lambda: asyncio.sleep(0))


@pytest.mark.parametrize("missing", [DETECTOR, RECOGNISER])
def test_a_preset_that_is_not_installed_says_so_and_opens_when_it_is(tmp_path: Path, missing: str) -> None:
    install(tmp_path)
    (tmp_path / "cache" / missing).rename(tmp_path / "away")
    with fake_pipeline(tmp_path, models(), presets={"other": preset("other")}) as pipeline:

        async def work() -> None:
            with pytest.raises(PresetNotInstalled, match=f"{missing} is not installed"):
                await read(pipeline, "other")
            assert await read(pipeline, None) == ["ab中"] * 2
            (tmp_path / "away").rename(tmp_path / "cache" / missing)
            assert await read(pipeline, "other") == ["éß"] * 2

        run(pipeline, work)


def test_a_preset_is_closed_when_memory_is_short_and_read_with_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path)
    monkeypatch.setattr(unused_models.UnusedModels.__init__, "__defaults__", (lambda: True,))
    presets = {"first": preset("first"), "second": preset("second", padding="tight", precision="bf16")}
    with fake_pipeline(tmp_path, models(), presets=presets) as pipeline:

        async def work() -> None:
            assert await read(pipeline, "first") == ["éß"] * 2
            assert await read(pipeline, "second") == ["éß"] * 2
            now = states(pipeline)
            assert (now["text_detection:first"], now["text_recognition:first"]) == ("on_request", "on_request")
            assert (now["text_recognition:second"], now["text_recognition"]) == ("loaded", "loaded")
            assert await read(pipeline, "first") == ["éß"] * 2

        run(pipeline, work)


def test_a_model_is_not_closed_between_its_opening_and_its_first_page(tmp_path: Path) -> None:
    install(tmp_path)
    with fake_pipeline(tmp_path, models(), presets={"other": preset("other")}, opened_presets=()) as pipeline:
        watch = unused_models.UnusedModels(pipeline._stages.reading(), lambda: True)

        async def close_all_the_time() -> None:
            while True:
                await watch.close_if_short()
                await asyncio.sleep(0)

        async def work() -> None:
            closing = asyncio.create_task(close_all_the_time())
            for _ in range(5):
                assert await asyncio.gather(*(read(pipeline, name) for name in ("other", None))) == [
                    ["éß"] * 2,
                    ["ab中"] * 2,
                ]
            closing.cancel()

        run(pipeline, work)


def test_a_preset_of_the_start_that_is_missing_is_an_error_of_the_start(tmp_path: Path) -> None:
    with (
        pytest.raises(ModelNotInstalled, match=DETECTOR),
        fake_pipeline(tmp_path, models(), presets={"other": preset("other")}, opened_presets=("other",)),
    ):
        pass
