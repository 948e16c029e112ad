"""These compare one of our answers with the reference's: shape (keys, order, JSON types), boxes, texts, scores.

Pure functions on parsed JSON; `run.py` prints what they find, `test_golden.py` holds it against the bars.
"""

from dataclasses import dataclass, field
from typing import Any

MINIMUM_OVERLAP = 0.5
"""Intersection over union from which two boxes count as the same line."""

SETTINGS = (
    "model_settings",
    "doc_preprocessor_res",
    "text_det_params",
    "text_type",
    "text_rec_score_thresh",
    "return_word_box",
)
"""Keys whose values do not depend on what was read, and so must be equal."""

Json = Any
"""Parsed JSON: this module stands at the wire."""
Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Figures:
    """The figures that the comparison of one or more pages adds up to.

    Attributes:
        lines: lines the reference read.
        ours: lines we read.
        boxes_identical: lines whose polygon is the same to the pixel.
        texts_identical: lines whose text is the same, matched by overlap.
        score_difference: the largest difference of score among lines of equal polygon and text.
        pages_identical: pages where all polygons are the same and in the same order.
        turned_differently: lines whose text-line orientation differs; they are counted nowhere else. The reference
            gives each line of a batch of six the class of the batch's first line, we give each line its own.
        words_differing: lines of equal polygon and text whose words or word boxes differ.
        changed: pairs (reference's text, our text) that differ; one is None where a line has no partner.
    """

    pages: int = 0
    pages_identical: int = 0
    lines: int = 0
    ours: int = 0
    boxes_identical: int = 0
    texts_identical: int = 0
    turned_differently: int = 0
    words_differing: int = 0
    score_difference: float = 0.0
    changed: list[tuple[str | None, str | None]] = field(default_factory=list)

    def add(self, other: "Figures") -> None:
        """Count ``other`` in."""
        self.pages += other.pages
        self.pages_identical += other.pages_identical
        self.lines += other.lines
        self.ours += other.ours
        self.boxes_identical += other.boxes_identical
        self.texts_identical += other.texts_identical
        self.turned_differently += other.turned_differently
        self.words_differing += other.words_differing
        self.score_difference = max(self.score_difference, other.score_difference)
        self.changed += other.changed

    @property
    def box_share(self) -> float:
        """Identical polygons among all lines that either side read, 0..1."""
        return self.boxes_identical / max(self.lines, self.ours) if self.lines or self.ours else 1.0

    @property
    def text_share(self) -> float:
        """Identical texts among all lines that either side read, 0..1."""
        return self.texts_identical / max(self.lines, self.ours) if self.lines or self.ours else 1.0


def compare_pages(ours: Json, reference: Json) -> Figures:
    """Compare two ``prunedResult`` objects line by line.

    Args:
        ours: our object; only ``dt_polys``, ``rec_polys``, ``rec_boxes``, ``rec_texts``, ``rec_scores``
            and the words are read.
        reference: the reference's, the same.
    """
    same_polygons = all(ours[key] == reference[key] for key in ("dt_polys", "rec_polys"))
    figures = Figures(1, int(same_polygons), len(reference["rec_texts"]), len(ours["rec_texts"]))
    partners = match(ours["rec_boxes"], reference["rec_boxes"])
    for index, text in enumerate(reference["rec_texts"]):
        partner = partners.get(index)
        if partner is None:
            figures.changed.append((text, None))
            continue
        if angle_of(ours, partner) != angle_of(reference, index):
            figures.turned_differently += 1
            figures.lines -= 1
            figures.ours -= 1
            continue
        same_polygon = ours["rec_polys"][partner] == reference["rec_polys"][index]
        figures.boxes_identical += same_polygon
        if ours["rec_texts"][partner] != text:
            figures.changed.append((text, ours["rec_texts"][partner]))
            continue
        figures.texts_identical += 1
        if same_polygon:
            figures.words_differing += not _same_words(ours, partner, reference, index)
            difference = abs(ours["rec_scores"][partner] - reference["rec_scores"][index])
            figures.score_difference = max(figures.score_difference, difference)
    unmatched = set(range(len(ours["rec_texts"]))) - set(partners.values())
    figures.changed += [(None, ours["rec_texts"][index]) for index in sorted(unmatched)]
    return figures


def angle_of(page: Json, line: int) -> int:
    """The text-line orientation of a recognised line: that of the detection with the same polygon."""
    angle: int = page["textline_orientation_angles"][page["dt_polys"].index(page["rec_polys"][line])]
    return angle


def _same_words(ours: Json, mine: int, reference: Json, theirs: int) -> bool:
    keys = [key for key in ("text_word", "text_word_boxes") if key in reference]
    return all(key in ours and ours[key][mine] == reference[key][theirs] for key in keys)


def setting_differences(ours: Json, reference: Json) -> list[str]:
    """Settings, angle and echoed parameters of two ``prunedResult`` objects that are not equal."""
    pairs = [(key, ours.get(key), reference.get(key)) for key in SETTINGS]
    return [f"{key}: {mine} instead of {theirs}" for key, mine, theirs in pairs if mine != theirs]


def match(ours: list[Box], reference: list[Box]) -> dict[int, int]:
    """Pair boxes (xmin, ymin, xmax, ymax), best overlap first; reference index to our index."""
    pairs = [(overlap(a, b), i, j) for i, b in enumerate(reference) for j, a in enumerate(ours)]
    pairs = sorted((pair for pair in pairs if pair[0] >= MINIMUM_OVERLAP), key=lambda pair: (-pair[0], *pair[1:]))
    partners: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in pairs:
        if i not in partners and j not in taken:
            partners[i] = j
            taken.add(j)
    return partners


def overlap(a: Box, b: Box) -> float:
    """Intersection over union; boxes hold their border pixels, so a degenerate box has an area."""
    width = min(a[2], b[2]) - max(a[0], b[0]) + 1
    height = min(a[3], b[3]) - max(a[1], b[1]) + 1
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = sum((box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in (a, b))
    return shared / (areas - shared)


def shape_differences(ours: Json, reference: Json, where: str = "$") -> list[str]:
    """Find the places where keys, their order, or JSON types differ; values are not looked at.

    Lists of one length are compared item by item; of different lengths, each of ours with the reference's first.
    """
    if json_type(ours) != json_type(reference):
        return [f"{where}: {json_type(ours)} instead of {json_type(reference)}"]
    if isinstance(ours, dict) and isinstance(reference, dict):
        if list(ours) != list(reference):
            return [f"{where}: keys {list(ours)} instead of {list(reference)}"]
        return [line for key in ours for line in shape_differences(ours[key], reference[key], f"{where}.{key}")]
    if isinstance(ours, list) and isinstance(reference, list) and reference:
        others = reference if len(ours) == len(reference) else [reference[0]] * len(ours)
        pairs = enumerate(zip(ours, others, strict=True))
        return [line for i, (a, b) in pairs for line in shape_differences(a, b, f"{where}[{i}]")]
    return []


def json_type(value: Json) -> str:
    """The JSON name of a parsed value's type, with integers and other numbers told apart."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return names.get(type(value), "null")
