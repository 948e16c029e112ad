"""A page whose text is known."""

import cv2
import numpy as np

from tests.contract.conftest import encoded


def drawn_page() -> np.ndarray:
    """A page with a heading, a paragraph, a ruled table and a picture."""
    page = np.full((1400, 1000, 3), 255, np.uint8)

    def write(text: str, x: int, y: int, size: float = 1.0, weight: int = 2) -> None:
        cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), weight, cv2.LINE_AA)

    write("Annual Report", 250, 110, 2.2, 5)
    write("The goods were sent to the harbour in March", 80, 230)
    write("and came back in June without any damage.", 80, 275)
    for y in (350, 420, 490, 560):
        cv2.line(page, (80, y), (880, y), (0, 0, 0), 3)
    for x in (80, 480, 880):
        cv2.line(page, (x, 350), (x, 560), (0, 0, 0), 3)
    cells = (("Name", "Sum"), ("Copper", "4711"), ("Silver", "1234"))
    for row, (left, right) in enumerate(cells):
        write(left, 110, 400 + 70 * row)
        write(right, 510, 400 + 70 * row)
    noise = np.random.default_rng(1).integers(0, 255, (30, 50, 3), np.uint8)
    page[700:1120, 150:850] = cv2.resize(noise, (700, 420), interpolation=cv2.INTER_CUBIC)
    return page


PAGE = encoded(drawn_page())
