"""The wishes of a request about the form in which a document is answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.layout.regions import Region
from server.contracts.paddlex_shapes.document_blocks import IGNORED_LABELS, LABELS, detected_label

PICTURE_FOLDER = "imgs/"


@dataclass(frozen=True, slots=True)
class DocumentStyle:
    """The form of a document's pages.

    Attributes:
        tables: whether tables are wanted. Otherwise their lines are text.
        format_block_content: whether ``block_content`` holds Markdown and HTML instead of plain text.
        ignored_labels: labels that Markdown leaves out.
        pretty: whether Markdown centres captions, pictures and tables with HTML.
        markdown_images: whether the pictures that Markdown refers to are given.
        vision_language: whether the page has the shape of PaddleOCR-VL instead of PP-StructureV3's.
        picture_folder: the begin of the pictures' names.
        layout_threshold: the least score of a layout model's region, for all labels or by ``cls_id``. It cannot bring
            back what the model's own threshold left out.
    """

    tables: bool = True
    format_block_content: bool = False
    ignored_labels: tuple[str, ...] = IGNORED_LABELS
    pretty: bool = True
    markdown_images: bool = True
    vision_language: bool = False
    picture_folder: str = PICTURE_FOLDER
    layout_threshold: float | Mapping[int, float] = 0.0

    def picture_name(self, label: str, box: tuple[int, int, int, int], page_index: int) -> str:
        """The name of a picture that is cut out of a page. It is unique in the document.

        Args:
            label: of its block.
            box: of its block, in pixels of the page.
            page_index: 0-based position of the page. The first page's names are PaddleX's.
        """
        place = "_".join(str(side) for side in box)
        page = f"_p{page_index + 1}" if page_index else ""
        return f"{self.picture_folder}img_in_{label}_box_{place}{page}.jpg"

    def keeps(self, region: Region) -> bool:
        """Whether a region of a layout model has a score that is high enough."""
        least = self.layout_threshold
        if isinstance(least, Mapping):
            least = least.get(LABELS.index(detected_label(region.label)), 0.0)
        return region.score >= least
