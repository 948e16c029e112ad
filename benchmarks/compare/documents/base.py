"""What the files of this folder share: what a plan says of documents, and how files become documents."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageOps

from benchmarks.compare.model import Document, Kind, Truth
from server.config.base import ConfigurationError

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})
PDF = ".pdf"
COMMON_KEYS = frozenset({"format", "path", "category", "limit", "publish"})


class WrongDocuments(ConfigurationError):
    """The documents of a plan cannot be read. The message names the key or the file."""


@dataclass(frozen=True, slots=True)
class Found:
    """One document of a format: its file and what is on it."""

    path: Path
    truth: Truth | None = None
    category: str = ""


def document(found: Found, root: Path, category: str) -> Document:
    """Make a document of a file below ``root``; its id is the category and the path below the root.

    Raises:
        WrongDocuments: the file is no image and no PDF file that can be opened.
    """
    kind: Kind = "pdf" if found.path.suffix.lower() == PDF else "image"
    content = found.path.read_bytes()
    name = found.path.relative_to(root).as_posix()
    digest = hashlib.sha256(content).hexdigest()
    return Document(f"{category}/{name}", found.path, digest, _pages(found.path), kind, category, found.truth)


def page_size(path: Path) -> tuple[int, int]:
    """Width and height of an image as it is seen, in pixels: the camera's turn is applied."""
    with Image.open(path) as image:
        width, height = image.size
        turned = image.getexif().get(0x0112, 1) >= 5
    return (height, width) if turned else (width, height)


def page_image(path: Path, page: int, most: int) -> Image.Image:
    """A page as a picture in RGB, whose longer side has ``most`` pixels at most; ``page`` counts from 1."""
    if path.suffix.lower() == PDF:
        with pypdfium2.PdfDocument(path) as opened:
            sheet = opened[page - 1]
            picture: Image.Image = sheet.render(scale=most / max(sheet.get_size())).to_pil().convert("RGB")
    else:
        with Image.open(path) as image:
            image.seek(page - 1)
            picture = ImageOps.exif_transpose(image).convert("RGB")
    picture.thumbnail((most, most))
    return picture


def files(folder: Path, endings: frozenset[str]) -> list[Path]:
    """Files with one of these endings below a folder, sorted by name.

    Raises:
        WrongDocuments: there is no such folder.
    """
    if not folder.is_dir():
        raise WrongDocuments(f"documents: there is no folder {folder}.")
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in endings and path.is_file())


def check_keys(source: Mapping[str, Any], own: frozenset[str]) -> None:
    """Refuse keys that the format does not know.

    Raises:
        WrongDocuments: it names the keys.
    """
    unknown = sorted(set(source) - COMMON_KEYS - own)
    if unknown:
        known = ", ".join(sorted(COMMON_KEYS | own))
        raise WrongDocuments(f"documents: the format {source['format']} has no key {unknown[0]!r}. It has: {known}.")


def number(source: Mapping[str, Any], key: str, default: int) -> int:
    """A whole number of at least 1.

    Raises:
        WrongDocuments: it is something else.
    """
    value = source.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise WrongDocuments(f"documents: {key} must be a whole number of at least 1, not {value!r}.")
    return value


def limited(found: Iterator[Found], limit: int | None) -> list[Found]:
    """The first ones."""
    return [one for _, one in zip(range(limit), found, strict=False)] if limit else list(found)


def _pages(path: Path) -> int:
    try:
        if path.suffix.lower() == PDF:
            with pypdfium2.PdfDocument(path) as opened:
                return len(opened)
        with Image.open(path) as image:
            return int(getattr(image, "n_frames", 1))
    except (OSError, pypdfium2.PdfiumError, Image.DecompressionBombError) as error:
        raise WrongDocuments(f"documents: {path} cannot be opened as an image or a PDF file.") from error
