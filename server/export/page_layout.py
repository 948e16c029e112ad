"""A page's structure as plain JSON types: its blocks in reading order, each with its place, its lines and its text."""

from models.layout.document import Block, PageLayout
from server.export.markdown import block_markdown
from server.export.text import block_text


def layout_object(layout: PageLayout, size: tuple[int, int]) -> dict[str, object]:
    """Describe the structure of a page.

    Args:
        layout: the structure, with its lines.
        size: width and height of the page in pixels. The coordinates of the page refer to it.

    Returns:
        ``width``, ``height`` and ``blocks``. The orders of the blocks count from 1. A line that was cut at a gutter is
        in the blocks of both of its parts.
    """
    width, height = size
    blocks = [_block(order, block, layout) for order, block in enumerate(layout.blocks, 1)]
    return {"width": width, "height": height, "blocks": blocks}


def _block(order: int, block: Block, layout: PageLayout) -> dict[str, object]:
    described: dict[str, object] = {
        "label": block.kind,
        "box": [int(side) for side in block.box],
        "order": order,
        "lines": [int(index) for index in dict.fromkeys(layout.sources[line] for line in block.lines)],
        "text": block_text(block, layout.lines, escape=False),
    }
    if block.table is not None:
        described["html"] = block_markdown(block, layout.lines, escape=True, figure=None)
    return described
