"""Reads PaddleX's ``Serving`` section. PaddleX needs a cloud bucket for links; this server serves pictures itself."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from server.config.base import ConfigurationError
from server.config.paddlex_schema import FileStoragePart, ServingExtra, ServingFile
from server.config.places import problem_of_folder
from server.config.serving_settings import FileStorage, FileSystemStorage, MemoryStorage, ServingSettings
from server.config.settings import StorageSettings
from server.config.wrong_values import describe

_STORAGE = "Serving.extra.file_storage"


def parse_serving(section: Mapping[str, object], file: Path) -> ServingFile:
    """Read the section with PaddleX's types.

    Raises:
        ConfigurationError: a value has the wrong type or range.
    """
    try:
        return ServingFile.model_validate(section)
    except ValidationError as error:
        raise ConfigurationError(
            *describe(error, ServingFile, lambda path: f"{file}: {'.'.join(('Serving', *path))}")
        ) from None


def serving_settings(parsed: ServingFile, storage: StorageSettings, file: Path) -> ServingSettings:
    """Give the effective values.

    Raises:
        ConfigurationError: the storage type is missing, unknown, or one that this server does not offer.
    """
    extra = parsed.extra or ServingExtra()
    return_urls = bool(extra.return_img_urls) if parsed.return_urls is None else parsed.return_urls
    kept = _storage(extra.file_storage, file) if extra.file_storage else None
    return ServingSettings(
        visualize=parsed.visualize,
        return_urls=return_urls,
        max_num_input_imgs=extra.max_num_input_imgs,
        file_storage=MemoryStorage() if return_urls and kept is None else kept,
        url_expires_in=storage.url_expires_in if extra.url_expires_in is None else extra.url_expires_in,
        max_output_img_size=extra.max_output_img_size,
    )


def serving_notes(parsed: ServingFile) -> tuple[str, ...]:
    """Messages for the operator about deprecated keys of the section."""
    if parsed.extra is None or parsed.extra.return_img_urls is None:
        return ()
    return ("Serving.extra.return_img_urls is deprecated; write Serving.return_urls instead.",)


def _storage(part: FileStoragePart, file: Path) -> FileStorage:
    if part.type == "memory":
        return MemoryStorage()
    if part.type == "file_system":
        if part.directory is None:
            raise ConfigurationError(f"{file}: {_STORAGE}.directory: is missing; type file_system needs it.")
        problem = problem_of_folder(part.directory, written=True)
        if problem:
            raise ConfigurationError(f"{file}: {_STORAGE}.directory: '{part.directory}' {problem}; name a folder.")
        return FileSystemStorage(part.directory)
    offered = "Use 'memory' or 'file_system'; with Serving.return_urls: true this server hands out signed links itself."
    if part.type == "bos":
        raise ConfigurationError(
            f"{file}: {_STORAGE}.type: 'bos' is a cloud bucket, and this server sends nothing out. {offered}"
        )
    raise ConfigurationError(f"{file}: {_STORAGE}.type: unknown type '{part.type}'. {offered}")
