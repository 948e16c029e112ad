"""The command ``measure``: it measures the engines again, prints the figures and keeps the choices."""

import json
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from models.engines.choice import MEMORY_FILE
from models.store.weights import default_directory
from server.cli.measure import engine_choices
from server.cli.start import load, pull_required
from server.pipelines.model_store import open_store
from tests.unit.server.cli.commands import run

needs_two_engines = pytest.mark.skipif(find_spec("openvino") is None, reason="openvino is not installed: no choice")
FIGURES = r"openvino \d+\.\d ms a line, onnxruntime \d+\.\d ms a line; measured at \d{4}-"


@pytest.fixture
def own_store(tmp_path: Path) -> tuple[str, ...]:
    """Settings of a store that reads the installed weights and keeps its own choices."""
    configuration = load(None, ())
    pull_required(configuration, open_store(configuration))
    settings = (f"models.directory={tmp_path}", f"models.local_directories=[{default_directory()}]")
    return tuple(part for setting in settings for part in ("--set", setting))


@needs_two_engines
def test_every_preset_is_measured_and_its_choice_is_kept(own_store: tuple[str, ...], tmp_path: Path) -> None:
    before = run("check", *own_store)
    assert before.exit_code == 0, before.output
    assert re.search(f"engine of paddlex: (openvino|onnxruntime), .*: {FIGURES}", before.output)
    file = tmp_path / MEMORY_FILE
    kept = json.loads(file.read_text())
    file.write_text(json.dumps({key: {**choice, "measured": "long ago"} for key, choice in kept.items()}))
    result = run("measure", *own_store)
    assert result.exit_code == 0, result.output
    for preset in ("paddlex", "best", "tiny"):
        assert re.search(f"^{preset}: (.*: {FIGURES}|not measured. The model )", result.output, re.MULTILINE)
    assert kept.keys() <= json.loads(file.read_text()).keys()
    assert "long ago" not in file.read_text()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("engine.name=onnxruntime",), "names the engine onnxruntime"),
        (("engine.device=gpu:0",), "Only one engine can run the models on this device"),
    ],
)
def test_where_there_is_no_choice_it_says_so(own_store: tuple[str, ...], settings: tuple[str, ...], words: str) -> None:
    result = run("measure", *own_store, *(part for setting in settings for part in ("--set", setting)))
    assert result.exit_code == 0, result.output
    assert words in result.output


def test_replicas_that_share_the_processor_are_measured_with_their_share(
    own_store: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, str]] = []
    module = import_module("server.cli.measure")  # the package's own name ``measure`` is the command
    monkeypatch.setattr(
        module, "engine_choice", lambda config, preset, store, *, measure: seen.append((config.cores, preset))
    )
    monkeypatch.setattr("server.pipelines.replicas.placement.usable_cores", lambda: 8)
    configuration = load(None, ("engine.devices=[cpu, cpu]",))
    assert list(engine_choices(configuration, open_store(configuration), measure=True)) == []
    assert seen == [(4, preset) for preset in configuration.pipeline.by_preset()]
