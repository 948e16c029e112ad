"""Configurations that a test writes."""

from pathlib import Path

import pytest

from server.config.load import Configuration, load_configuration


@pytest.fixture
def load(tmp_path: Path):
    """Load a file of some text, under ``--set`` items."""

    def _load(text: str, *overrides: str) -> Configuration:
        file = tmp_path / "pipeline.yaml"
        file.write_text(text, encoding="utf-8")
        return load_configuration(file, {}, overrides)

    return _load
