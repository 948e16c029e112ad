"""Documents of every kind that the contract takes."""

import io

import cv2
import docx
import pikepdf
from PIL import Image

from tests.contract.conftest import TEXT, encoded, picture

PNG = encoded(picture())
JPEG = encoded(picture(), ".jpg")
BMP = encoded(picture(), ".bmp")
OTHER = "Platform 9 opens at 06:30"


def _pillow(text: str) -> Image.Image:
    return Image.fromarray(cv2.cvtColor(picture(text), cv2.COLOR_BGR2RGB))


def gif() -> bytes:
    """A GIF of two frames. Only the first one is read."""
    buffer = io.BytesIO()
    _pillow(TEXT).save(buffer, "GIF", save_all=True, append_images=[_pillow(OTHER)])
    return buffer.getvalue()


def pdf(*texts: str, password: str | None = None) -> bytes:
    """A PDF of scanned pages, 320 by 100 points each."""
    buffer = io.BytesIO()
    pages = [_pillow(text) for text in texts]
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=144)
    if password is None:
        return buffer.getvalue()
    locked = io.BytesIO()
    with pikepdf.open(buffer) as file:
        file.save(locked, encryption=pikepdf.Encryption(owner="owner", user=password))
    return locked.getvalue()


def active_pdf(mark: str) -> bytes:
    """A scanned page in a PDF that runs a script, sends its form, and has a file attached. Each holds the mark."""
    buffer, link = io.BytesIO(), {"/Type": pikepdf.Name.Annot, "/Subtype": pikepdf.Name.Link, "/Rect": [0, 0, 9, 9]}
    with pikepdf.open(io.BytesIO(pdf(TEXT))) as file:
        script = file.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(mark)))
        sent = pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F=pikepdf.String(mark))
        web = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://a.example/"))
        file.Root.OpenAction = script
        file.pages[0].obj.AA = pikepdf.Dictionary(O=script)
        file.pages[0].obj.Annots = pikepdf.Array([pikepdf.Dictionary({**link, "/A": each}) for each in (sent, web)])
        file.attachments[mark] = mark.encode()
        file.save(buffer)
    return buffer.getvalue()


def word(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
