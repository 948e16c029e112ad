"""The table of engines: every engine can be named, opened, installed and given its models."""

import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import pytest

from models.descriptions.model_directory import ModelFormat
from models.engines.registry import DEVICE_ENGINE, ENGINES, format_of, import_engine
from models.errors import EngineUnavailable

PROJECT = Path(__file__).parents[4] / "pyproject.toml"


def test_the_engine_of_the_device_is_in_the_table() -> None:
    assert DEVICE_ENGINE in ENGINES


@pytest.mark.parametrize("name", ENGINES)
def test_an_engines_module_can_open_models(name: str) -> None:
    assert find_spec(ENGINES[name].module) is not None
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    assert hasattr(import_engine(name), "DeviceModels" if name == DEVICE_ENGINE else "open_model")


@pytest.mark.parametrize("name", ENGINES)
def test_an_engines_library_is_installed_by_default_or_by_its_extra(name: str) -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extra = ENGINES[name].extra
    brought_by = project["dependencies"] if extra is None else project["optional-dependencies"][extra]
    assert any(requirement.startswith(name) for requirement in brought_by)


@pytest.mark.parametrize("name", [name for name, engine in ENGINES.items() if engine.extra])
def test_a_missing_library_is_said_with_what_installs_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delitem(sys.modules, ENGINES[name].module, raising=False)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(EngineUnavailable, match=rf"--editable '\.\[{ENGINES[name].extra}\]' in the folder"):
        import_engine(name)


def test_an_unknown_engine_is_told_the_known_ones() -> None:
    with pytest.raises(EngineUnavailable, match="known are onnxruntime, openvino, paddle, torch"):
        import_engine("onix")


def test_engines_read_a_format_and_auto_reads_any() -> None:
    assert {format_of(name) for name in ENGINES} == set(get_args(ModelFormat))
    assert format_of("paddle") == "paddle"
    assert format_of("auto") is None
