"""The card whose use is measured is the one that works."""

import pytest

from benchmarks.gpu.utilisation import card_of


@pytest.mark.parametrize(
    ("device", "visible", "card"),
    [
        ("gpu:1", None, "1"),
        ("gpu:0", "2,3", "2"),
        ("gpu:1", "GPU-aa, GPU-bb", "GPU-bb"),
        ("gpu:2", "0,1", None),
        ("gpu:0", "MIG-aa", None),
        ("gpu:0", "", None),
    ],
)
def test_a_device_is_counted_among_the_visible_cards(device: str, visible: str | None, card: str | None) -> None:
    assert card_of(device, {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}) == card
