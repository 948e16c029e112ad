import asyncio
import threading
from pathlib import Path

import numpy as np
import pytest

from models.config import LayoutConfig, ModuleConfig
from models.document import Page, PageResult
from models.engines.base import Engine, EngineOptions, open_engine
from models.engines.fake import Fault, always_class, reads, text_in
from models.errors import DeviceLost, EngineFailure, EngineUnavailable, ModuleNotLoaded, PipelineStopped
from models.options import OcrDefaults, OcrOverrides
from models.pipeline import OcrPipeline
from models.reading_aids import ReadingAids, ReadingWarning
from tests.unit.models.fake_pipeline import CHARACTERS, FakeModels, fake_pipeline
from tests.unit.models.layout_graphs import STEPS, TOKENS, layout_model, layout_yml, table_model, table_yml, write_model
from tests.unit.models.model_files import write_directory

PAGE = Page(np.random.default_rng(0).integers(0, 256, (128, 192, 3), dtype=np.uint8))
ALL_ON = OcrOverrides(use_doc_orientation_classify=True, use_doc_unwarping=True, use_textline_orientation=True)


def read(pipeline, *overrides, page=PAGE):
    """Read the page once for each override, all at the same time."""

    async def run():
        try:
            options = [pipeline.defaults.resolve(each) for each in overrides]
            return await asyncio.gather(
                *(pipeline.read(page, each, flow=number) for number, each in enumerate(options)),
                return_exceptions=True,
            )
        finally:
            await pipeline.close()

    return asyncio.run(run())


def test_a_page_is_read_in_order(tmp_path):
    with fake_pipeline(tmp_path, FakeModels()) as pipeline:
        (result,) = read(pipeline, OcrOverrides())
    assert [line.text for line in result.lines] == ["ab中", "ab中"]
    assert [line.score for line in result.lines] == [1.0, 1.0]
    assert [box.quad[0, 1] < 40 for box in result.boxes] == [True, False]
    assert result.angles == (-1, -1)
    assert result.preprocessed.image is PAGE.image
    assert result.preprocessed.rotated is None
    assert set(result.seconds) == {"text_detection", "locate_lines", "text_recognition"}


def test_the_warnings_of_the_aids_name_the_page_and_the_lines_that_are_kept(tmp_path):
    def unsure_at_first(batch):
        score = 0.4 if not models.engines["recognition"].shapes[1:] else 0.99
        return np.float32(score) * reads((1, 2, 5), len(CHARACTERS) + 2)(batch)

    models = FakeModels(recognition=unsure_at_first, detection=text_in((0.1, 0.1, 0.6, 0.2), (0.8, 0.2, 0.9, 0.9)))
    aids = ReadingAids(read_both_ways=True)
    page = Page(PAGE.image, 3)
    with fake_pipeline(tmp_path, models, reading_aids=aids) as pipeline:
        (result,) = read(pipeline, OcrOverrides(text_rec_score_thresh=0.5), page=page)
    assert len(result.boxes) == 2
    assert [line.direction for line in result.lines] == ["up"]
    assert result.warnings == (ReadingWarning("line_turned", 3, 0),)


def test_a_blank_page_has_no_lines(tmp_path):
    with fake_pipeline(tmp_path, FakeModels(detection=text_in())) as pipeline:
        (result,) = read(pipeline, OcrOverrides())
    assert result.boxes == result.lines == result.angles == ()


def test_optional_stages_run_when_asked_for(tmp_path):
    with fake_pipeline(tmp_path, FakeModels(), optional="first_use") as pipeline:
        result, plain = read(pipeline, ALL_ON, OcrOverrides())
    assert result.preprocessed.angle == 90
    assert result.preprocessed.image.shape == (192, 128, 3)
    assert result.preprocessed.rotated.shape == (192, 128, 3)
    assert result.angles == (1, 1)
    assert plain.preprocessed.angle == -1
    assert plain.angles == (-1, -1)


