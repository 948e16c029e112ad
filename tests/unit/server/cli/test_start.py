"""Which weights a command fetches before it begins."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from models.errors import ModelNotInstalled
from server.cli import main
from server.cli.start import load, open_store, pull_required
from tests.unit.models.model_files import detection_yml, write_directory

DETECTOR = "PP-OCRv5_mobile_det"


def offline(directory: Path, engine: str) -> tuple[str, ...]:
    return (f"engine.name={engine}", "models.offline=true", f"models.directory={directory}")


def test_the_paddle_engine_needs_paddles_format(tmp_path: Path) -> None:
    write_directory(tmp_path / DETECTOR, detection_yml(DETECTOR))
    configuration = load(None, offline(tmp_path, "paddle"))
    with pytest.raises(ModelNotInstalled, match=f"ppocr-server models pull {DETECTOR} --format paddle"):
        pull_required(configuration, open_store(configuration))


@pytest.mark.parametrize("names", [(), (DETECTOR,)])
def test_models_pull_fetches_what_the_engine_reads(tmp_path: Path, names: tuple[str, ...]) -> None:
    settings = [part for setting in offline(tmp_path, "paddle") for part in ("--set", setting)]
    result = CliRunner().invoke(main, ["models", "pull", *settings, *names])
    assert f"ppocr-server models pull {DETECTOR} --format paddle" in result.stderr
