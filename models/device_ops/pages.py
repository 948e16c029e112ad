"""Uploads, rotates and resizes whole pages on the device."""

import torch
from torch import Tensor
from torch.nn import functional

from models.device_ops.linear import Neighbours, along_column, along_row
from models.device_ops.transfer import to_device
from models.document import Image
from models.ops.resize import padded_size
from models.ops.rotate import Angle


def page_on(image: Image, device: torch.device) -> Tensor:
    """Upload a page as bytes.

    Args:
        image: uint8 (H, W, 3).
        device: the device to upload to.

    Returns:
        float32 (3, H, W), levels 0..255.
    """
    return to_device(image, device).permute(2, 0, 1).float().contiguous()


def rotated(page: Tensor, angle: Angle) -> Tensor:
    """Rotate a page counter-clockwise, with the border of `models.ops.rotate.rotate_image`.

    Args:
        page: (3, H, W).
        angle: degrees.

    Returns:
        (3, H, W) for 180, (3, W, H) for 90 and 270; ``page`` itself for 0.
    """
    if angle == 0:
        return page
    exact = torch.rot90(page, angle // 90, (1, 2))
    top = 0 if angle == 270 else 1
    left = 0 if angle == 90 else 1
    height, width = exact.shape[1:]
    moved = torch.zeros(exact.shape, dtype=page.dtype, device=page.device)
    moved[:, top:, left:] = exact[:, : height - top, : width - left]
    return moved


def resized(page: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize a page bilinearly, as OpenCV does.

    Args:
        page: float32 (3, H, W), levels 0..255.
        size: (height, width) in pixels.

    Returns:
        uint8 (3, height, width).
    """
    if tuple(page.shape[1:]) == size:
        return page.to(torch.uint8)
    down, across = (
        _neighbours(length, target, page.device) for length, target in zip(page.shape[1:], size, strict=True)
    )
    upper, lower = (
        along_row(rows[:, :, across.first[0]], rows[:, :, across.second[0]], across.weight)
        for rows in (page[:, down.first[0]], page[:, down.second[0]])
    )
    return along_column(upper, lower, down.weight[0, :, None])


def resized_for_detection(page: Tensor, shape: tuple[int, int]) -> Tensor:
    """Resize a page as `models.ops.resize.resize_page` does. A tiny page is first padded with black.

    Args:
        page: float32 (3, H, W), levels 0..255.
        shape: (height, width) of the detector's input.

    Returns:
        uint8 (3, height, width).
    """
    height, width = page.shape[1:]
    full_height, full_width = padded_size(height, width)
    if (full_height, full_width) != (height, width):
        page = functional.pad(page, (0, full_width - width, 0, full_height - height))
    return resized(page, shape)


def centre_of_short_side(page: Tensor, length: int, size: int) -> Tensor:
    """Scale a page so that its shorter side has ``length`` pixels. Take the middle: uint8 (3, ``size``, ``size``)."""
    height, width = page.shape[1:]
    scale = length / min(height, width)
    scaled = resized(page, (round(height * scale), round(width * scale)))
    top, left = (scaled.shape[1] - size) // 2, (scaled.shape[2] - size) // 2
    return scaled[:, top : top + size, left : left + size]


def _neighbours(length: int, target: int, device: torch.device) -> Neighbours:
    lengths, targets = (torch.full((1,), pixels, device=device) for pixels in (length, target))
    return Neighbours.of(lengths, targets, target)