def test_an_optional_model_is_opened_once_and_only_when_needed(tmp_path):
    models = FakeModels()
    with fake_pipeline(tmp_path, models, optional="first_use") as pipeline:
        states = {module.module: module.state for module in pipeline.modules()}
        assert set(models.engines) == {"detection", "recognition"}
        read(pipeline, ALL_ON, ALL_ON)
    assert states == {
        "text_detection": "loaded",
        "text_recognition": "loaded",
        "doc_orientation": "on_request",
        "doc_unwarping": "on_request",
        "textline_orientation": "on_request",
        "layout_detection": "disabled",
        "table_structure": "disabled",
    }
    assert set(models.engines) == {
        "detection",
        "recognition",
        "doc_orientation",
        "textline_orientation",
        "unwarping",
    }
    assert all(engine.closed for engine in models.engines.values())


@pytest.mark.parametrize("switch", ["use_doc_orientation_classify", "use_doc_unwarping", "use_textline_orientation"])
def test_what_the_configuration_leaves_off_cannot_be_asked_for(tmp_path, switch):
    with fake_pipeline(tmp_path, FakeModels(), optional="as_configured") as pipeline:
        (error,) = read(pipeline, OcrOverrides(**{switch: True}))
    assert isinstance(error, ModuleNotLoaded)
    assert "optional_modules" in str(error)


def test_what_the_configuration_turns_on_is_loaded_as_configured(tmp_path):
    defaults = OcrDefaults(use_doc_preprocessor=True, use_doc_orientation_classify=True)
    with fake_pipeline(tmp_path, FakeModels(), defaults=defaults, optional="as_configured") as pipeline:
        on, off = read(pipeline, OcrOverrides(), OcrOverrides(use_doc_orientation_classify=False))
    assert on.preprocessed.angle == 90
    assert on.options.use_doc_unwarping is False
    assert off.options.use_doc_preprocessor is False


def test_missing_weights_are_the_requests_error_and_can_be_installed_later(tmp_path):
    with fake_pipeline(tmp_path, FakeModels(), without=("unwarping",), optional="first_use") as pipeline:

        async def run():
            options = pipeline.defaults.resolve(OcrOverrides(use_doc_unwarping=True))
            with pytest.raises(ModuleNotLoaded):
                await pipeline.prepare(options)
            missing = next(module for module in pipeline.modules() if module.module == "doc_unwarping")
            write_directory(tmp_path / "unwarping", {"Global": {"model_name": "UVDoc"}})
            result = await pipeline.read(PAGE, options)
            await pipeline.close()
            return missing, result

        missing, result = asyncio.run(run())
    assert missing.state == "not_installed"
    assert "unwarping" in missing.detail
    assert result.options.use_doc_unwarping


@pytest.mark.parametrize("module", ["doc_orientation", "unwarping", "textline_orientation"])
@pytest.mark.parametrize("optional", ["as_configured", "first_use", "start"])
def test_a_module_that_the_defaults_turn_on_must_open(tmp_path, module, optional):
    switch = {"doc_orientation": "use_doc_orientation_classify", "unwarping": "use_doc_unwarping"}.get(module)
    switches = {"use_doc_preprocessor": True, switch: True} if switch else {"use_textline_orientation": True}
    write_directory(tmp_path / module, {"PreProcess": {"transform_ops": []}})
    (tmp_path / module / "inference.yml").write_text("no mapping", encoding="utf-8")
    with fake_pipeline(tmp_path, FakeModels(), defaults=OcrDefaults(**switches), optional=optional) as pipeline:

        async def run():
            for opening in (pipeline.open_required, pipeline.open_optional):
                with pytest.raises(ModuleNotLoaded, match=r"turns on the module.*inference\.yml"):
                    await opening()
            await pipeline.close()

        asyncio.run(run())


