"""Pages of each kind that scanners, cameras and fax machines send, and their files."""

import io

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image as Pillow

from models.document import Image

WORDS = (
    "harbour",
    "quiet",
    "morning",
    "while inland",
    "roads climbed",
    "past orchards",
    "toward",
    "grey hills",
    "12 mills",
)
FONT = cv2.FONT_HERSHEY_SIMPLEX


def text_page(width: int = 620, height: int = 877) -> Image:
    """Grey, with the soft edges of letters. uint8 (H, W, 3)."""
    image = np.full((height, width, 3), 255, np.uint8)
    choice = np.random.default_rng(3)
    for y in range(40, height - 20, 24):
        text = " ".join(choice.choice(WORDS, 8))
        cv2.putText(image, text, (int(choice.integers(30, 50)), y), FONT, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return image


def bilevel_page(width: int = 620, height: int = 877) -> Image:
    """Black and white, with the uneven edges of a scan."""
    uneven = np.random.default_rng(4).normal(0, 40, (height, width, 1))
    return np.asarray(np.where(text_page(width, height) + uneven < 128, 0, 255), np.uint8)


def photo(width: int = 620, height: int = 877) -> Image:
    """Many colours that change softly, and noise."""
    noise = np.random.default_rng(5).normal(128, 60, (height, width, 3))
    return np.asarray(np.clip(cv2.GaussianBlur(noise, (0, 0), 1.5) * 2 - 100, 0, 255), np.uint8)


def saved(image: Image, kind: str, mode: str = "RGB", **options: object) -> bytes:
    """A file of the picture (BGR), by Pillow's name of its format and of its pixels."""
    buffer = io.BytesIO()
    picture = Pillow.fromarray(np.ascontiguousarray(image[..., ::-1]))
    picture = picture.convert(mode, dither=Pillow.Dither.NONE) if mode == "1" else picture.convert(mode)
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation: int) -> Pillow.Exif:
    found = Pillow.Exif()
    found[0x0112] = orientation
    return found


def rendered(pdf: bytes, width: int) -> NDArray[np.uint8]:
    """The first page as PDFium shows it, so many pixels wide. uint8 (H, W, 3), BGR."""
    with pdfium.PdfDocument(pdf) as document:
        page = document[0]
        return np.array(page.render(scale=width / page.get_width()).to_numpy())
