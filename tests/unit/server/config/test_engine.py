"""Our engine settings reach the pipeline, every one of them."""

import pytest

from models.config import ModuleConfig, PipelineConfig
from server.config.base import ConfigurationError
from server.config.engine import with_engine
from server.config.load import load_configuration
from server.config.settings import EngineSettings

CONFIG = PipelineConfig(ModuleConfig("det"), ModuleConfig("rec"), doc_unwarping=ModuleConfig("unwarping"))
ALL = EngineSettings(
    name="torch",
    devices=("gpu:2", "gpu:3"),
    hang_seconds=7.0,
    gpu_memory_share=0.5,
    threads=3,
    precision="bf16",
    stage_precisions={"text_detection": "f32"},
    padding="bucket",
    tensorrt=True,
    torch_compile=True,
)
RENAMED = {"name": "engine", "devices": "device"}


def test_every_setting_has_its_place() -> None:
    default = EngineSettings()
    pipeline = with_engine(CONFIG, ALL)
    for name in EngineSettings.model_fields:
        if name in ("device", "profile"):
            continue  # The first excludes devices, the second is a former setting.
        assert getattr(ALL, name) != getattr(default, name), name
        given = ALL.first_device if name == "devices" else getattr(ALL, name)
        assert getattr(pipeline, RENAMED.get(name, name)) == given, name


def test_models_and_defaults_stay() -> None:
    pipeline = with_engine(CONFIG, ALL)
    assert (pipeline.text_detection, pipeline.doc_unwarping) == (CONFIG.text_detection, CONFIG.doc_unwarping)
    assert (pipeline.defaults, pipeline.optional) == (CONFIG.defaults, CONFIG.optional)


def test_engine_settings_are_ours() -> None:
    given = ("engine.name=onnxruntime", "engine.device=gpu:1", "engine.threads=3", "engine.padding=bucket")
    pipeline = load_configuration(None, {}, given).pipeline
    assert (pipeline.engine, pipeline.device) == ("onnxruntime", "gpu:1")
    assert (pipeline.threads, pipeline.padding) == (3, "bucket")


@pytest.mark.parametrize(
    ("given", "precision", "padding"),
    [
        (("engine.profile=fast",), "fastest", "fastest"),
        (("engine.profile=fast", "engine.precision=f32"), "f32", "fastest"),
        (("engine.profile=exact",), "auto", "auto"),
    ],
)
def test_the_former_key_profile_is_read_with_a_message(given: tuple[str, ...], precision: str, padding: str) -> None:
    configuration = load_configuration(None, {}, given)
    assert (configuration.pipeline.precision, configuration.pipeline.padding) == (precision, padding)
    (note,) = configuration.notes
    assert "engine.profile is a former setting" in note


def test_a_wrong_value_of_the_former_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"engine\.profile: must be one of exact, fast"):
        load_configuration(None, {}, ("engine.profile=quick",))


def test_what_runs_in_this_process_takes_the_first_of_several_devices() -> None:
    configuration = load_configuration(None, {}, ("engine.devices=[gpu:1, gpu:0]",))
    assert configuration.pipeline.device == "gpu:1"
