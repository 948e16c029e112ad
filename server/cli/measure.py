"""``ppocr-server measure``: measures the engines again between which ``engine.name: auto`` chooses."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from models.errors import InvalidModelDirectory, ModelNotInstalled, WeightsMismatch
from models.loader import engine_choice
from models.store.weights import ModelStore
from server.cli.screen import show
from server.cli.start import load
from server.config.load import Configuration
from server.pipelines.model_store import open_store
from server.pipelines.replicas.placement import pipeline_configs


def measure_engines(config: Path | None, settings: Sequence[str]) -> None:
    """Measure for every preset, print the figures, and keep the choices for the next start.

    Raises:
        ConfigurationError: the configuration is wrong.
        EngineUnavailable, EngineFailure: an engine cannot be measured.
    """
    configuration = load(config, settings)
    name = configuration.settings.engine.name
    if name != "auto":
        show(f"The configuration names the engine {name}: there is nothing to choose. See engine.name.")
        return
    lines = list(engine_choices(configuration, open_store(configuration), measure=True))
    for line in lines or ("Only one engine can run the models on this device: there is nothing to choose.",):
        show(line)


def engine_choices(configuration: Configuration, store: ModelStore, *, measure: bool) -> Iterator[str]:
    """A line for every preset with several engines: how its engine was chosen, or is chosen now.

    Raises:
        EngineUnavailable, EngineFailure: an engine cannot be measured.
    """
    configs = pipeline_configs(configuration)
    for config in (each for number, each in enumerate(configs) if each not in configs[:number]):
        for preset in config.by_preset():
            try:
                choice = engine_choice(config, preset, store, measure=measure)
            except (ModelNotInstalled, WeightsMismatch, InvalidModelDirectory) as error:
                yield f"{preset}: not measured. {error}"
            else:
                if choice is not None:
                    yield f"{preset}: {choice}"
