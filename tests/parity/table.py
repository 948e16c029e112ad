"""The table of parity figures, one line a case."""

from tests.parity.compare import Figures

COLUMNS = ("boxes=", "texts=", "  %", "turned", "words≠")
HEADER = f"{'case':44} {'pages':>5} {'same':>5} {'lines':>6} {'ours':>6} {' '.join(COLUMNS)} {'score':>8}"


def row(name: str, figures: Figures) -> str:
    """One case: pages, those with identical polygons, lines of both sides, identical boxes and texts, and so on."""
    counts = f"{figures.pages:5} {figures.pages_identical:5} {figures.lines:6} {figures.ours:6}"
    same = f"{figures.boxes_identical:6} {figures.texts_identical:6} {100 * figures.text_share:7.2f}"
    rest = f"{figures.turned_differently:6} {figures.words_differing:6} {figures.score_difference:8.1e}"
    return f"{name:44} {counts} {same} {rest}"
