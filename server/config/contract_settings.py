"""Settings of the contracts, one section each. `configs/default.yaml` is the manual."""

from typing import Annotated, Literal, get_args

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from server.config.base import CallerLimitSettings, Section
from server.config.values import (
    Allowed,
    Bytes,
    Count,
    FilePath,
    Lifetime,
    Processes,
    Real,
    Seconds,
    Side,
    Whole,
    WrittenFolderPath,
)

MEBIBYTE = 1024 * 1024


class ContractSection(CallerLimitSettings):
    """Settings that every contract has.

    ``keys`` holds secrets by public name: Baidu's API key and secret key, China Mobile's X-APP-ID and Authorization. In
    other contracts the name only tells keys apart. Without keys of its own, a contract takes the server's access
    tokens. Without those it is open, which only a loopback address (or --insecure) allows.
    """

    enabled: bool = True
    preset: str | None = None
    keys: dict[str, SecretStr] = Field(default_factory=dict)
    keys_file: FilePath | None = None


ApiName = Literal["general_basic", "accurate_basic", "general", "accurate", "webimage", "webimage_loc"]


class BaiduSettings(ContractSection):
    """Baidu AI general OCR."""

    apis: tuple[ApiName, ...] = get_args(ApiName)
    token_expires_in: Lifetime = 2_592_000
    general_max_base64_bytes: Bytes = 4 * MEBIBYTE
    accurate_max_base64_bytes: Bytes = 10 * MEBIBYTE
    general_max_side: Side = 4096
    accurate_max_side: Side = 8192


class ComplexDocumentSettings(ContractSection):
    """China Mobile complex document OCR."""

    max_base64_bytes: Bytes = 10 * MEBIBYTE
    max_pages: Count = 24
    unauthorized_code: str = "10401"
    flag_as_string: bool = False


class FileTaskSettings(ContractSection):
    """File-to-file OCR tasks. Without a data directory, everything is in memory and nothing is written to disk."""

    data_directory: WrittenFolderPath | None = None
    wait_seconds: Annotated[Real, Field(ge=0, le=86_400)] = 60.0
    retention_seconds: Lifetime = 3600
    max_upload_bytes: Bytes = 50 * MEBIBYTE
    max_pages: Count = 100
    max_queued_tasks: Count = 64
    max_running_tasks: Processes = 4
    max_stored_bytes: Annotated[Bytes, Field(validate_default=True)] = 1024 * MEBIBYTE
    task_timeout_seconds: Seconds = 600.0

    @field_validator("max_stored_bytes")
    @classmethod
    def _holds_an_upload(cls, stored: int, others: ValidationInfo) -> int:
        if stored < others.data.get("max_upload_bytes", 0):
            raise ValueError(
                "it is less than contracts.file_task.max_upload_bytes, and the largest upload could not be queued"
            )
        return stored


class JobSettings(ContractSection):
    """Jobs. Without a data directory, everything is in memory and nothing is written to disk."""

    data_directory: WrittenFolderPath | None = None
    retention_seconds: Lifetime = 86_400
    max_upload_bytes: Bytes = 200 * MEBIBYTE
    max_queued_jobs: Count = 1000
    max_running_jobs: Processes = 4
    max_stored_bytes: Annotated[Bytes, Field(validate_default=True)] = 2048 * MEBIBYTE
    job_timeout_seconds: Seconds = 14_400.0

    @field_validator("max_stored_bytes")
    @classmethod
    def _holds_an_upload(cls, stored: int, others: ValidationInfo) -> int:
        if stored < others.data.get("max_upload_bytes", 0):
            raise ValueError(
                "it is less than contracts.jobs.max_upload_bytes, and the largest upload could not be queued"
            )
        return stored


ServedModelName = Literal["PP-OCRv5", "PP-OCRv6", "PP-OCRv5-latin", "PP-StructureV3"]
SERVED_MODELS: tuple[ServedModelName, ...] = get_args(ServedModelName)
"""The models of PaddleOCR's job API that this server answers for."""


