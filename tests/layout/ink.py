"""Text and noise for generated pages, with fonts that come with the libraries: OpenCV's own and Pillow's own."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FontName = Literal["opencv", "pillow"]
FONTS: tuple[FontName, ...] = ("opencv", "pillow")
PAPER = 255

WORDS = (  # noqa: SIM905  a hundred words are read more easily as text
    "amber anchor apple archive autumn badger bakery basket beacon bottle branch bridge bronze cabin candle canyon "
    "carpet castle cedar chapel cherry circle clover coffee copper corner cotton cradle desert dinner domino eastern "
    "ember engine fabric falcon feather fiddle forest fossil garden ginger glacier granite hammer harbour harvest "
    "hollow island jacket jasmine kettle kitchen ladder lantern lemon linen lumber magnet marble market meadow mirror "
    "monday mortar mountain nettle nickel orange orchard oyster paddle pepper pillow planet pocket powder puzzle "
    "quarter rabbit ribbon river rocket saddle sailor sample season shadow signal silver spider spring station stone "
    "summer temple thistle ticket timber travel tunnel velvet violin walnut weather willow window winter yellow"
).split()
CHINESE = (
    "春夏秋冬山水花木风云雨雪日月星光东南西北大小高低红黄蓝白青石金木火土田园江河湖海桥路门窗书信纸笔茶米面油布衣鞋"
)


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes in one font at one size, in pixels."""

    font: FontName
    size: int
    bold: bool = False

    @property
    def pitch(self) -> int:
        """Distance of lines."""
        return round(self.size * 1.4)

    def width(self, text: str) -> int:
        """Pixels that a text takes."""
        if self.font == "pillow":
            return round(ImageFont.load_default(self.size).getlength(text))
        return int(cv2.getTextSize((0, 0), text, (0, 0), cv2.FontFace("uni"), self.size, self._weight)[2])

    def write(self, page: np.ndarray, text: str, x: int, y: int) -> None:
        """Draw a line whose letters begin at x and whose upper edge is y, in place."""
        if self.font == "opencv":
            baseline = y + round(self.size * 0.86)
            cv2.putText(page, text, (x, baseline), (0, 0, 0), cv2.FontFace("uni"), self.size, self._weight)
            return
        picture = Image.fromarray(page)
        font = ImageFont.load_default(self.size)
        ImageDraw.Draw(picture).text((x, y), text, (0, 0, 0), font, stroke_width=int(self.bold))
        page[:] = np.asarray(picture)

    @property
    def _weight(self) -> int:
        return 700 if self.bold else 400


def blank(width: int, height: int) -> np.ndarray:
    """An empty page, uint8 (height, width, 3)."""
    return np.full((height, width, 3), PAPER, np.uint8)


def scanned(page: np.ndarray, degrees: float, noise: float, rng: np.random.Generator) -> np.ndarray:
    """A page as a scanner leaves it: leaning, blurred, grainy, with specks and JPEG's traces."""
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(PAPER,) * 3)
    if noise == 0:
        return turned
    grain = cv2.GaussianBlur(turned, (3, 3), 0.6).astype(np.float32) + rng.normal(0, noise, turned.shape[:2])[..., None]
    specks = rng.random(turned.shape[:2])
    grain[specks < 0.0004] = 30
    grain[specks > 0.9996] = 250
    pixels = (grain * 0.92 + 10).round().clip(0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)
