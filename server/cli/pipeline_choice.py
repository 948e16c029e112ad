"""Chooses the page reader of ``ppocr-server serve``: a pipeline in this process, or replicas in other processes."""

import os
from functools import partial

from models.loader import ARTEFACTS, build_pipeline
from models.modules import modules_opened_at_start
from models.store.weights import ModelStore
from server.cli.start import pull_required
from server.config.files import MANIFEST_FILE, packaged_file
from server.config.load import Configuration
from server.lifecycle import StartUp
from server.page_reader import PageReaderHost
from server.pipelines.local import LocalPipeline
from server.pipelines.replicas.dispatcher import ReplicatedPipeline
from server.pipelines.replicas.messages import StoreSettings
from server.pipelines.replicas.placement import replicas_of


def choose_reader(configuration: Configuration, store: ModelStore) -> tuple[StartUp, PageReaderHost]:
    """Make the page reader that the configuration describes, and the start that will load it. Nothing is loaded yet.

    Raises:
        EngineUnavailable: the configuration wants every GPU, and there is none.
    """
    replicas = replicas_of(configuration, _settings(configuration, store), os.environ)
    models = modules_opened_at_start(configuration.pipeline) * max(1, len(replicas))

    def fetch() -> None:
        start_up.begin("weights")
        pull_required(configuration, store)

    start_up = StartUp(1 + models, fetch, background=True)
    defaults = configuration.pipeline.preset_defaults
    if replicas:
        warm = (store.directory / ARTEFACTS).is_dir()
        return start_up, ReplicatedPipeline(defaults, replicas, start_up.begin, warm=warm)
    build = partial(build_pipeline, configuration.pipeline, store, start_up.begin)
    return start_up, LocalPipeline(defaults, build, start_up.begin)


def _settings(configuration: Configuration, store: ModelStore) -> StoreSettings:
    models = configuration.settings.models
    manifest = models.manifest or packaged_file(MANIFEST_FILE)
    return StoreSettings(store.directory, tuple(path.absolute() for path in models.local_directories), manifest)
