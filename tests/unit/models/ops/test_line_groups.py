import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ops.line_groups import TIGHT_STEP, WIDTH_LADDER, plan_groups

SHAPE = (3, 48, 320)
SIZES = st.lists(st.tuples(st.integers(1, 200), st.integers(1, 4000)), max_size=40)


def test_reference_sorts_by_ratio_and_pads_each_group_to_its_widest():
    sizes = [(48, 900), (48, 100), (48, 500), (24, 300)]
    groups = plan_groups(sizes, SHAPE, "reference", 3)
    assert [group.lines for group in groups] == [(1, 2, 3), (0,)]
    assert [group.width for group in groups] == [600, 900]
    assert groups[0].text_widths == (100, 500, 600)
    assert groups[0].width_ratios == pytest.approx((100 / 600, 500 / 600, 1.0))


def test_a_short_line_is_measured_against_the_nominal_width():
    (group,) = plan_groups([(48, 100)], SHAPE, "reference", 6)
    assert group.width == 320
    assert group.width_ratios == pytest.approx((100 / 320,))


def test_bucket_gives_a_line_its_own_step_whoever_is_beside_it():
    alone = plan_groups([(48, 500)], SHAPE, "bucket", 6)
    among = plan_groups([(48, 500), (48, 100), (48, 2000)], SHAPE, "bucket", 6)
    assert [group.width for group in alone] == [640]
    assert {group.lines: group.width for group in among} == {(1,): 320, (0,): 640, (2,): 2240}


def test_tight_gives_a_line_the_next_step_and_no_nominal_width():
    groups = plan_groups([(48, 100), (48, 500), (48, 97), (48, 9999)], SHAPE, "tight", 6)
    assert {group.lines: group.width for group in groups} == {(2, 0): 128, (1,): 512, (3,): 3200}
    assert groups[0].text_widths == (97, 100)
    assert groups[0].width_ratios == pytest.approx((97 / 128, 100 / 128))


@given(SIZES, st.sampled_from(["reference", "tight", "bucket"]))
def test_every_line_is_in_exactly_one_group_and_fits_it(sizes, padding):
    groups = plan_groups(sizes, SHAPE, padding, 6)
    assert sorted(index for group in groups for index in group.lines) == list(range(len(sizes)))
    for group in groups:
        assert (TIGHT_STEP if padding == "tight" else 320) <= group.width <= 3200
        assert max(group.text_widths) <= group.width
        assert min(group.text_widths) >= 1
        assert padding != "bucket" or group.width in WIDTH_LADDER
        assert padding != "tight" or group.width - max(group.text_widths) < TIGHT_STEP
