"""The switches of layout and table models in the configuration."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from models.config import LayoutConfig
from models.store.manifest import load_manifest
from models.store.official_names import find_entry
from server.cli.start import named, required_names
from server.config.base import ConfigurationError
from server.config.effective import effective_yaml
from server.config.files import MANIFEST_FILE, packaged_file
from server.config.load import Configuration, load_configuration

MODULES: dict[str, Any] = {
    "TextDetection": {"model_name": "PP-OCRv5_mobile_det"},
    "TextRecognition": {"model_name": "PP-OCRv5_mobile_rec"},
    "LayoutDetection": {"model_name": "PP-DocLayout-S", "threshold": {0: 0.3, 8: 0.5}},
    "TableStructureRecognition": {"model_name": "SLANet_plus"},
}


def load(folder: Path, modules: dict[str, Any] = MODULES, **switches: bool) -> Configuration:
    file = folder / "own.yaml"
    off = {"use_doc_preprocessor": False, "use_textline_orientation": False}
    file.write_text(yaml.safe_dump({**off, **switches, "SubModules": modules}), encoding="utf-8")
    return load_configuration(file, {})


def test_layout_models_are_off_and_not_fetched_unless_switched_on() -> None:
    pipeline = load_configuration(None, {}).pipeline
    assert pipeline.layout_detection is None
    assert pipeline.table_structure is None
    assert not {"SLANet_plus", "picodet_lcnet_x1_0_fgd_layout_cdla"} & set(named(pipeline))


def test_switched_on_they_are_required(tmp_path: Path) -> None:
    pipeline = load(tmp_path, use_layout_detection=True, use_table_recognition=True).pipeline
    assert pipeline.layout_detection == LayoutConfig("PP-DocLayout-S", threshold={0: 0.3, 8: 0.5})
    assert {"PP-DocLayout-S", "SLANet_plus"} <= set(required_names(pipeline))


def test_what_is_in_force_can_be_loaded_again(tmp_path: Path) -> None:
    configuration = load(tmp_path, use_layout_detection=True, use_table_recognition=True)
    (tmp_path / "again.yaml").write_text(effective_yaml(configuration), encoding="utf-8")
    assert load_configuration(tmp_path / "again.yaml", {}).pipeline == configuration.pipeline


@pytest.mark.parametrize(
    ("modules", "switches", "said"),
    [
        ({}, {"use_table_recognition": True}, "use_layout_detection: true"),
        ({"LayoutDetection": None}, {"use_layout_detection": True}, "SubModules.LayoutDetection"),
        ({"LayoutDetection": {"model_name": "x", "threshold": 2}}, {}, "threshold"),
    ],
)
def test_switches_that_cannot_work_are_refused(
    tmp_path: Path, modules: dict[str, Any], switches: dict[str, bool], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load(tmp_path, MODULES | modules, **switches)


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("PP-DocLayout-S", "layout_detection"),
        ("PP-DocLayout-M", "layout_detection"),
        ("PP-DocLayout-L", "layout_detection"),
        ("PP-DocLayout_plus-L", "layout_detection"),
        ("picodet_lcnet_x1_0_fgd_layout_cdla", "layout_detection"),
        ("SLANet_plus", "table_structure"),
        ("SLANet", "table_structure"),
    ],
)
def test_official_models_can_be_pulled_by_name(name: str, task: str) -> None:
    entry = find_entry(load_manifest(packaged_file(MANIFEST_FILE)), name)
    assert entry.task == task
    assert entry.sources
