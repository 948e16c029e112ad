"""The begin of every command: it loads the configuration, opens the model store and fetches required weights."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from models.config import ModuleConfig, PipelineConfig
from models.descriptions.model_directory import ModelFormat
from models.engines.registry import format_of
from models.errors import ModelNotInstalled
from models.modules import configured_modules, required_modules
from models.store.downloads import Downloads
from models.store.fonts import FontNotInstalled
from models.store.manifest import InvalidManifest, load_manifest
from models.store.weights import ModelStore
from server.cli.screen import say
from server.config.base import ConfigurationError
from server.config.load import Configuration, load_configuration


def load(config: Path | None, settings: Sequence[str]) -> Configuration:
    """Load the configuration with this process's environment. A manifest that it names is read as well.

    Raises:
        ConfigurationError: it is wrong.
    """
    configuration = load_configuration(config, os.environ, settings)
    check_manifest(configuration)
    return configuration


def check_manifest(configuration: Configuration) -> None:
    """Read the manifest that a configuration names, if it names one.

    Raises:
        ConfigurationError: it cannot be used.
    """
    if configuration.settings.models.manifest is not None:
        try:
            load_manifest(configuration.settings.models.manifest)
        except InvalidManifest as error:
            raise ConfigurationError(f"ppocr_server.models.manifest: {error}") from error


def pull_required(configuration: Configuration, store: ModelStore) -> None:
    """Fetch the models that the pipeline needs to start and that are not installed.

    Raises:
        OcrError: models are missing and cannot be fetched. One message names them all.
    """
    wanted_format = format_of(configuration.pipeline.engine)
    names = [name for name in required_names(configuration.pipeline) if not store.installed(name, wanted_format)]
    with Downloads() as downloads:
        _pull_required(configuration, store, downloads, names)


def pull_named(configuration: Configuration, store: ModelStore) -> None:
    """Fetch all models that the configuration names, and the font. The font and optional models may stay missing.

    This is reported. Installed models are verified, and fetched again if `ModelStore.pull` says so.

    Raises:
        OcrError: a required model cannot be fetched.
    """
    required = required_names(configuration.pipeline)
    with Downloads() as downloads:
        _pull_required(configuration, store, downloads, required)
        for name in (name for name in named_models(configuration.pipeline) if name not in required):
            try:
                store.pull(name, say, pulled_format(configuration.pipeline), downloads)
            except ModelNotInstalled as error:
                say(f"{name}: not installed; requests that ask for it will be refused. {error}")
        try:
            store.fonts.pull(say, downloads)
        except FontNotInstalled as error:
            say(f"{error} Without it, East Asian text is missing where its font is neither in a PDF nor on the system.")


def _pull_required(configuration: Configuration, store: ModelStore, downloads: Downloads, names: Sequence[str]) -> None:
    missing: dict[str, str] = {}
    for name in names:
        try:
            store.pull(name, say, pulled_format(configuration.pipeline), downloads)
        except ModelNotInstalled as error:
            missing[name] = str(error)
    if missing:
        raise ModelNotInstalled("\n  ".join((_all_missing(configuration, store, tuple(missing)), *missing.values())))


def _all_missing(configuration: Configuration, store: ModelStore, names: Sequence[str]) -> str:
    said = f"{configuration.source} needs models that are not on this machine: {', '.join(names)}."
    if store.offline:
        return said
    command = f"ppocr-server models pull --config {shlex.quote(str(configuration.source))} {' '.join(names)}"
    return f"{said} With a network, this installs them: {command}"


def required_names(pipeline: PipelineConfig) -> tuple[str, ...]:
    """The models from the store that the configured defaults need."""
    return _store_names(required_modules(pipeline))


def named_models(pipeline: PipelineConfig) -> tuple[str, ...]:
    """All models from the store that the pipeline can run."""
    return _store_names(configured_modules(pipeline))


def pulled_format(pipeline: PipelineConfig) -> ModelFormat:
    """The format in which models are fetched for the configured engine."""
    return format_of(pipeline.engine) or "onnx"


def _store_names(modules: Sequence[ModuleConfig]) -> tuple[str, ...]:
    return tuple(module.model_name for module in modules if module.model_dir is None)
