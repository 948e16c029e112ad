"""Tests of several commands share these."""

from pathlib import Path

import yaml
from click.testing import CliRunner, Result

from server.cli import main

MISCONFIGURED, FAILED = 2, 1
"""Exit codes."""
START_SECONDS = 120


def run(*arguments: str | Path) -> Result:
    """Run ``ppocr-server`` in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def line_orientation_from(directory: Path, *, on: bool) -> Path:
    """A configuration whose line orientation model is in a directory."""
    directory.mkdir()
    modules = {
        "TextDetection": {"model_name": "PP-OCRv5_mobile_det"},
        "TextRecognition": {"model_name": "PP-OCRv5_mobile_rec"},
        "TextLineOrientation": {"model_name": "ch_ppocr_mobile_v2.0_cls", "model_dir": str(directory)},
    }
    file = directory.with_suffix(".yaml")
    content = {
        "use_doc_preprocessor": False,
        "use_textline_orientation": on,
        "SubModules": modules,
        "ppocr_server": {"models": {"optional_modules": "start"}},
    }
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file
