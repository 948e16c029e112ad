"""The schema of our own settings, with types and defaults. `configs/default.yaml` is the manual.

PaddleX's own keys (``SubModules``, ``SubPipelines``, ``Serving`` and others) are in `server/config/paddlex_schema.py`.
An unknown key in our section is an error, so that a typing mistake is always found.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from models.config import NamedPrecision, OptionalModules, PaddingChoice, PrecisionChoice
from models.engines.registry import ENGINES
from server.config.base import CallerLimitSettings, Section
from server.config.contract_settings import ContractSettings
from server.config.preset_settings import PresetName, PresetSettings, packaged_presets
from server.config.values import (
    Allowed,
    BindAddress,
    Bytes,
    Count,
    Device,
    FetchedHost,
    FilePath,
    FolderPath,
    HostPattern,
    Lifetime,
    Network,
    Origin,
    Pixels,
    PixelsAPoint,
    Port,
    Processes,
    Real,
    Seconds,
    WebAddress,
    Whole,
)

MAX_IMAGE_PIXELS = 178_956_970
"""PaddleX's and Pillow's decompression-bomb limit: a quarter of a GiB of 24-bit pixels, times two."""

MIN_OFFICE_MEGABYTES = 1024
"""LibreOffice maps most of this before it has opened anything."""

MIN_DECODE_MEGABYTES = 512
"""With less, a decode process has no room for its own libraries, and would refuse every file as damaged."""

MAX_MEGABYTES = 1024 * 1024


class ServerSettings(Section):
    """The HTTP server: addresses, TLS, shutdown and logs."""

    host: BindAddress = "127.0.0.1"
    port: Port = 8080
    tls_certificate: FilePath | None = None
    tls_key: FilePath | None = None
    public_url: WebAddress | None = None
    allowed_hosts: tuple[HostPattern, ...] | None = None
    cors_origins: tuple[Origin, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    shutdown_grace_seconds: Seconds = 30.0
    page: Literal["auto", "on", "off"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"


class LimitSettings(Section):
    """Limits of one request, and of all requests together."""

    max_body_bytes: Bytes = 256 * 1024 * 1024
    max_connections: Count = 4096
    max_queued_requests: Count = 256
    max_queued_bytes: Bytes = 1024 * 1024 * 1024
    max_image_pixels: Annotated[Whole, Field(ge=1, le=MAX_IMAGE_PIXELS)] = MAX_IMAGE_PIXELS
    max_detection_pixels: Pixels = 64_000_000
    max_pages: Count | None = 1000
    request_timeout_seconds: Seconds = 300.0
    body_timeout_seconds: Seconds = 60.0


class OfficeSettings(Section):
    """LibreOffice, which converts Office documents to PDF."""

    enabled: bool = True
    isolation: Literal["auto", "required"] = "auto"
    processes: Processes = 2
    timeout_seconds: Seconds = 60.0
    memory_megabytes: Annotated[Whole, Field(ge=MIN_OFFICE_MEGABYTES, le=MAX_MEGABYTES)] = 3072
    max_result_megabytes: Annotated[Whole, Field(ge=1, le=MAX_MEGABYTES)] = 256


class DecodeSettings(Section):
    """The child processes that parse PDF, TIFF, GIF and still images."""

    workers: Annotated[Whole, Field(ge=0, le=256)] = 0
    isolation: Literal["auto", "required"] = "auto"
    isolate: Literal["all", "risky"] = "all"
    page_timeout_seconds: Seconds = 30.0
    memory_megabytes: Annotated[Whole, Field(ge=MIN_DECODE_MEGABYTES, le=MAX_MEGABYTES)] = 2048
    files_per_worker: Count = 200
    pdf_scale: PixelsAPoint = 2.0
    pdf_min_scale: PixelsAPoint = 0.1
    office: OfficeSettings = OfficeSettings()


PrecisionStage = Literal["text_detection", "text_recognition", "textline_orientation", "doc_orientation"]
"""Stages whose precision can be set; unwarping is always f32 on a GPU."""


_ENGINE_NAMES = ("auto", *ENGINES)


def _is_engine(name: str) -> str:
    if name not in _ENGINE_NAMES:
        raise ValueError("it is none of these")
    return name


EngineName = Annotated[str, AfterValidator(_is_engine), Allowed(f"one of {', '.join(_ENGINE_NAMES)}")]


class EngineSettings(Section):
    """The engine that runs the models, its devices, its precision, and the padding of lines."""

    name: EngineName = "auto"
    device: Device = "cpu"
    devices: Literal["auto"] | tuple[Device, ...] = ()
    hang_seconds: Seconds = 120.0
    gpu_memory_share: Annotated[Real, Field(ge=0.01, le=1)] = 1.0
    threads: Annotated[Whole, Field(ge=0, le=1024)] = 0
    profile: Annotated[Literal["exact", "fast"] | None, Field(exclude=True)] = None  # the former name of two settings
    precision: PrecisionChoice = "auto"
    stage_precisions: dict[PrecisionStage, NamedPrecision] = Field(default_factory=dict)
    padding: PaddingChoice = "auto"
    tensorrt: bool = False
    torch_compile: bool = False

    @property
    def first_device(self) -> str:
        """The device of a pipeline in this process."""
        if self.devices == "auto":
            return "gpu:0"
        return self.devices[0] if self.devices else self.device

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.devices and self.device != "cpu":
            raise ValueError("set either device or devices, not both")
        return self


class ModelSettings(Section):
    """The store of models, and the time when optional ones are opened."""

    directory: FolderPath | None = None
    local_directories: tuple[FolderPath, ...] = ()
    manifest: FilePath | None = None
    offline: bool = False
    optional_modules: OptionalModules = "as_configured"
    presets: Literal["defaults", "start", "first_use"] = "defaults"


class AuthSettings(CallerLimitSettings):
    """Access tokens and the limits of each. Without tokens there is no authentication; only loopback allows that."""

    tokens: dict[str, SecretStr] = Field(default_factory=dict)
    tokens_file: FilePath | None = None


class UrlInputSettings(Section):
    """The hosts that the server may fetch documents from. By default there are none."""

    allowed_hosts: tuple[FetchedHost, ...] = ()
    allow_private_addresses: bool = False
    timeout_seconds: Seconds = 20.0
    max_bytes: Bytes = 64 * 1024 * 1024
    max_redirects: Annotated[Whole, Field(ge=0, le=100)] = 3


class StorageSettings(Section):
    """Pictures served by URL. These settings add to PaddleX's ``Serving.extra``.

    ``url_expires_in`` holds if ``Serving.extra.url_expires_in`` is missing. Only the latter can be -1 (never).
    """

    max_bytes: Bytes = 256 * 1024 * 1024
    url_expires_in: Lifetime = 3600
    signing_key: Annotated[SecretStr, Field(min_length=16)] | None = None


class ResultFileSettings(Section):
    """Files that the server makes of documents, in every contract."""

    keep_active_content: bool = False


class Settings(Section):
    """The section ``ppocr_server`` of a configuration file."""

    server: ServerSettings = ServerSettings()
    limits: LimitSettings = LimitSettings()
    decode: DecodeSettings = DecodeSettings()
    engine: EngineSettings = EngineSettings()
    models: ModelSettings = ModelSettings()
    presets: dict[PresetName, PresetSettings] = Field(default_factory=packaged_presets)
    auth: AuthSettings = AuthSettings()
    url_input: UrlInputSettings = UrlInputSettings()
    storage: StorageSettings = StorageSettings()
    result_files: ResultFileSettings = ResultFileSettings()
    contracts: ContractSettings = ContractSettings()

    @model_validator(mode="after")
    def _page_has_jobs(self) -> Self:
        if self.server.page == "on" and not self.contracts.jobs.enabled:
            raise ValueError("server.page: 'on' needs contracts.jobs.enabled: true, because the page reads by jobs")
        return self
