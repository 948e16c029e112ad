"""The folder of external evaluation data: ``PPOCR_EVALUATION_DATA``, else ``shared`` beside the repository.

Its files are read where they are and never copied. A test that reads them says which parts with the marker
``evaluation_data`` (`tests/conftest.py` skips it where a part is absent), so that all other tests pass without them:

    @pytest.mark.evaluation_data("data/scribe", "reference/golden")
"""

import os
from pathlib import Path

VARIABLE = "PPOCR_EVALUATION_DATA"
REPOSITORY = Path(__file__).resolve().parents[1]
EVALUATION_DATA = Path(os.environ.get(VARIABLE) or REPOSITORY.parent / "shared")


def reason_to_skip(*parts: str) -> str | None:
    """Return the reason why a test that reads these parts of the folder cannot run here; None where it can."""
    absent = [part for part in parts if not (EVALUATION_DATA / part).exists()]
    if not absent:
        return None
    return f"needs the evaluation data: set PPOCR_EVALUATION_DATA (no {', '.join(absent)} in {EVALUATION_DATA})"
