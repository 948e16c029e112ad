"""Refuses presets that do not exist or cannot be used, with the names of those that there are."""

from collections.abc import Sequence

from server.contracts.paddlex_shapes.validation_errors import refusal
from server.errors import InvalidRequest, PresetUnavailable


def check_preset(preset: str | None, presets: Sequence[str], place: str) -> None:
    """Check the name of a preset.

    Args:
        preset: as the request names it; None or empty if it names none.
        presets: the names of all presets.
        place: ``body`` or ``query``.

    Raises:
        InvalidRequest: there is no such preset.
    """
    if preset and preset not in presets:
        known = ", ".join(f"'{name}'" for name in presets)
        raise refusal([("literal_error", (place, "preset"), f"Input should be one of {known}")])


def preset_refusal(error: PresetUnavailable, presets: Sequence[str], place: str) -> InvalidRequest:
    """The refusal of a preset that exists and cannot be used."""
    said = f"{error.reason} There are: {', '.join(presets)}."
    refused = refusal([("preset_unavailable", (place, "preset"), said)])
    refused.reason_word = error.reason_word
    return refused
