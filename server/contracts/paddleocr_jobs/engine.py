"""The field ``engine`` of a job: what really reads its document, whatever model the request names."""

from collections.abc import Mapping

from models.engines.registry import format_of
from models.languages.groups import GROUPS
from server.config.load import Configuration
from server.contracts.front_desk import FrontDesk
from server.contracts.paddleocr_jobs.request import JobSpec
from server.contracts.paddleocr_jobs.work import overrides
from server.pipelines.model_store import open_store


class Engines:
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

    def of(self, spec: JobSpec) -> Mapping[str, str]:
        """The reader of a job: the pipeline, the preset, and the names of the models."""
        own = self._presets.get(spec.preset)
        if own is None:  # It was kept by a server that had this preset.
            return {"preset": spec.preset}
        found = {
            "pipeline": "ocr" if spec.shape == "ocr" else "geometry",
            "preset": spec.preset,
            "text_detection": own.text_detection.model_name,
            "text_recognition": self._recogniser(own.text_recognition.model_name, own.engine, spec.language),
        }
        if self._layout is not None and self._desk.options(overrides(spec)).use_layout_detection:
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
