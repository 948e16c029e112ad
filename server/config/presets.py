"""From the settings of the presets to those of the pipeline, and to the preset that each contract reads with."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.config import ModuleConfig, PipelineConfig, PresetConfig
from models.errors import InvalidOption
from models.options import PADDLEX, OcrDefaults, OcrOverrides
from models.reading_aids import ReadingAids
from server.config.base import ConfigurationError
from server.config.contract_settings import ContractSettings
from server.config.paddlex_pipeline import DETECTION_OPTIONS
from server.config.preset_settings import DetectionPreset, PresetSettings, RecognitionPreset
from server.config.settings import Settings

BEST = "best"


def with_presets(config: PipelineConfig, settings: Settings, file: Path) -> PipelineConfig:
    """Add the presets to a pipeline's configuration.

    Args:
        config: with the engine, and with the models and defaults of the preset `PADDLEX`.
        settings: our own. Each contract has its preset.
        file: the configuration file, for errors.

    Raises:
        ConfigurationError: a value of a preset cannot be used.
    """
    presets = {name: _preset(name, preset, config, file) for name, preset in settings.presets.items()}
    names = (PADDLEX, *presets)
    used = {section.preset for _, section in settings.contracts if section.enabled}
    opened = {"start": names, "first_use": (), "defaults": tuple(name for name in names if name in used)}
    return replace(config, presets=presets, opened_presets=opened[settings.models.presets])


def with_chosen_presets(
    contracts: ContractSettings, presets: Mapping[str, object], *, own_pipeline: bool
) -> ContractSettings:
    """Give each contract the preset that it reads with if a request names none.

    Args:
        contracts: their settings.
        presets: the presets by name, besides `PADDLEX`.
        own_pipeline: the configuration names models and no presets. Then all contracts read with these models.

    Raises:
        ConfigurationError: a contract's preset does not exist.
    """
    others = PADDLEX if own_pipeline or BEST not in presets else BEST
    changes = {}
    for name, section in contracts:
        preset = section.preset or (PADDLEX if name == PADDLEX else others)
        if preset != PADDLEX and preset not in presets:
            known = ", ".join((PADDLEX, *presets))
            raise ConfigurationError(
                f"ppocr_server.contracts.{name}.preset: there is no preset '{preset}'; choose one of {known}."
            )
        changes[name] = section.model_copy(update={"preset": preset})
    return contracts.model_copy(update=changes)


def _preset(name: str, settings: PresetSettings, base: PipelineConfig, file: Path) -> PresetConfig:
    key = f"{file}: ppocr_server.presets.{name}"
    return PresetConfig(
        text_detection=_module(f"{key}.text_detection", settings.text_detection, base.text_detection),
        text_recognition=_module(f"{key}.text_recognition", settings.text_recognition, base.text_recognition),
        defaults=_defaults(name, key, settings, base.defaults),
        precision=settings.precision or base.precision,
        padding=settings.padding or base.padding,
        reading_aids=ReadingAids(**dict.fromkeys(settings.reading_aids, True)),
    )


def _module(key: str, settings: DetectionPreset | RecognitionPreset, base: ModuleConfig) -> ModuleConfig:
    if settings.model_name is None:
        if settings.model_dir is not None:
            raise ConfigurationError(f"{key}.model_dir: needs a model_name beside it, which says what the model is.")
        return base
    if settings.model_dir is not None and not os.path.isdir(settings.model_dir):  # noqa: PTH112 - see `server.config.files.exists`
        raise ConfigurationError(f"{key}.model_dir: '{settings.model_dir}' is not a directory.")
    return ModuleConfig(settings.model_name, settings.model_dir, base.batch_size)


def _defaults(name: str, key: str, settings: PresetSettings, base: OcrDefaults) -> OcrDefaults:
    detection, recognition = settings.text_detection, settings.text_recognition
    given: dict[str, Any] = {f"text_det_{option}": getattr(detection, option) for option in DETECTION_OPTIONS}
    given["text_rec_score_thresh"] = recognition.score_thresh
    defaults = replace(
        base,
        preset=name,
        own_text=settings.pdf_text,
        **{option: value for option, value in given.items() if value is not None},
    )
    try:
        defaults.resolve(OcrOverrides())
    except InvalidOption as error:
        raise ConfigurationError(f"{key}: {error}.") from None
    return defaults
