"""A page's structure as plain JSON types: its blocks in reading order, each with its place, its lines and its text."""

from collections.abc import Sequence

from models.document import TextLine
from models.layout.document import Block, PageLayout
from server.export.markdown import block_markdown
from server.export.text import block_text


def layout_object(lines: Sequence[TextLine], layout: PageLayout, size: tuple[int, int]) -> dict[str, object]:
    """Describe the structure of a page.

    Args:
        lines: of the page.
        layout: its structure.
        size: width and height of the page in pixels. The coordinates of the page refer to it.

    Returns:
        ``width``, ``height`` and ``blocks``. The orders of the blocks count from 1.
    """
    width, height = size
    blocks = [_block(order, block, lines) for order, block in enumerate(layout.blocks, 1)]
    return {"width": width, "height": height, "blocks": blocks}


def _block(order: int, block: Block, lines: Sequence[TextLine]) -> dict[str, object]:
    described: dict[str, object] = {
        "label": block.kind,
        "box": [int(side) for side in block.box],
        "order": order,
        "lines": [int(index) for index in block.lines],
        "text": block_text(block, lines, escape=False),
    }
    if block.table is not None:
        described["html"] = block_markdown(block, lines, escape=True, figure=None)
    return described
