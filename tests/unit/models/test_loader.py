"""Models are opened with a number of lanes, with permits for the cores, and on engines that can run them."""

import threading
from pathlib import Path

import pytest

from models.config import ModuleConfig, PipelineConfig
from models.descriptions.model_directory import ModelDirectory
from models.engines.base import EngineOptions
from models.engines.fake import FakeEngine, reads
from models.errors import EngineUnavailable
from models.loader import _Loader, _Shared
from models.options import PADDLEX
from models.store.weights import ModelStore
from tests.unit.models.fake_pipeline import CHARACTERS, FakeModels, Noting, fake_pipeline, recognition_yml
from tests.unit.models.model_files import write_directory


class Twins(FakeEngine):
    """A fake engine that has twins."""

    def twin(self) -> FakeEngine:
        return FakeEngine(reads((1, 2, 5), len(CHARACTERS) + 2))


def test_models_need_permits_where_each_may_use_every_core(tmp_path: Path) -> None:
    models = Noting()
    entered = threading.Event()
    with fake_pipeline(tmp_path, models, cores=2):
        first, second = (options.permit for options in models.options.values())

        def enter() -> None:
            with second:
                entered.set()

        late = threading.Thread(target=enter)
        with first:
            late.start()
            assert not entered.wait(0.05)
        assert entered.wait(10)
        late.join()


@pytest.mark.parametrize(
    ("settings", "streams", "lanes"),
    [({}, 1, "3"), ({"padding": "fastest"}, 3, "5"), ({"precision": "fastest"}, 1, "3")],
)
def test_the_recogniser_has_a_lane_more_than_it_computes_batches_at_once_and_every_stage_one_for_newcomers(
    tmp_path: Path, settings: dict[str, str], streams: int, lanes: str
) -> None:
    models = Noting()

    def with_twins(directory: Path, options: EngineOptions) -> FakeEngine:
        models.options[directory.name] = options
        return Twins(getattr(models, directory.name))

    models.open = with_twins  # type: ignore[method-assign]
    with fake_pipeline(tmp_path, models, cores=3, **settings) as pipeline:
        opened = {module.module: module.detail[-1] for module in pipeline.modules() if module.state == "loaded"}
    assert opened == {"text_detection": "2", "text_recognition": lanes}
    assert {name: options.streams for name, options in models.options.items()} == {
        "detection": 1,
        "recognition": streams,
    }


def test_on_a_gpu_no_lane_is_kept_for_newcomers(tmp_path: Path) -> None:
    models = Noting()
    models.open = lambda directory, options: Twins(getattr(models, directory.name))  # type: ignore[method-assign]
    with fake_pipeline(tmp_path, models, device="gpu:0") as pipeline:
        opened = {module.module: module.detail[-1] for module in pipeline.modules() if module.state == "loaded"}
    assert opened == {"text_detection": "1", "text_recognition": "2"}


def test_a_share_of_a_cards_memory_is_refused_where_the_engine_cannot_be_held_to_it(tmp_path):
    with (
        pytest.raises(EngineUnavailable, match="gpu_memory_share"),
        fake_pipeline(tmp_path, FakeModels(), gpu_memory_share=0.5),
    ):
        pass


def test_layout_models_are_refused_before_an_engine_without_them_opens_one(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    write_directory(tmp_path / "model", recognition_yml())
    config = PipelineConfig(ModuleConfig("detector"), ModuleConfig("recogniser"), engine="torch")
    shared = _Shared(config, ModelStore(tmp_path, offline=True, manifest_path=tmp_path / "models.yaml"))
    loader = _Loader(PADDLEX, config, shared)
    with pytest.raises(EngineUnavailable, match=r"'torch' cannot run layout.*onnxruntime"):
        loader._graph_engines(ModelDirectory.read(tmp_path / "model"))
