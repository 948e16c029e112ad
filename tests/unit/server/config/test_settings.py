"""Values of settings that name what the pipeline has."""

from typing import get_args

import pytest
from pydantic import ValidationError

from models.engines.registry import ENGINES
from models.modules import OPTIONAL_MODULES
from server.config.settings import EngineSettings, PrecisionStage


@pytest.mark.parametrize("name", ["auto", *ENGINES])
def test_every_engine_can_be_set(name: str) -> None:
    assert EngineSettings(name=name).name == name


@pytest.mark.parametrize("name", ["", "onix", "AUTO", "torch "])
def test_an_unknown_engine_is_told_the_known_ones(name: str) -> None:
    with pytest.raises(ValidationError, match="it is none of these"):
        EngineSettings(name=name)


def test_stages_that_have_a_precision_are_stages_of_the_pipeline() -> None:
    optional = {module.name for module in OPTIONAL_MODULES}
    assert set(get_args(PrecisionStage)) <= {"text_detection", "text_recognition", *optional}
