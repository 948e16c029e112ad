"""Where along its line each character was read."""

from models.ops.ctc import DecodedLine


def char_positions(line: DecodedLine, width_ratio: float, *, turned: bool) -> tuple[float, ...]:
    """The centre of each character's time step, as a fraction of the line's length.

    Args:
        line: the decoded line.
        width_ratio: share of the time steps that hold the line and not its padding.
        turned: whether the line was read upside down, from its end.

    Returns:
        One value in 0..1 a character, from the left edge of the line's quad (its top, where it stands upright).
    """
    cell = 1 / (line.steps * width_ratio) if line.columns else 0.0
    positions = [min((column + 0.5) * cell, 1.0) for column in line.columns]
    return tuple(1 - position for position in positions) if turned else tuple(positions)