class PaddleOcrJobSettings(ContractSection):
    """PaddleOCR's job API. Without a data directory, everything is in memory and nothing is written to disk."""

    data_directory: WrittenFolderPath | None = None
    retention_seconds: Lifetime = 86_400
    max_upload_bytes: Bytes = 50 * MEBIBYTE
    max_pages: Count = 1000
    max_queued_jobs: Count = 1000
    max_running_jobs: Processes = 4
    max_stored_bytes: Annotated[Bytes, Field(validate_default=True)] = 2048 * MEBIBYTE
    job_timeout_seconds: Seconds = 14_400.0
    default_model: ServedModelName = "PP-StructureV3"
    strict_models: bool = False
    model_aliases: dict[str, ServedModelName] = Field(default_factory=dict)

    @field_validator("max_stored_bytes")
    @classmethod
    def _holds_an_upload(cls, stored: int, others: ValidationInfo) -> int:
        if stored < others.data.get("max_upload_bytes", 0):
            raise ValueError(
                "it is less than contracts.paddleocr_jobs.max_upload_bytes, and the largest upload could not be queued"
            )
        return stored

    @field_validator("model_aliases")
    @classmethod
    def _other_names(cls, aliases: dict[str, ServedModelName]) -> dict[str, ServedModelName]:
        if any(name in SERVED_MODELS or not name.strip() for name in aliases):
            raise ValueError("an alias must be another name than those of the models that are served")
        return aliases


class LayoutParsingSettings(ContractSection):
    """PaddleX's serving of its document pipelines, `POST /layout-parsing`."""

    result_shape: Literal["structure", "vl"] = "structure"
    unavailable_modules: Literal["warn", "refuse"] = "warn"
    sniff_file_type: bool = False


class MistralSettings(ContractSection):
    """Mistral's contract for OCR. Uploaded files are in memory, and nothing is written to disk."""

    prefix: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._-]{1,60}){0,8}$"), Allowed("empty, or a path such as /a")] = (
        ""
    )
    models: tuple[str, ...] = ("mistral-ocr-latest", "mistral-ocr-*")
    max_upload_bytes: Bytes = 50 * MEBIBYTE
    max_pages: Count = 1000
    retention_seconds: Lifetime = 86_400
    max_link_hours: Annotated[Whole, Field(ge=1, le=168)] = 168
    max_files_per_key: Count = 1000
    max_bytes_per_key: Annotated[Bytes, Field(validate_default=True)] = 512 * MEBIBYTE
    max_stored_bytes: Annotated[Bytes, Field(validate_default=True)] = 1024 * MEBIBYTE

    @field_validator("max_bytes_per_key", "max_stored_bytes")
    @classmethod
    def _holds_an_upload(cls, stored: int, others: ValidationInfo) -> int:
        if stored < others.data.get("max_upload_bytes", 0):
            raise ValueError("it is less than contracts.mistral.max_upload_bytes, and the largest upload would not fit")
        return stored


TextProfile = Literal["lines", "code"]
"""This says how a picture's lines become one text: ``lines`` joins them by spaces, ``code`` drops all spaces."""


def _modules() -> dict[str, TextProfile]:
    return {"common": "lines", "queueit": "code"}


class CapSolverSettings(ContractSection):
    """CapSolver's ImageToTextTask. Both profiles read with the general model."""

    modules: dict[str, TextProfile] = Field(default_factory=_modules)
    balance: Annotated[Real, Field(gt=0, le=10**15)] = 1_000_000
    max_base64_bytes: Bytes = 10_000_000
    max_side: Side = 8192
    result_seconds: Lifetime = 300
    max_queries: Count = 120
    max_stored_bytes: Bytes = 16 * MEBIBYTE
    timeout_seconds: Seconds = 120.0


class PaddleXSettings(Section):
    """PaddleX's contract, `POST /ocr`. It is always on, and its keys are the server's access tokens."""

    preset: str | None = None

    @property
    def enabled(self) -> bool:
        """Always: it is the product's own contract."""
        return True


class ContractSettings(Section):
    """All contracts."""

    paddlex: PaddleXSettings = PaddleXSettings()
    baidu: BaiduSettings = BaiduSettings()
    complexdocr: ComplexDocumentSettings = ComplexDocumentSettings()
    file_task: FileTaskSettings = FileTaskSettings()
    jobs: JobSettings = JobSettings()
    paddleocr_jobs: PaddleOcrJobSettings = PaddleOcrJobSettings()
    layout_parsing: LayoutParsingSettings = LayoutParsingSettings()
    mistral: MistralSettings = MistralSettings()
    capsolver: CapSolverSettings = CapSolverSettings()
