"""The table of the engines: their names, their modules, the extras that install them and the formats they read.

No inference library is imported here; an engine's module is imported when the engine is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from models.descriptions.model_directory import ModelFormat
from models.errors import EngineUnavailable


@dataclass(frozen=True, slots=True)
class RegisteredEngine:
    """One engine.

    Attributes:
        module: our module, with its function ``open_model``; the one of `DEVICE_ENGINE` has a class ``DeviceModels``.
        model_format: the format that it reads.
        extra: the extra of this distribution that brings its library; None where that is always installed.
        known_to_paddlex: whether PaddleX's top-level key ``engine`` may have its name.
    """

    module: str
    model_format: ModelFormat
    extra: str | None = None
    known_to_paddlex: bool = False


DEVICE_ENGINE = "torch"
"""The engine whose pages stay on the device from upload to text."""

ENGINES: Mapping[str, RegisteredEngine] = {
    "onnxruntime": RegisteredEngine("models.engines.onnx", "onnx", known_to_paddlex=True),
    "openvino": RegisteredEngine("models.engines.openvino", "onnx", known_to_paddlex=True),
    "paddle": RegisteredEngine("models.engines.paddle", "paddle", extra="paddle", known_to_paddlex=True),
    "torch": RegisteredEngine("models.stages.device.opening", "onnx", extra="torch"),
}


def format_of(engine: str) -> ModelFormat | None:
    """The format that an engine reads; None for ``auto``, which takes what is installed, and for engines of tests."""
    return ENGINES[engine].model_format if engine in ENGINES else None


def import_engine(name: str) -> ModuleType:
    """Import the module of an engine, and its library with it.

    Raises:
        EngineUnavailable: the name is unknown, or the library is not installed; the message says how to install it.
    """
    if name not in ENGINES:
        raise EngineUnavailable(f"Unknown engine '{name}'; known are {', '.join(ENGINES)}.")
    engine = ENGINES[name]
    try:
        return import_module(engine.module)
    except ImportError as error:
        install = f" {how_to_install(engine.extra)}" if engine.extra else ""
        raise EngineUnavailable(f"Engine '{name}' needs a package that is not installed: {error}.{install}") from error


def how_to_install(extra: str) -> str:
    """The sentence that says how to install an extra. This distribution is on no package index.

    So its bare name must not be given to pip: a stranger could register it.
    """
    return (
        f"Install its extra '{extra}': pip install --editable '.[{extra}]' in the folder of the source code, or "
        f"pip install './FILE.whl[{extra}]' with the wheel."
    )
