"""Names what really reads a document, whatever model or pipeline the request is made for."""

from collections.abc import Mapping

from models.engines.registry import format_of
from models.languages.groups import GROUPS
from models.options import OcrOverrides
from server.config.load import Configuration
from server.contracts.front_desk import FrontDesk
from server.pipelines.model_store import open_store


class Readers:
    """Describes what reads.

    Args:
        configuration: the effective configuration.
        desk: knows the presets.
    """

    def __init__(self, configuration: Configuration, desk: FrontDesk) -> None:
        self._presets = configuration.pipeline.by_preset()
        self._layout = configuration.pipeline.layout_detection
        self._desk = desk
        self._store = open_store(configuration)
        self._readers: dict[str, str] = {}

    def of(self, overrides: OcrOverrides) -> Mapping[str, str]:
        """The reader of a request: the pipeline, the preset, and the names of the models.

        Args:
            overrides: the options of the request. They name its preset.
        """
        preset = overrides.preset or ""
        own = self._presets.get(preset)
        if own is None:  # A job was kept by a server that had this preset.
            return {"preset": preset}
        found = {
            "pipeline": "geometry" if overrides.structure else "ocr",
            "preset": preset,
            "text_detection": own.text_detection.model_name,
            "text_recognition": self._recogniser(own.text_recognition.model_name, own.engine, overrides.language),
        }
        if self._layout is not None and self._desk.options(overrides).use_layout_detection:
            found |= {"pipeline": "layout_model", "layout_detection": self._layout.model_name}
        return found

    def _recogniser(self, configured: str, engine: str, language: str | None) -> str:
        """The recogniser of a language: the preset's own if it reads that, or else the first one that is installed."""
        if language is None or configured in GROUPS[language].models:
            return configured
        if language not in self._readers:
            installed = (name for name in GROUPS[language].models if self._store.weights_file(name, format_of(engine)))
            self._readers[language] = next(installed, GROUPS[language].models[0])
        return self._readers[language]
