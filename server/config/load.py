"""Loads the whole configuration: file < environment < command line, checked, with readable errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from models.config import PipelineConfig
from models.engines.registry import ENGINES
from models.modules import LAYOUT_DETECTION, TABLE_STRUCTURE
from models.options import PADDLEX
from server.config.access import tls_context, with_keys, with_tokens
from server.config.base import ConfigurationError
from server.config.engine import with_engine
from server.config.files import DEFAULT_FILE, packaged_file, read_mapping
from server.config.lookup import KeyPath, merge, nearest
from server.config.overrides import CONFIG_VARIABLE, Override, from_command_line, from_environment
from server.config.paddlex_pipeline import parse_pipeline, pipeline_config
from server.config.paddlex_schema import PipelineFile, ServingFile, unknown_keys
from server.config.paddlex_serving import parse_serving, serving_notes, serving_settings
from server.config.places import located, problems_of_folders
from server.config.preset_settings import packaged_presets
from server.config.presets import with_chosen_presets, with_presets
from server.config.serving_settings import ServingSettings
from server.config.settings import EngineSettings, Settings
from server.config.wrong_values import describe

SECTION = "ppocr_server"

_INSTEAD = "Write engine.precision: fastest and engine.padding: fastest instead of fast, or choose a preset."


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that was configured, final and checked.

    Attributes:
        source: the file that was read; the packaged default if none was given.
        notes: messages for the operator about ignored keys and deprecated names.
    """

    settings: Settings
    pipeline: PipelineConfig
    serving: ServingSettings
    source: Path
    notes: tuple[str, ...] = ()

    def preset_of(self, contract: str) -> str:
        """The preset that a contract reads with if a request names none."""
        return getattr(self.settings.contracts, contract).preset or PADDLEX


@dataclass(frozen=True, slots=True)
class _Document:
    """A file, with its missing parts filled from the packaged defaults. ``own_pipeline``: it names its own models."""

    file: Path
    section: Mapping[str, object]
    pipeline: Mapping[str, object]
    serving: Mapping[str, object]
    own_pipeline: bool


def load_configuration(path: Path | None, environ: Mapping[str, str], overrides: Sequence[str] = ()) -> Configuration:
    """Load and check a configuration, with the TLS files that it names.

    Args:
        path: as for `read_configuration`.
        environ: the environment.
        overrides: ``section.key=value`` items of the command line.

    Raises:
        ConfigurationError: a key, value or file is wrong. The message names it and says what to write instead.
    """
    configuration = read_configuration(path, environ, overrides)
    tls_context(configuration.settings.server)
    return configuration


def read_configuration(path: Path | None, environ: Mapping[str, str], overrides: Sequence[str] = ()) -> Configuration:
    """Load and check a configuration. Of the files that it names, those with tokens and keys are read.

    Args:
        path: a PaddleX pipeline YAML, our own section, or both in one file. None takes ``PPOCR_SERVER_CONFIG``, or else
            the packaged default.
        environ: the environment.
        overrides: ``section.key=value`` items of the command line.

    Raises:
        ConfigurationError: a key or value is wrong. The message names it and says what to write instead.
    """
    outside = (*from_environment(environ), *from_command_line(overrides))
    document = _read(path) if path else _read_named_by(environ)
    tree: Mapping[str, object] = document.section
    for override in outside:
        tree = merge(tree, override.as_mapping())
    own_pipeline = document.own_pipeline and "presets" not in tree
    settings = _settings(_with_packaged_presets(tree), document.file, outside, environ)
    engine, engine_notes = _without_profile(settings.engine)
    contracts = with_chosen_presets(settings.contracts, settings.presets, own_pipeline=own_pipeline)
    settings = settings.model_copy(update={"engine": engine, "contracts": contracts})
    pipeline = parse_pipeline(document.pipeline, document.file)
    serving = parse_serving(document.serving, document.file)
    config = with_engine(pipeline_config(pipeline, settings.models, document.file), settings.engine)
    return Configuration(
        settings=settings,
        pipeline=with_presets(config, settings, document.file),
        serving=serving_settings(serving, settings.storage, document.file),
        source=document.file,
        notes=(*_ignored(pipeline, serving), *serving_notes(serving), *engine_notes),
    )


