"""The lines that an operator needs when a server starts. ``ppocr-server config`` prints every setting."""

import logging
from collections.abc import Sequence

from server.config.contract_settings import ContractSection, FileTaskSettings, JobSettings, PaddleOcrJobSettings
from server.config.load import Configuration
from server.config.serving_settings import FileSystemStorage, ServingSettings
from server.config.settings import Settings
from server.version import installed_version

OPEN = "No access tokens are configured: every program that reaches the port may send documents."
MEBIBYTE = 1024 * 1024


def log_start(logger: logging.Logger, configuration: Configuration) -> None:
    """Log the version, who may come in, the contracts, the limits, and the places of data.

    Every key of the file that has no effect is a warning.
    """
    settings = configuration.settings
    logger.info(
        "ppocr-server %s starts with %s; 'ppocr-server config' prints every setting",
        installed_version(),
        configuration.source,
    )
    for note in configuration.notes:
        logger.warning(note)
    tokens = len(settings.auth.tokens)
    logger.info("Access tokens: %d", tokens) if tokens else logger.info(OPEN)
    logger.info("Contracts: %s", ", ".join(_contracts(settings)))
    logger.info("Limits: %s", ", ".join(_limits(settings)))
    kept = settings.contracts
    tasks, jobs = _kept("file tasks", kept.file_task), _kept("jobs", kept.jobs)
    others = _kept("PaddleOCR jobs", kept.paddleocr_jobs)
    logger.info("Data: %s; %s; %s; %s", tasks, jobs, others, _pictures(configuration.serving))
    aliases = kept.paddleocr_jobs.model_aliases if kept.paddleocr_jobs.enabled else {}
    for name, target in aliases.items():
        logger.info("Jobs that ask for the model %r are answered with %s", name, target)


def _contracts(settings: Settings) -> Sequence[str]:
    return [_contract(name, section, settings) for name, section in settings.contracts]


def _contract(name: str, section: object, settings: Settings) -> str:
    if not isinstance(section, ContractSection):
        return name  # PaddleX's contract: always on, with the server's own tokens
    if not section.enabled:
        return f"{name} (off)"
    return name if section.keys == settings.auth.tokens else f"{name} (own keys: {len(section.keys)})"


def _limits(settings: Settings) -> Sequence[str]:
    limits = settings.limits
    pages = "any number of" if limits.max_pages is None else str(limits.max_pages)
    return (
        f"bodies of {limits.max_body_bytes / MEBIBYTE:.4g} MiB",
        f"documents of {pages} pages",
        f"{limits.max_queued_requests} requests inside",
        f"{limits.max_connections} connections",
        f"{limits.request_timeout_seconds:g} s for a request",
    )


def _kept(what: str, contract: FileTaskSettings | JobSettings | PaddleOcrJobSettings) -> str:
    if not contract.enabled:
        return f"no {what}"
    return f"{what} in memory" if contract.data_directory is None else f"{what} in {contract.data_directory}"


def _pictures(serving: ServingSettings) -> str:
    linked = "behind links" if serving.return_urls else "in answers"
    if serving.file_storage is None:
        return f"pictures {linked}"
    stored = serving.file_storage
    place = str(stored.directory) if isinstance(stored, FileSystemStorage) else "memory"
    return f"pictures {linked}, kept in {place}"
