"""A command fetches the weights that it needs before it begins."""

from pathlib import Path

import pytest

from models.errors import ModelNotInstalled
from server.cli.start import load, named_models, pull_required, required_names
from server.pipelines.model_store import open_store
from tests.unit.models.model_files import detection_yml, write_directory
from tests.unit.server.config.paddlex_files import WITH_LAYOUT

DETECTOR = "PP-OCRv5_mobile_det"


def test_the_paddle_engine_needs_paddles_format(tmp_path: Path) -> None:
    write_directory(tmp_path / DETECTOR, detection_yml(DETECTOR))
    configuration = load(None, ("engine.name=paddle", "models.offline=true", f"models.directory={tmp_path}"))
    with pytest.raises(ModelNotInstalled, match=f"ppocr-server models pull {DETECTOR} --format paddle"):
        pull_required(configuration, open_store(configuration))


def test_layout_models_are_required_where_they_are_switched_on_and_not_named_elsewhere(tmp_path: Path) -> None:
    layout = {"PP-DocLayout-S", "SLANet_plus"}
    assert not {*layout, "picodet_lcnet_x1_0_fgd_layout_cdla"} & set(named_models(load(None, ()).pipeline))
    file = tmp_path / "own.yaml"
    file.write_text(f"{WITH_LAYOUT}use_layout_detection: true\nuse_table_recognition: true\n", encoding="utf-8")
    assert layout <= set(required_names(load(file, ()).pipeline))
