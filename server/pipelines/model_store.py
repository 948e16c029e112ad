"""Opens the model store that a configuration describes, and finds the font for pages in it."""

import logging
from pathlib import Path

from models.errors import WeightsMismatch
from models.store.weights import ModelStore
from server.config.files import MANIFEST_FILE, packaged_file
from server.config.load import Configuration

logger = logging.getLogger(__name__)


def find_font(configuration: Configuration) -> Path | None:
    """The font for East Asian text of PDF pages; None if there is none, or a damaged one, of which the log tells."""
    try:
        return open_store(configuration).fonts.find()
    except WeightsMismatch as error:
        logger.warning("%s", error)
        return None


def open_store(configuration: Configuration) -> ModelStore:
    """Open the store. Nothing is read or fetched yet."""
    models = configuration.settings.models
    manifest = models.manifest or packaged_file(MANIFEST_FILE)
    return ModelStore(models.directory, models.local_directories, models.offline, manifest_path=manifest)
