"""A run over small pages, for tests of the report."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.unit.benchmarks.compare.run_folder import make_run

WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda my ny xi omikron pi rho sigma tau".split()  # noqa: SIM905
PAGES = 12


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Path]:
    """Makes a run folder over twelve pages of two categories, and returns it. Paths begin at the test's folder."""

    def make(**arguments: Any) -> Path:
        for number in range(PAGES):
            folder = tmp_path / ("letters" if number % 2 else "bills")
            folder.mkdir(exist_ok=True)
            Image.new("RGB", (90, 60), (250, 250, 200 + number)).save(folder / f"{number:02}.png")
            lines = (" ".join(WORDS[(number + line + step * 7) % 19] for step in range(9)) for line in range(8))
            (folder / f"{number:02}.txt").write_text("\n".join(lines), encoding="utf-8")
        sources = arguments.pop("sources", [{"format": "folder", "path": name} for name in ("bills", "letters")])
        make_run(tmp_path / "run", sources, below=tmp_path, **arguments)
        return tmp_path / "run"

    return make
