"""Layout: the worked cases, the open points as decided, and what holds for every layout."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.engine.canvas.layout import Box, Placement, Size, clipped, lay_out, spread
from processing.engine.errors import InvalidPlan
from processing.engine.plans.edit import Layout, Sides

SOURCE = (1000, 1000)
FREE = (200, 200, 500, 500)
CUT_BELOW = (200, 700, 500, 1000)


def layout(**values: object) -> Layout:
    """A square canvas of 1000 pixels, unless said otherwise; margin and padding all around."""
    for name in ("margin", "padding"):
        if name in values and not isinstance(values[name], Sides):
            values[name] = Sides.all(values[name])
    return Layout(**({"size": "1000x1000"} | values))


@pytest.mark.parametrize(
    ("wanted", "subject", "target", "place"),
    [
        pytest.param(
            layout(margin="10%", padding="10%"), FREE, (180, 180, 820, 820), (180, 180, 820, 820),
            id="padding is a share of what the margins leave",
        ),
        pytest.param(
            layout(margin="10%", padding="10%"), CUT_BELOW,
            (180, 180, 820, 900), (180, 260, 820, 900),
            id="a cut side drops its padding and keeps its margin",
        ),
        pytest.param(
            layout(margin="10%", padding="10%", snap=False), CUT_BELOW,
            (180, 180, 820, 820), (180, 180, 820, 820),
            id="without snapping it does not",
        ),
        pytest.param(
            layout(padding=0.1), FREE, (100, 100, 900, 900), (100, 100, 900, 900), id="nothing cut"
        ),
        pytest.param(
            layout(padding=0.1), (100, 400, 400, 1000), (100, 100, 900, 1000), (275, 100, 725, 1000),
            id="300x600 cut below",
        ),
        pytest.param(
            layout(
                size="1920x1440",
                padding=Sides(left="461px", top="298px", bottom="0px"),
                margin=Sides(bottom="144px"),
                vertical="bottom",
                snap=False,
            ),
            (0, 0, 1000, 500),
            (461, 298, 1920, 1296), (461, 566, 1920, 1296),
            id="pixels add up",
        ),
        pytest.param(
            layout(padding=Sides(left="100px", right=0.2)), FREE,
            (100, 0, 800, 1000), (100, 150, 800, 850),
            id="each side has its own form",
        ),
        pytest.param(
            layout(padding=0.1, vertical="center"), CUT_BELOW,
            (100, 100, 900, 900), (100, 100, 900, 900),
            id="an alignment, center too, switches snapping off on its axis",
        ),
        pytest.param(
            layout(padding=0.1, horizontal="left"), CUT_BELOW,
            (100, 100, 900, 1000), (100, 200, 900, 1000),
            id="and leaves the other axis alone",
        ),
        pytest.param(
            layout(reference_box="originalImage", padding=0.1), CUT_BELOW,
            (100, 100, 900, 900), (100, 100, 900, 900),
            id="the whole photo as reference never snaps",
        ),
    ],
)  # fmt: skip
def test_worked_cases(wanted: Layout, subject: Box, target: Box, place: Box) -> None:
    placed = lay_out(wanted, SOURCE, subject)
    assert (placed.target, placed.place) == (target, place)


@pytest.mark.parametrize(
    ("scaling", "horizontal", "vertical", "place"),
    [
        ("fit", None, None, (0, 250, 1000, 750)),
        ("fit", "right", "top", (0, 0, 1000, 500)),
        ("fit", "left", "bottom", (0, 500, 1000, 1000)),
        ("fill", None, None, (-500, 0, 1500, 1000)),
        ("fill", "left", None, (0, 0, 2000, 1000)),
        ("fill", "right", None, (-1000, 0, 1000, 1000)),
        ("fill", "center", "bottom", (-500, 0, 1500, 1000)),
    ],
)
def test_scaling_and_alignment(
    scaling: str, horizontal: str | None, vertical: str | None, place: Box
) -> None:
    wanted = layout(scaling=scaling, horizontal=horizontal, vertical=vertical)
    assert lay_out(wanted, SOURCE, (100, 100, 500, 300)).place == place


@pytest.mark.parametrize(
    ("size", "limits", "canvas"),
    [
        ("auto", {}, (4000, 3000)),
        ("originalImage", {}, (4000, 3000)),
        ("originalImage", {"max_width": 2000}, (2000, 1500)),
        ("originalImage", {"max_width": 2000, "max_height": 1000}, (1333, 1000)),
        ("originalImage", {"max_width": 9000, "max_height": 9000}, (4000, 3000)),
        ("croppedSubject", {}, (3000, 10)),
        ("croppedSubject", {"max_width": 30}, (30, 1)),
        ("50x20", {}, (50, 20)),
    ],
)
def test_the_canvas_is_never_enlarged_by_its_limits(
    size: str, limits: dict[str, int], canvas: Size
) -> None:
    wanted = Layout(size=size, **limits)
    assert lay_out(wanted, (4000, 3000), (500, 500, 3500, 510)).canvas == canvas


def test_a_cropped_subject_fills_its_canvas_pixel_for_pixel() -> None:
    placed = lay_out(Layout(size="croppedSubject"), SOURCE, FREE)
    assert (placed.place, placed.scale) == ((0, 0, 300, 300), 1.0)


def test_padding_of_a_cropped_subject_shrinks_it_within_the_same_canvas() -> None:
    placed = lay_out(layout(size="croppedSubject", padding=0.1), SOURCE, FREE)
    assert (placed.canvas, placed.place) == ((300, 300), (30, 30, 270, 270))


def test_the_whole_photo_stays_where_it_was() -> None:
    wanted = Layout(reference_box="originalImage")
    placed = lay_out(wanted, (640, 480), (7, 9, 100, 123))
    assert placed.place == (0, 0, 640, 480)
    assert placed.of((7, 9, 100, 123)) == (7, 9, 100, 123)


@pytest.mark.parametrize(
    ("distance", "side", "cut"),
    [(0, 1000, True), (1, 100, True), (2, 100, False), (2, 1000, True), (3, 1000, False),
     (8, 4000, True), (9, 4000, False)],
)  # fmt: skip
def test_a_side_counts_as_cut_within_one_pixel_or_a_500th(
    distance: int, side: int, cut: bool
) -> None:
    box = (side // 2, side // 2, side - distance, side // 2 + 20)
    placed = lay_out(layout(padding=0.1), (side, side), box)
    assert placed.place[2] == (1000 if cut else 900)


# A subject that the frame cuts at both sides: 1000 wide and 800 high in a photo of 1000x1000.
TOP, MIDDLE, BOTTOM = (0, 0, 1000, 800), (0, 100, 1000, 900), (0, 200, 1000, 1000)


@pytest.mark.parametrize(
    ("wanted", "subject", "place"),
    [
        pytest.param(
            layout(size="800x1000", padding=0.1), MIDDLE, (0, 180, 800, 820), id="it spans"
        ),
        pytest.param(
            layout(padding=0.2), MIDDLE, (125, 200, 875, 800),
            id="not where uncut sides would leave the target area: it is centred",
        ),
        pytest.param(
            layout(size="1000x500", padding=0.2), BOTTOM, (0, 100, 1000, 900),
            id="it spans, what is too much leaves at the cut bottom",
        ),
        pytest.param(
            layout(size="1000x500", padding=0.2), TOP, (0, -400, 1000, 400), id="or at the cut top"
        ),
        pytest.param(
            layout(size="1000x500", padding=0.2, margin=Sides(bottom="20px")), BOTTOM,
            (260, 96, 740, 480),
            id="never across a margin",
        ),
        pytest.param(
            layout(size="1000x500", padding=0.2), (0, 0, 1000, 1000), (0, -250, 1000, 750),
            id="cut all around: full bleed",
        ),
        pytest.param(
            layout(size="500x1000", padding=0.2), (0, 0, 1000, 1000), (-250, 0, 750, 1000),
            id="on a high canvas too",
        ),
        pytest.param(
            layout(size="1000x500", margin="50px"), (0, 0, 1000, 1000), (300, 50, 700, 450),
            id="cut all around, with margins: whole",
        ),
    ],
)  # fmt: skip
def test_a_subject_cut_at_opposite_sides(wanted: Layout, subject: Box, place: Box) -> None:
    assert lay_out(wanted, SOURCE, subject).place == place


def test_filling_keeps_a_cut_edge_on_the_documents_edge() -> None:
    wanted = layout(size="1000x500", scaling="fill", margin=Sides(bottom="50px"))
    assert lay_out(wanted, SOURCE, CUT_BELOW).place == (0, -550, 1000, 450)


@pytest.mark.parametrize(
    ("values", "left"),
    [
        ({"margin": Sides(left="600px", right="400px")}, "0x1000"),
        ({"padding": Sides(top="900px", bottom="900px")}, "1000x0"),
        ({"size": "2x2", "margin": 0.49}, "0x0"),
        ({"margin": "99999px", "padding": 0.49}, "0x0"),
    ],
)
def test_no_room_is_an_error_that_says_so(values: dict[str, object], left: str) -> None:
    with pytest.raises(InvalidPlan, match=f"leave only {left} pixels of a "):
        lay_out(layout(**values), SOURCE, FREE)


@pytest.mark.parametrize(
    "box", [(0, 0, 0, 5), (5, 5, 5, 5), (-1, 0, 5, 5), (0, 0, 1001, 5), (0, 9, 9, 3)]
)
def test_a_box_outside_of_the_photo_is_refused(box: Box) -> None:
    with pytest.raises(ValueError, match="is not a box within an image of 1000x1000 pixels"):
        lay_out(layout(), SOURCE, box)


def test_a_box_below_one_pixel_gets_the_pixel_it_lies_in() -> None:
    placed = lay_out(layout(size="1x1", reference_box="originalImage"), (2, 1), (0, 0, 1, 1))
    assert placed.of((1, 0, 2, 1)) == (0, 0, 1, 1)


def test_another_box_moves_with_the_reference() -> None:
    placed = lay_out(layout(), SOURCE, FREE)
    assert placed.of((0, 0, 1000, 1000)) == (-667, -667, 2667, 2667)
    assert placed.of((300, 300, 300, 300)) == (333, 333, 334, 334)


@pytest.mark.parametrize(
    ("picture", "cover", "place"),
    [
        ((400, 300), True, (-17, 0, 116, 100)),
        ((400, 300), False, (0, 12, 100, 87)),
        ((30, 40), True, (0, -17, 100, 116)),
        ((50, 50), False, (0, 0, 100, 100)),
        ((5000, 1), False, (0, 49, 100, 50)),
    ],
)
def test_a_picture_covers_a_canvas_or_lies_in_it_whole(
    picture: Size, cover: bool, place: Box
) -> None:
    assert spread(picture, (100, 100), cover=cover) == place


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ((-5, -5, 5, 5), (0, 0, 5, 5)),
        ((90, 40, 190, 60), (90, 40, 100, 50)),
        ((-9, 0, 0, 50), None),
        ((0, 50, 9, 60), None),
    ],
)
def test_clipping(box: Box, inside: Box | None) -> None:
    assert clipped(box, (100, 50)) == inside


LENGTHS = st.one_of(
    st.floats(0, 0.49), st.integers(0, 300).map("{}px".format), st.integers(0, 49).map("{}%".format)
)
SIDES = st.builds(Sides, LENGTHS, LENGTHS, LENGTHS, LENGTHS)
SIZES = st.one_of(
    st.sampled_from(["auto", "originalImage", "croppedSubject"]),
    st.builds("{}x{}".format, st.integers(1, 5000), st.integers(1, 5000)),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Layout, Size, Box]:
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
    return wanted, (width, height), (left, top, right, bottom)


def placed_or_refused(case: tuple[Layout, Size, Box]) -> Placement | None:
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
    case: tuple[Layout, Size, Box],
) -> None:
    if (placed := placed_or_refused(case)) is None:
        return
    width, height = placed.place[2] - placed.place[0], placed.place[3] - placed.place[1]
    across = placed.reference[2] - placed.reference[0]
    down = placed.reference[3] - placed.reference[1]
    # One side is exact; the other is off by half a pixel, or by one where it would vanish.
    assert min(abs(width - height * across / down), abs(height - width * down / across)) < 1
    assert min(width, height) >= 1


@settings(max_examples=40)
@given(cases())
def test_boxes_lie_within_one_another(case: tuple[Layout, Size, Box]) -> None:
    if (placed := placed_or_refused(case)) is None:
        return
    assert all(within(placed.document, (0, 0, *placed.canvas)))
    assert all(within(placed.target, placed.document))
    if case[0].size not in ("auto", "originalImage", "croppedSubject"):
        assert case[0].size == "{}x{}".format(*placed.canvas)


@settings(max_examples=40)
@given(cases())
def test_fitting_stays_in_the_target_area_and_never_crosses_a_margin(
    case: tuple[Layout, Size, Box],
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
def test_filling_leaves_no_gap(case: tuple[Layout, Size, Box]) -> None:
    wanted = dataclasses.replace(case[0], scaling="fill")
    placed = placed_or_refused((wanted, *case[1:]))
    assert placed is None or all(within(placed.target, placed.place))


@settings(max_examples=40)
@given(cases())
def test_the_reference_lands_in_its_place(case: tuple[Layout, Size, Box]) -> None:
    if (placed := placed_or_refused(case)) is None:
        return
    assert placed.of(placed.reference) == placed.place
    assert all(within(placed.of(case[2]), placed.of((0, 0, *case[1]))))
    assert lay_out(*case) == placed
