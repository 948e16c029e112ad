"""Values of settings that name what the pipeline has."""

from typing import get_args

from models.engines.registry import ENGINES
from models.modules import OPTIONAL_MODULES
from server.config.settings import EngineSettings, PrecisionStage


def test_every_engine_can_be_set() -> None:
    assert get_args(EngineSettings.model_fields["name"].annotation) == ("auto", *ENGINES)


def test_stages_that_have_a_precision_are_stages_of_the_pipeline() -> None:
    optional = {module.name for module in OPTIONAL_MODULES}
    assert set(get_args(PrecisionStage)) <= {"text_detection", "text_recognition", *optional}