def test_a_broken_module_that_is_off_stops_nothing_and_says_why(tmp_path):
    write_directory(tmp_path / "unwarping", {})
    (tmp_path / "unwarping" / "inference.yml").write_text("no mapping", encoding="utf-8")
    with fake_pipeline(tmp_path, FakeModels(), optional="start") as pipeline:

        async def run():
            await pipeline.open_optional()
            states = {module.module: module for module in pipeline.modules()}
            result = await pipeline.read(PAGE, pipeline.defaults.resolve(OcrOverrides(use_textline_orientation=True)))
            with pytest.raises(ModuleNotLoaded):
                await pipeline.prepare(pipeline.defaults.resolve(OcrOverrides(use_doc_unwarping=True)))
            await pipeline.close()
            return states, result

        states, result = asyncio.run(run())
    assert states["doc_unwarping"].state == "unusable"
    assert "inference.yml" in states["doc_unwarping"].detail
    assert states["textline_orientation"].state == states["doc_orientation"].state == "loaded"
    assert states["textline_orientation"].detail == states["text_detection"].detail == "fake on cpu, lanes: 1"
    assert result.angles == (1, 1)


def test_word_boxes_are_computed_off_the_event_loop(tmp_path, monkeypatch):
    threads = set()

    def located(*_):
        threads.add(threading.current_thread())
        return ()

    monkeypatch.setattr("models.aids.text_lines.word_boxes", located)
    with fake_pipeline(tmp_path, FakeModels()) as pipeline:
        (result,) = read(pipeline, OcrOverrides(return_word_box=True))
    assert len(result.lines) == 2
    assert threads
    assert threading.main_thread() not in threads


def test_score_threshold_keeps_equal_scores_and_all_detections(tmp_path):
    with fake_pipeline(tmp_path, FakeModels()) as pipeline:
        kept, _ = read(pipeline, OcrOverrides(text_rec_score_thresh=1.0), OcrOverrides())
    assert len(kept.lines) == 2
    with fake_pipeline(tmp_path, FakeModels(recognition=reads((), len(CHARACTERS) + 2))) as pipeline:
        none, empty = read(pipeline, OcrOverrides(text_rec_score_thresh=0.1), OcrOverrides())
    assert len(none.boxes) == 2
    assert none.lines == ()
    assert [(line.text, line.score) for line in empty.lines] == [("", 0.0), ("", 0.0)]


def test_options_of_requests_in_flight_together_do_not_leak(tmp_path):
    overrides = [
        OcrOverrides(
            text_det_limit_side_len=64 + 32 * (number % 7),
            return_word_box=number % 2 == 0,
            use_textline_orientation=number % 3 == 0,
        )
        for number in range(60)
    ]
    with fake_pipeline(tmp_path, FakeModels(), optional="first_use") as pipeline:
        results = read(pipeline, *overrides)
    for asked, result in zip(overrides, results, strict=True):
        assert result.options.text_det_limit_side_len == asked.text_det_limit_side_len
        assert all(bool(line.words) == asked.return_word_box for line in result.lines)
        assert set(result.angles) == ({1} if asked.use_textline_orientation else {-1})


@pytest.mark.parametrize("fault", [Fault.RAISE, Fault.CRASH, Fault.NAN, Fault.WRONG_COUNT])
@pytest.mark.parametrize("model", ["detection", "recognition"])
def test_an_engine_fault_costs_one_request_and_the_pipeline_goes_on(tmp_path, fault, model):
    models = FakeModels()
    with fake_pipeline(tmp_path, models) as pipeline:

        async def run():
            options = pipeline.defaults.resolve(OcrOverrides())
            # Two faults: a recognition batch of two lines fails whole, then its first half fails alone.
            models.engines[model].inject(*[fault] * (2 if model == "recognition" else 1))
            with pytest.raises(EngineFailure):
                await pipeline.read(PAGE, options)
            after = await pipeline.read(PAGE, options)
            await pipeline.close()
            return after

        assert [line.text for line in asyncio.run(run()).lines] == ["ab中", "ab中"]


