"""What holds for every layout."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from processing.engine.canvas.layout import Box, Cut, Placement, Size, lay_out
from processing.engine.errors import InvalidPlan
from processing.engine.plans.edit import Layout, Sides

LENGTHS = st.one_of(
    st.floats(0, 0.49), st.integers(0, 300).map("{}px".format), st.integers(0, 49).map("{}%".format)
)
SIDES = st.builds(Sides, LENGTHS, LENGTHS, LENGTHS, LENGTHS)
SIZES = st.one_of(
    st.sampled_from(["auto", "originalImage", "croppedSubject"]),
    st.builds("{}x{}".format, st.integers(1, 5000), st.integers(1, 5000)),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Layout, Size, Box, Cut]:
    width, height = draw(st.integers(1, 6000)), draw(st.integers(1, 6000))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
    wanted = Layout(
        size=draw(SIZES),
        margin=draw(SIDES),
        padding=draw(SIDES),
        scaling=draw(st.sampled_from(["fit", "fill"])),
        horizontal=draw(st.sampled_from([None, "left", "center", "right"])),
        vertical=draw(st.sampled_from([None, "top", "center", "bottom"])),
        reference_box=draw(st.sampled_from(["subjectBox", "originalImage"])),
        snap=draw(st.booleans()),
    )
    cut = Cut(*(draw(st.booleans()) for _ in range(4)))
    return wanted, (width, height), (left, top, right, bottom), cut


def placed_or_refused(case: tuple[Layout, Size, Box, Cut]) -> Placement | None:
    try:
        return lay_out(*case)
    except InvalidPlan:
        return None


def within(inner: Box, outer: Box) -> list[bool]:
    """Left, top, right, bottom: whether the inner box stays behind the outer's edge."""
    before = [inner[side] >= outer[side] for side in (0, 1)]
    return before + [inner[side] <= outer[side] for side in (2, 3)]


@settings(max_examples=40)
@given(cases())
def test_proportions_are_kept_to_rounding(
    case: tuple[Layout, Size, Box, Cut],
) -> None:
    if (placed := placed_or_refused(case)) is None:
        return
    width, height = placed.place[2] - placed.place[0], placed.place[3] - placed.place[1]
    across = placed.reference[2] - placed.reference[0]
    down = placed.reference[3] - placed.reference[1]
    # Every edge is off by half a pixel at most, and where a side would vanish it gets a pixel.
    off = abs(width * down - height * across) / max(across, down)
    assert off <= 2
    assert min(width, height) >= 1


@settings(max_examples=40)
@given(cases())
def test_boxes_lie_within_one_another(case: tuple[Layout, Size, Box, Cut]) -> None:
    if (placed := placed_or_refused(case)) is None:
        return
    assert all(within(placed.document, (0, 0, *placed.canvas)))
    assert all(within(placed.target, placed.document))
    if case[0].size not in ("auto", "originalImage", "croppedSubject"):
        assert case[0].size == "{}x{}".format(*placed.canvas)


@settings(max_examples=40)
@given(cases())
def test_fitting_stays_in_the_target_area_and_never_crosses_a_margin(
    case: tuple[Layout, Size, Box, Cut],
) -> None:
    wanted = dataclasses.replace(case[0], scaling="fit")
    if (placed := placed_or_refused((wanted, *case[1:]))) is None:
        return
    full = (0, 0, *placed.canvas)
    for side, inside in enumerate(within(placed.place, placed.target)):
        # Only a cut side (whose target edge is the document's) without a margin lets anything out.
        assert inside or placed.target[side] == placed.document[side] == full[side]
    if not wanted.snap or wanted.reference_box == "originalImage":
        assert all(within(placed.place, placed.target))


@settings(max_examples=40)
@given(cases())
def test_filling_leaves_no_gap(case: tuple[Layout, Size, Box, Cut]) -> None:
    wanted = dataclasses.replace(case[0], scaling="fill")
    placed = placed_or_refused((wanted, *case[1:]))
    assert placed is None or all(within(placed.target, placed.place))


@settings(max_examples=40)
@given(cases())
def test_the_reference_lands_in_its_place(case: tuple[Layout, Size, Box, Cut]) -> None:
    if (placed := placed_or_refused(case)) is None:
        return
    assert placed.of(placed.reference) == placed.place
    assert all(within(placed.of(case[2]), placed.of((0, 0, *case[1]))))
    assert lay_out(*case) == placed