def configured_file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file to read: the given one, or else that of ``PPOCR_SERVER_CONFIG``; None for the packaged default."""
    text = environ.get(CONFIG_VARIABLE)
    return path or (Path(text) if text else None)


def _read_named_by(environ: Mapping[str, str]) -> _Document:
    """Read the file that the variable names, or else the packaged default."""
    try:
        return _read(configured_file(None, environ))
    except ConfigurationError as error:
        raise ConfigurationError(*(f"{CONFIG_VARIABLE}: {problem}" for problem in error.problems)) from error.__cause__


def _read(path: Path | None) -> _Document:
    """Read the file. If it is not a whole pipeline, it changes values of the packaged pipeline and settings."""
    default = packaged_file(DEFAULT_FILE)
    packaged = read_mapping(default)
    written = packaged if path is None else read_mapping(path)
    file = default if path is None else path
    _check_top_level(written, file)
    rest = {key: value for key, value in written.items() if key not in (SECTION, "Serving")}
    section = _with_engine(_mapping(written, SECTION, file), rest)
    own_pipeline = path is not None and _is_pipeline(rest)
    if not _is_pipeline(rest):
        section = merge(_mapping(packaged, SECTION, default), section)
        _check_modules(rest, packaged, file)
        rest = merge({key: value for key, value in packaged.items() if key not in (SECTION, "Serving")}, rest)
    else:
        rest = _with_our_modules(rest, packaged)
    return _Document(file, section, rest, _mapping(written, "Serving", file), own_pipeline)


def _with_our_modules(pipeline: dict[str, object], packaged: Mapping[str, object]) -> dict[str, object]:
    """Name the packaged models of layout and tables where a pipeline turns them on and names none.

    PaddleX's own OCR pipelines have no such modules, so their files cannot name them.
    """
    named, known = pipeline.get("SubModules"), packaged["SubModules"]
    if not isinstance(named, dict) or not isinstance(known, dict):
        return pipeline
    on = (module.key for module in (LAYOUT_DETECTION, TABLE_STRUCTURE) if pipeline.get(module.switch) is True)
    return {**pipeline, "SubModules": {**{key: known[key] for key in on}, **named}}


def _check_modules(written: Mapping[str, object], packaged: Mapping[str, object], file: Path) -> None:
    """Refuse a module that the packaged pipeline does not have. It would have no effect."""
    modules, known = written.get("SubModules"), packaged["SubModules"]
    for name in modules if isinstance(modules, dict) else ():
        if isinstance(known, dict) and name not in known:
            raise ConfigurationError(f"{file}: SubModules: unknown key '{name}'; {nearest(str(name), tuple(known))}")


def _is_pipeline(document: Mapping[str, object]) -> bool:
    """Whether a file is a whole pipeline, so that PaddleX's own defaults fill its missing parts.

    It is one if it has ``pipeline_name``, or names a model for text detection or recognition.
    """
    modules = document.get("SubModules")
    parts = [modules.get(name) for name in ("TextDetection", "TextRecognition")] if isinstance(modules, dict) else []
    return "pipeline_name" in document or any(isinstance(part, dict) and "model_name" in part for part in parts)


def _mapping(document: Mapping[str, object], key: str, file: Path) -> dict[str, object]:
    value = document.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigurationError(f"{file}: {key}: must hold 'key: value' lines.")
    return value


def _with_engine(section: dict[str, object], pipeline: dict[str, object]) -> dict[str, object]:
    """Move PaddleX's top-level ``engine`` to our section, if it names one of ours and the section names none.

    Any other value stays where it is, and is noted as without effect.
    """
    own, written = section.get("engine", {}), pipeline.get("engine")
    names = [name for name, engine in ENGINES.items() if engine.known_to_paddlex]
    if written not in names or not isinstance(own, dict) or "name" in own:
        return section
    del pipeline["engine"]
    return {**section, "engine": {**own, "name": written}}


def _check_top_level(document: Mapping[str, object], file: Path) -> None:
    """Refuse top-level keys that were clearly meant for our section. PaddleX ignores unknown top-level keys.

    Our sections are mappings. A single value of such a name is PaddleX's (``engine: onnxruntime``).
    """
    for key, value in document.items():
        if not isinstance(value, dict):
            continue
        if key in Settings.model_fields:
            raise ConfigurationError(f"{file}: {key}: belongs under '{SECTION}:'.")
        if key != SECTION and nearest(key, (SECTION,)).startswith("did"):
            raise ConfigurationError(f"{file}: unknown key '{key}'; {nearest(key, (SECTION,))}")


def _with_packaged_presets(tree: Mapping[str, object]) -> Mapping[str, object]:
    """Let a file change a value of a packaged preset without writing the whole preset."""
    packaged = {name: preset.model_dump(exclude_unset=True) for name, preset in packaged_presets().items()}
    return merge({"presets": packaged}, tree)


def _without_profile(engine: EngineSettings) -> tuple[EngineSettings, tuple[str, ...]]:
    """Replace the former setting ``engine.profile`` by the two that it stood for."""
    if engine.profile is None:
        return engine, ()
    fastest = {key: "fastest" for key in ("precision", "padding") if getattr(engine, key) == "auto"}
    changes = {"profile": None, **(fastest if engine.profile == "fast" else {})}
    return engine.model_copy(update=changes), (f"{SECTION}.engine.profile is a former setting. {_INSTEAD}",)


def _settings(
    tree: Mapping[str, object], file: Path, outside: Sequence[Override], environ: Mapping[str, str]
) -> Settings:
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        raise ConfigurationError(*describe(error, Settings, lambda path: _origin(path, file, outside))) from None
    settings = located(settings, file)
    if problems := dict(problems_of_folders(settings)):
        lines = (f"{_origin(path, file, outside)}: {problem}" for path, problem in problems.items())
        raise ConfigurationError(*lines)
    auth = with_tokens(settings.auth, environ)
    return settings.model_copy(update={"auth": auth, "contracts": with_keys(settings.contracts, auth.tokens)})


def _origin(path: KeyPath, file: Path, outside: Sequence[Override]) -> str:
    for override in reversed(outside):
        if path[: len(override.path)] == override.path:
            return override.origin
    return f"{file}: {'.'.join((SECTION, *path))}"


def _ignored(pipeline: PipelineFile, serving: ServingFile) -> tuple[str, ...]:
    keys = [*unknown_keys(pipeline), *unknown_keys(serving, "Serving.")]
    return (f"Keys without effect here: {', '.join(keys)}.",) if keys else ()
