"""The position of each character along its line."""

from models.ops.ctc import DecodedLine


def char_positions(line: DecodedLine, width_ratio: float, *, upside_down: bool) -> tuple[float, ...]:
    """The centre of each character's time step, as a fraction of the line's length.

    Args:
        line: the decoded line.
        width_ratio: share of the time steps that hold the line and not its padding.
        upside_down: whether the line was rotated by 180 degrees, so that it was read from the end of its quad.

    Returns:
        One value in 0..1 for each character, from the left edge of the line's quad, or from the top of a vertical line.
    """
    cell = 1 / (line.steps * width_ratio) if line.columns else 0.0
    positions = [min((column + 0.5) * cell, 1.0) for column in line.columns]
    return tuple(1 - position for position in positions) if upside_down else tuple(positions)
