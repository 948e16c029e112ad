"""One small valid file of every format that the server reads, with a line of text on it where it is a page."""

import io
from collections.abc import Mapping
from functools import cache

import cv2
import docx
import numpy as np
import openpyxl
import pikepdf
from numpy.typing import NDArray
from PIL import Image
from pptx import Presentation

LINE = "Gate 7 closes"
WIDTH, HEIGHT = 320, 64
PASSWORD = "geheim"


def picture() -> NDArray[np.uint8]:
    """White, with the line in black: BGR, a page that is cheap to read."""
    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    cv2.putText(image, LINE, (12, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 2, cv2.LINE_AA)
    return image


def encoded(extension: str, image: NDArray[np.uint8] | None = None, *options: int) -> bytes:
    """By OpenCV."""
    written, data = cv2.imencode(extension, picture() if image is None else image, options)
    assert written
    return data.tobytes()


def saved(kind: str, **options: object) -> bytes:
    """By Pillow."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture()[..., ::-1])).save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(frames: int, **options: object) -> bytes:
    """Frames of the same picture."""
    return saved("TIFF", save_all=True, append_images=[Image.fromarray(picture())] * (frames - 1), **options)


def gif(frames: int) -> bytes:
    """Frames that differ, or Pillow would make one of them."""
    others = [Image.fromarray(np.roll(picture(), number, axis=1)) for number in range(1, frames)]
    return saved("GIF", save_all=True, append_images=others)


def pdf(pages: int = 1, encryption: pikepdf.Encryption | None = None) -> bytes:
    """Scanned pages of 160 by 32 points, which are rendered pixel by pixel."""
    others = [Image.fromarray(picture())] * (pages - 1)
    plain = saved("PDF", save_all=True, append_images=others, resolution=144)
    if encryption is None:
        return plain
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain)) as file:
        file.save(locked, encryption=encryption)
    return locked.getvalue()


def locked_pdf() -> bytes:
    """Opens with `PASSWORD` alone."""
    return pdf(1, pikepdf.Encryption(owner="owner", user=PASSWORD))


def packed_pdf() -> bytes:
    """Three pages whose objects are in an object stream."""
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(3))) as file:
        file.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return packed.getvalue()


def word(text: str = LINE) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    return _stored(document)


def excel() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = LINE
    return _stored(book)


def powerpoint() -> bytes:
    show = Presentation()
    show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = LINE
    return _stored(show)


def _stored(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


@cache
def images() -> Mapping[str, bytes]:
    """Every still image format and its main variants, by a name that ends in the usual extension."""
    return {
        "plain.png": encoded(".png"),
        "grey.png": encoded(".png", cv2.cvtColor(picture(), cv2.COLOR_BGR2GRAY)),
        "deep.png": encoded(".png", (picture().astype(np.uint16) * 257)),  # type: ignore[arg-type]
        "alpha.png": encoded(".png", cv2.cvtColor(picture(), cv2.COLOR_BGR2BGRA)),
        "plain.jpg": encoded(".jpg"),
        "progressive.jpg": encoded(".jpg", None, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        "plain.bmp": encoded(".bmp"),
        "plain.webp": encoded(".webp"),
        "plain.jp2": encoded(".jp2"),
        "plain.ppm": encoded(".ppm"),
        "plain.pam": encoded(".pam"),
        "plain.pfm": encoded(".pfm", picture().astype(np.float32)),  # type: ignore[arg-type]
        "plain.ras": encoded(".ras"),
        "plain.gif": gif(1),
        "frames.gif": gif(3),
        "plain.tiff": tiff(1),
        "packed.tiff": tiff(1, compression="tiff_lzw"),
        "frames.tiff": tiff(3),
    }


@cache
def transparent() -> Mapping[str, bytes]:
    """The line on transparent pixels, in every format that has them."""
    image = cv2.cvtColor(picture(), cv2.COLOR_BGR2BGRA)
    image[..., 3] = 255 - image[..., 0]
    grey = Image.fromarray(np.ascontiguousarray(image[..., 2:]), "LA")
    colour = Image.fromarray(image, "RGBA")
    shades = Image.fromarray(np.ascontiguousarray(image[..., 0]))

    def stored(file: Image.Image, kind: str, **options: object) -> bytes:
        buffer = io.BytesIO()
        file.save(buffer, kind, **options)
        return buffer.getvalue()

    return {
        "shade.png": stored(shades, "PNG", transparency=255),
        "alpha.webp": stored(colour, "WEBP", lossless=True),
        "index.gif": stored(shades, "GIF", transparency=255),
        "alpha.tiff": stored(colour, "TIFF"),
        "grey.tiff": stored(grey, "TIFF", compression="tiff_lzw"),
        "frames.tiff": stored(colour, "TIFF", save_all=True, append_images=[grey]),
        "alpha.jp2": stored(colour, "JPEG2000"),
        "grey.j2k": stored(grey, "JPEG2000", no_jp2=True),
        "alpha.bmp": encoded(".bmp", image),
        "alpha.pam": encoded(".pam", image),
    }


@cache
def documents() -> Mapping[str, bytes]:
    """PDFs."""
    return {"plain.pdf": pdf(), "three.pdf": pdf(3), "locked.pdf": locked_pdf()}


@cache
def office() -> Mapping[str, bytes]:
    """Office documents."""
    return {"plain.docx": word(), "plain.xlsx": excel(), "plain.pptx": powerpoint()}
