"""The table of optional modules says what the types say that name them one by one."""

from dataclasses import fields, replace
from typing import Any, get_origin

import pytest

from models.config import LayoutConfig, ModuleConfig, PipelineConfig
from models.modules import (
    DOC_ORIENTATION,
    LAYOUT_DETECTION,
    OPTIONAL_MODULES,
    PREPROCESSOR_SWITCH,
    TABLE_STRUCTURE,
    TEXTLINE_ORIENTATION,
    OptionalModule,
    configured_modules,
    modules_opened_at_start,
    required_modules,
    without_optional_modules,
)
from models.optional_stage import OptionalStage
from models.options import OcrDefaults, OcrOptions, OcrOverrides
from models.pipeline import Stages

EVERYTHING: dict[str, Any] = {PREPROCESSOR_SWITCH: True} | {module.switch: True for module in OPTIONAL_MODULES}
NAMES = tuple(module.name for module in OPTIONAL_MODULES)
PLAIN = PipelineConfig(
    ModuleConfig("detector"),
    ModuleConfig("recogniser"),
    **{name: LayoutConfig(name) for name in NAMES},  # type: ignore[arg-type]
)


@pytest.mark.parametrize("kind", [OcrDefaults, OcrOptions])
def test_every_switch_of_the_options_is_in_the_table(kind: type) -> None:
    switches = {field.name for field in fields(kind) if field.name.startswith("use_")}
    assert switches == {PREPROCESSOR_SWITCH, *(module.switch for module in OPTIONAL_MODULES)}


def test_every_switch_of_a_request_is_in_the_table() -> None:
    switches = {field.name for field in fields(OcrOverrides) if field.name.startswith("use_")}
    assert switches == {module.switch for module in OPTIONAL_MODULES if module.can_be_requested}


def test_every_model_that_a_configuration_may_leave_out_is_in_the_table() -> None:
    kinds = (ModuleConfig | None, LayoutConfig | None)
    assert {field.name for field in fields(PipelineConfig) if field.type in kinds} == set(NAMES)


def test_the_pipeline_has_the_tables_stages_in_its_order() -> None:
    assert tuple(field.name for field in fields(Stages) if get_origin(field.type) is OptionalStage) == NAMES
    stages = Stages(None, {}, **{name: name for name in NAMES})  # type: ignore[arg-type]
    assert stages.optional() == NAMES


@pytest.mark.parametrize("module", OPTIONAL_MODULES, ids=NAMES)
def test_a_switch_turns_on_its_module_alone(module: OptionalModule) -> None:
    defaults = OcrDefaults(**{module.switch: True, module.needs or module.switch: True})
    on = {other for other in OPTIONAL_MODULES if other.is_on(defaults)}
    assert module in on
    assert on <= {module, *(other for other in OPTIONAL_MODULES if other.switch == module.needs)}
    options = defaults.resolve(OcrOverrides(structure=True))
    assert {other for other in OPTIONAL_MODULES if other.is_on(options)} == on


@pytest.mark.parametrize("module", [module for module in OPTIONAL_MODULES if module.needs], ids=lambda each: each.name)
def test_a_module_is_off_where_what_it_needs_is_off(module: OptionalModule) -> None:
    defaults = OcrDefaults(**EVERYTHING | {module.needs or "": False})
    assert not module.is_on(defaults)
    assert not module.is_on(defaults.resolve(OcrOverrides(structure=True)))


def test_a_request_may_turn_off_all_but_the_layout_models() -> None:
    defaults = OcrDefaults(**EVERYTHING)
    asked = replace(without_optional_modules(), structure=True)
    left = [module for module in OPTIONAL_MODULES if module.is_on(defaults.resolve(asked))]
    assert left == [LAYOUT_DETECTION, TABLE_STRUCTURE]
    assert not any(module.is_on(defaults.resolve(without_optional_modules())) for module in OPTIONAL_MODULES)


def test_what_the_defaults_turn_on_is_required() -> None:
    defaults = OcrDefaults(use_doc_orientation_classify=True, use_textline_orientation=True)
    assert [module.model_name for module in required_modules(replace(PLAIN, defaults=defaults))] == [
        "detector",
        "recogniser",
        TEXTLINE_ORIENTATION.name,
    ]
    assert DOC_ORIENTATION.configured(PLAIN) == LayoutConfig("doc_orientation")
    everything = replace(PLAIN, defaults=OcrDefaults(**EVERYTHING))
    assert required_modules(everything) == configured_modules(everything)
    assert [module.model_name for module in configured_modules(PLAIN)] == ["detector", "recogniser", *NAMES]
    assert len(configured_modules(replace(PLAIN, doc_unwarping=None))) == 6


@pytest.mark.parametrize(("optional", "opened"), [("as_configured", 3), ("first_use", 3), ("start", 7)])
def test_a_start_opens_what_is_required_or_all(optional: Any, opened: int) -> None:
    config = replace(PLAIN, optional=optional, defaults=OcrDefaults(use_textline_orientation=True))
    assert modules_opened_at_start(config) == opened
