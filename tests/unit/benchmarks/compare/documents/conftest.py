"""Empty pages for documents whose truth lies beside them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture
def page(tmp_path: Path) -> Callable[[str], Path]:
    """Makes an image below the test's folder."""

    def make(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), "white").save(path)
        return path

    return make
