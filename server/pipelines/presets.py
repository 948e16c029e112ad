"""Describes the presets: their models with SHA-256 sums, how they read, and which contracts read with them."""

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from models.config import ModuleConfig
from models.descriptions.model_directory import find_formats
from models.engines.registry import format_of
from models.store.installation import PARAMETER_FILES, sha256_of
from models.store.weights import ModelStore
from server.config.load import Configuration
from server.config.paddlex_pipeline import detection_options

CONTRACT_NAMES = {"paddlex": "ocr"}
"""Names of contracts in the description, where they differ from the configuration's: `POST /ocr` is our own."""


@dataclass(frozen=True, slots=True)
class PresetModel:
    """A model of a preset.

    Attributes:
        task: its module.
        name: its official name.
        sha256: of its weights; the published one if it is not installed, None if that is not known.
        installed: whether it is on this machine.
    """

    task: str
    name: str
    sha256: str | None
    installed: bool


@dataclass(frozen=True, slots=True)
class PresetDescription:
    """A preset, as `GET /presets` shows it. Precision and padding are the configured words."""

    name: str
    models: tuple[PresetModel, ...]
    precision: str
    padding: str
    detection: dict[str, object]
    aids: tuple[str, ...]
    default_of: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The object of the contract."""
        return asdict(self)


def describe_presets(configuration: Configuration, store: ModelStore) -> tuple[PresetDescription, ...]:
    """Describe every preset. It hashes installed weights, once: call it in a thread."""
    return tuple(describe_preset(name, configuration, store) for name in configuration.pipeline.by_preset())


def describe_preset(name: str, configuration: Configuration, store: ModelStore) -> PresetDescription:
    """Describe one preset. It hashes installed weights, once: call it in a thread."""
    own = configuration.pipeline.by_preset()[name]
    enabled = (contract for contract, section in configuration.settings.contracts if section.enabled)
    readers = [contract for contract in enabled if configuration.preset_of(contract) == name]
    return PresetDescription(
        name=name,
        models=(
            describe_model("text_detection", own.text_detection, own.engine, store),
            describe_model("text_recognition", own.text_recognition, own.engine, store),
        ),
        precision=own.precision,
        padding=own.padding,
        detection=detection_options(own.defaults),
        aids=tuple(name for name, on in asdict(own.reading_aids).items() if on),
        default_of=tuple(CONTRACT_NAMES.get(reader, reader) for reader in readers),
    )


def describe_model(task: str, module: ModuleConfig, engine: str, store: ModelStore) -> PresetModel:
    """Describe one model. It hashes installed weights, once: call it in a thread."""
    wanted = format_of(engine)
    if module.model_dir is None:
        file = store.weights_file(module.model_name, wanted)
    else:
        formats = [found for found in find_formats(module.model_dir) if wanted in (None, found)]
        file = module.model_dir / PARAMETER_FILES[formats[0]] if formats else None
    if file is None:
        published = store.published_sha256(module.model_name, wanted or "onnx")
        return PresetModel(task, module.model_name, published, installed=False)
    facts = file.stat()
    return PresetModel(task, module.model_name, _sha256(file, facts.st_size, facts.st_mtime_ns), installed=True)


@lru_cache(maxsize=256)
def _sha256(file: Path, _size: int, _changed: int) -> str:
    """The sum of a file. It is computed again when the file has changed."""
    return sha256_of(file)