def test_a_dictionary_of_another_model_is_refused(tmp_path):
    with fake_pipeline(tmp_path, FakeModels(recognition=reads((1,), 50))) as pipeline:
        (error,) = read(pipeline, OcrOverrides())
    assert isinstance(error, EngineFailure)
    assert "dictionary" in str(error)


def test_a_closed_pipeline_takes_no_work(tmp_path):
    with fake_pipeline(tmp_path, FakeModels(textline_orientation=always_class(0, 2))) as pipeline:
        assert pipeline.healthy
        read(pipeline, OcrOverrides())
        assert not pipeline.healthy
        with pytest.raises(PipelineStopped):
            asyncio.run(pipeline.read(PAGE, pipeline.defaults.resolve(OcrOverrides())))


def test_the_fake_engine_is_out_of_reach_of_a_configuration(tmp_path):
    with fake_pipeline(tmp_path, FakeModels()):
        pass
    with pytest.raises(EngineUnavailable, match="Unknown engine 'fake'"):
        open_engine("fake", tmp_path, EngineOptions())


def test_a_device_out_of_memory_costs_no_line_of_any_page(tmp_path):
    models = FakeModels()
    with fake_pipeline(tmp_path, models, padding="bucket") as pipeline:
        models.engines["recognition"].inject(Fault.OUT_OF_MEMORY)
        models.engines["detection"].inject(Fault.OUT_OF_MEMORY)
        results = read(pipeline, *[OcrOverrides()] * 8)
        cuts = [stats.memory_cuts for stats, _ in pipeline.stats().values()]
    assert [[line.text for line in result.lines] for result in results] == [["ab中", "ab中"]] * 8
    assert cuts == [1, 1]


def test_a_pipeline_whose_device_is_lost_is_not_healthy_any_more(tmp_path):
    failures = [EngineFailure("this page"), DeviceLost("every page")]

    def detection(batch):
        raise failures.pop(0) if failures else AssertionError("nothing is read any more")

    async def test(pipeline):
        for failure, healthy in ((EngineFailure, True), (DeviceLost, False)):
            with pytest.raises(failure):
                await pipeline.read(PAGE, pipeline.defaults.resolve(OcrOverrides()))
            assert pipeline.healthy == healthy
        await pipeline.close()

    with fake_pipeline(tmp_path, FakeModels(detection=detection)) as pipeline:
        asyncio.run(asyncio.wait_for(test(pipeline), 30))


def test_a_pipeline_with_an_engine_that_hangs_is_not_healthy_until_it_answers(tmp_path):
    models = FakeModels()

    async def test(pipeline):
        engine = models.engines["detection"]
        engine.inject(Fault.HANG)
        reading = asyncio.create_task(pipeline.read(PAGE, pipeline.defaults.resolve(OcrOverrides())))
        await asyncio.to_thread(engine.hanging.wait, 30)
        assert pipeline.healthy
        await asyncio.sleep(1.0)
        assert not pipeline.healthy
        assert pipeline.longest_run_seconds >= 1.0
        engine.release()
        await reading
        assert pipeline.healthy
        await pipeline.close()
        assert not pipeline.healthy

    with fake_pipeline(tmp_path, models, hang_seconds=1.0) as pipeline:
        asyncio.run(asyncio.wait_for(test(pipeline), 30))


def test_what_is_opened_is_told_in_order(tmp_path):
    told = []

    async def test(pipeline):
        await pipeline.open_optional(told.append)
        await pipeline.close()

    with fake_pipeline(tmp_path, FakeModels(), optional="start", opening=told.append) as pipeline:
        asyncio.run(test(pipeline))
    assert told == [
        "text_detection", "text_recognition", "doc_orientation", "doc_unwarping", "textline_orientation",
    ]  # fmt: skip


