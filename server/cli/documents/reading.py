"""One reading of documents: the options that the commands share, checked, and the reader that they lead to."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.errors import InvalidOption
from models.machine import usable_cores
from models.options import OcrOverrides
from server.cli.documents.forms import Forms
from server.cli.documents.local_reader import opened_reader
from server.cli.documents.reader import Reader
from server.cli.documents.remote_reader import Address, RemoteReader, check_server, fields_of, opened_connection
from server.cli.failures import Misconfigured
from server.cli.start import load
from server.config.load import Configuration

FEWEST_AT_ONCE, MOST_AT_ONCE = 4, 32
"""Documents that are read at once. Their pages share the batches of the models."""

GivenOptions = Mapping[str, Any]
"""Options as click gives them, by the names of `OcrOverrides`. click has checked their types."""


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """The options of a command line.

    Attributes:
        config: the configuration file, if one was given.
        settings: from the command line.
        form: the names of the wanted forms, with commas between them.
        max_pages: of each document; None for all.
        password: opens encrypted documents.
        url: of a server that reads; None for models in this process.
        token: for the server.
        given: options of the pipeline.
    """

    config: Path | None
    settings: Sequence[str]
    form: str
    max_pages: int | None
    password: str | None
    url: str | None
    token: str | None
    given: GivenOptions


class DocumentReading:
    """The checked options.

    Args:
        options: of a command line.

    Raises:
        ConfigurationError: the configuration is wrong.
        Misconfigured: an option is wrong.

    Attributes:
        forms: of the results.
        max_bytes: of a document.
        at_once: documents that are read at once.
        description: how documents are read, the same for the same options.
    """

    def __init__(self, options: ReadingOptions) -> None:
        self.forms = Forms.parse(options.form)
        self.at_once = min(MOST_AT_ONCE, max(FEWEST_AT_ONCE, 2 * usable_cores()))
        self._options = options
        configuration = load(options.config, options.settings)
        self.max_bytes = configuration.settings.limits.max_body_bytes
        if options.url is None:
            if options.token is not None:
                raise Misconfigured("--token: it is for a server. Give its address with --url.")
            self._overrides, self._configuration, how = _local(options, configuration)
        else:
            self._address, self._fields, how = _remote(options, self.forms)
        self.description = f"{sorted(self.forms.names)} {options.max_pages} {how}"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Reader]:
        """Open the reader: load the models, or reach the server.

        Raises:
            OcrError, Failure, Misconfigured: nothing can be read.
        """
        options = self._options
        if options.url is None:
            local = self._configuration, self.forms, self._overrides, options.max_pages, options.password
            async with opened_reader(*local) as reader:
                yield reader
        else:
            async with opened_connection(self._address, self.at_once) as connection:
                await check_server(connection, options.given.get("preset"))
                yield RemoteReader(connection, self.forms, self._fields)


def _local(options: ReadingOptions, configuration: Configuration) -> tuple[OcrOverrides, Configuration, str]:
    preset = options.given.get("preset") or configuration.preset_of("file_task")
    overrides = OcrOverrides(**{**options.given, "preset": preset})
    try:
        resolved = configuration.pipeline.preset_defaults.resolve(overrides)
    except InvalidOption as error:
        raise Misconfigured(str(error)) from error
    return overrides, replace(configuration, pipeline=configuration.pipeline.only(resolved.preset)), str(resolved)


def _remote(options: ReadingOptions, forms: Forms) -> tuple[Address, Mapping[str, str], str]:
    address = Address.parse(options.url or "", options.token)
    fields = fields_of(forms, options.given, options.max_pages, options.password)
    how = {name: value for name, value in fields.items() if name != "password"}
    return address, fields, f"{sorted(how.items())}"
