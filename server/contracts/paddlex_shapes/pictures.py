"""Draws all pictures of one page as JPEG files, with the contract's field names and file names."""

from models.document import Page, PageResult
from server.export.drawing.pictures import encode_jpeg, limit_size
from server.export.drawing.visualize import draw_ocr_image, draw_preprocessing_image
from server.storage.base import Picture


def draw_page(page: Page, result: PageResult, limit: tuple[int, int] | None) -> tuple[Picture, ...]:
    """Draw and encode the pictures of a page. Pure CPU work of some ten milliseconds: call it in a thread.

    Args:
        page: the input page.
        result: the result of reading it.
        limit: largest width and height of every picture, in pixels, or None.

    Returns:
        ``ocrImage``, then ``docPreprocessingImage`` if the preprocessor ran, then ``inputImage``.
    """
    number = page.index
    pictures = [Picture("ocrImage", f"ocr_img_{number}.jpg", encode_jpeg(draw_ocr_image(result, limit)))]
    if result.options.use_doc_preprocessor:
        drawn = encode_jpeg(draw_preprocessing_image(page, result, limit))
        pictures.append(Picture("docPreprocessingImage", f"doc_preprocessing_img_{number}.jpg", drawn))
    pictures.append(Picture("inputImage", f"input_img_{number}.jpg", encode_jpeg(limit_size(page.image, limit))))
    return tuple(pictures)