BOXES = np.array([[2, 0.9, 0.05, 0.05, 0.7, 0.3], [1, 0.8, 0.05, 0.45, 0.95, 0.65]], np.float32)
LAYOUT_ON = OcrDefaults(use_layout_detection=True, use_table_recognition=True)


class WithLayout(FakeModels):
    """Fake text models; the layout and table models run for real."""

    def open(self, directory: Path, options: EngineOptions) -> Engine:  # type: ignore[override]
        if directory.name in ("layout", "tables"):
            return open_engine("onnxruntime", directory, EngineOptions(threads=1))
        return super().open(directory, options)


def with_layout(folder: Path) -> dict[str, object]:
    write_model(folder / "layout", layout_yml(), layout_model(BOXES))
    write_model(folder / "tables", table_yml(), table_model(STEPS, list(TOKENS)))
    return {
        "layout_detection": LayoutConfig("layout", folder / "layout"),
        "table_structure": ModuleConfig("tables", folder / "tables"),
    }


async def read_layout(pipeline: OcrPipeline, overrides: OcrOverrides) -> PageResult:
    options = pipeline.defaults.resolve(overrides)
    await pipeline.prepare(options)
    return await pipeline.read(Page(np.full((200, 400, 3), 255, np.uint8)), options)


def test_layout_models_look_where_structure_is_asked_for(tmp_path: Path) -> None:
    async def run() -> None:
        with fake_pipeline(tmp_path, WithLayout(), defaults=LAYOUT_ON, **with_layout(tmp_path)) as pipeline:
            asked, plain = await asyncio.gather(
                read_layout(pipeline, OcrOverrides(structure=True)), read_layout(pipeline, OcrOverrides())
            )
            assert asked.regions is not None
            assert [region.label for region in asked.regions] == ["table", "text"]
            assert asked.regions[0].grid is not None
            assert asked.regions[1].grid is None
            assert {"layout_detection", "table_structure"} <= set(asked.seconds)
            assert plain.regions is None
            assert "layout_detection" not in plain.seconds
            assert {"layout_detection", "table_structure"} <= set(pipeline.stats())
            await pipeline.close()

    asyncio.run(run())


def test_tables_without_a_table_model_have_no_grid(tmp_path: Path) -> None:
    async def run() -> None:
        defaults = OcrDefaults(use_layout_detection=True)
        with fake_pipeline(tmp_path, WithLayout(), defaults=defaults, **with_layout(tmp_path)) as pipeline:
            result = await read_layout(pipeline, OcrOverrides(structure=True))
            assert result.regions is not None
            assert [region.grid for region in result.regions] == [None, None]
            await pipeline.close()

    asyncio.run(run())


def test_without_the_switch_no_layout_model_looks_and_none_is_opened(tmp_path: Path) -> None:
    async def run() -> None:
        with fake_pipeline(tmp_path, WithLayout()) as pipeline:
            result = await read_layout(pipeline, OcrOverrides(structure=True))
            assert result.regions is None
            states = {status.module: status.state for status in pipeline.modules()}
            assert states["layout_detection"] == states["table_structure"] == "disabled"
            await pipeline.close()

    asyncio.run(run())


def test_a_layout_model_that_is_not_installed_says_how_to_install_it(tmp_path: Path) -> None:
    async def run() -> None:
        missing = LayoutConfig("PP-DocLayout-S")
        defaults = OcrDefaults(use_layout_detection=True)
        with fake_pipeline(tmp_path, WithLayout(), defaults=defaults, layout_detection=missing) as pipeline:
            with pytest.raises(ModuleNotLoaded, match="ppocr-server models pull PP-DocLayout-S"):
                await read_layout(pipeline, OcrOverrides(structure=True))
            with pytest.raises(ModuleNotLoaded, match="layout_detection"):
                await pipeline.open_required()
            assert (await read_layout(pipeline, OcrOverrides())).regions is None
            await pipeline.close()

    asyncio.run(run())
