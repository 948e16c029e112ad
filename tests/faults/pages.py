"""Small pages whose text is known and different on each."""

import cv2
import numpy as np

WIDTH, HEIGHT = 256, 64
DIGITS = 7


def text_of(number: int) -> str:
    """Seven digits, every two of which neighbours differ: spread over the numbers by a multiplier prime to 10**7."""
    return f"{(number * 7_654_321 + 1_234_567) % 10**DIGITS:0{DIGITS}d}"


def page(number: int) -> bytes:
    """A PNG that shows `text_of` the number."""
    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    cv2.putText(image, text_of(number), (14, 45), cv2.FONT_HERSHEY_DUPLEX, 1.5, (0, 0, 0), 2, cv2.LINE_AA)
    written, data = cv2.imencode(".png", image)
    assert written
    return data.tobytes()
