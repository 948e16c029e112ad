"""Opens the model store that a configuration describes."""

from models.store.weights import ModelStore
from server.config.files import MANIFEST_FILE, packaged_file
from server.config.load import Configuration


def open_store(configuration: Configuration) -> ModelStore:
    """Open the store. Nothing is read or fetched yet."""
    models = configuration.settings.models
    manifest = models.manifest or packaged_file(MANIFEST_FILE)
    return ModelStore(models.directory, models.local_directories, models.offline, manifest_path=manifest)
