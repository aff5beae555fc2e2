"""Layout: the worked cases, and the open points as decided."""

from __future__ import annotations

import pytest

from processing.engine.canvas.layout import Box, Cut, Placement, Size, clipped, lay_out, spread
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


def laid_out(wanted: Layout, source: Size, subject: Box) -> Placement:
    """As if the frame cut the subject wherever it touches it."""
    left, top, right, bottom = subject
    cut = Cut(left == 0, top == 0, right == source[0], bottom == source[1])
    return lay_out(wanted, source, subject, cut)


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
    placed = laid_out(wanted, SOURCE, subject)
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
    assert laid_out(wanted, SOURCE, (100, 100, 500, 300)).place == place


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
    assert laid_out(wanted, (4000, 3000), (500, 500, 3500, 510)).canvas == canvas


def test_a_cropped_subject_fills_its_canvas_pixel_for_pixel() -> None:
    placed = laid_out(Layout(size="croppedSubject"), SOURCE, FREE)
    assert (placed.place, placed.scale) == ((0, 0, 300, 300), 1.0)


@pytest.mark.parametrize(
    ("subject", "place", "scale"),
    [
        ((0, 0, 400, 200), (200, 350, 800, 650), 1.5),
        ((600, 100, 800, 500), (350, 200, 650, 800), 1.5),
        ((100, 100, 107, 103), (200, 371, 800, 629), 600 / 7),
        ((100, 100, 103, 107), (371, 200, 629, 800), 600 / 7),
    ],
)
def test_the_scale_is_that_of_the_longer_side(subject: Box, place: Box, scale: float) -> None:
    placed = laid_out(layout(margin=0.2, snap=False), SOURCE, subject)
    assert (placed.place, placed.scale) == (place, scale)


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        # 3.4 pixels and 0.0034 of the other 993.2: rounded one by one they would be 3 and 3.
        (layout(margin=0.0034, padding=0.0034), (7, 7, 993, 993)),
        (layout(margin="0.4px", padding="0.4px"), (1, 1, 999, 999)),
        # A half goes to the left and to the top.
        (layout(size="10x10", padding=0.15), (1, 1, 8, 8)),
    ],
)
def test_edges_are_rounded_once(wanted: Layout, place: Box) -> None:
    assert laid_out(wanted, SOURCE, FREE).place == place


def test_pixels_keep_their_decimals() -> None:
    assert Sides.all("12345.678px").left == "12345.678px"


def test_padding_of_a_cropped_subject_shrinks_it_within_the_same_canvas() -> None:
    placed = laid_out(layout(size="croppedSubject", padding=0.1), SOURCE, FREE)
    assert (placed.canvas, placed.place) == ((300, 300), (30, 30, 270, 270))


def test_the_whole_photo_stays_where_it_was() -> None:
    wanted = Layout(reference_box="originalImage")
    placed = laid_out(wanted, (640, 480), (7, 9, 100, 123))
    assert placed.place == (0, 0, 640, 480)
    assert placed.of((7, 9, 100, 123)) == (7, 9, 100, 123)


# A subject that the frame cuts at both sides: 1000 wide and 800 high in a photo of 1000x1000.
TOP, MIDDLE, BOTTOM = (0, 0, 1000, 800), (0, 100, 1000, 900), (0, 200, 1000, 1000)
# The same, turned: cut above and below.
LEFT, RIGHT = (0, 0, 800, 1000), (200, 0, 1000, 1000)


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
            layout(size="1000x500", padding=0.2, margin=Sides(top="20px")), TOP,
            (260, 20, 740, 404),
            id="at the top neither",
        ),
        pytest.param(
            layout(size="1000x500", padding=0.2, margin=Sides(bottom="20px")), TOP,
            (0, -416, 1000, 384),
            id="a margin at the other side is none in its way",
        ),
        pytest.param(
            layout(size="1000x500", padding=0.2, margin=Sides(top="20px")), BOTTOM,
            (0, 116, 1000, 916),
            id="at the bottom neither",
        ),
        pytest.param(
            layout(size="500x1000", padding=0.2), RIGHT, (100, 0, 900, 1000),
            id="what is too much leaves at the cut right",
        ),
        pytest.param(
            layout(size="500x1000", padding=0.2), LEFT, (-400, 0, 400, 1000), id="at the cut left"
        ),
        pytest.param(
            layout(size="500x1000", padding=0.2, margin=Sides(left="300px")), RIGHT,
            (340, 0, 1140, 1000),
            id="at the cut right behind a wide margin",
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
    assert laid_out(wanted, SOURCE, subject).place == place


def test_filling_keeps_a_cut_edge_on_the_documents_edge() -> None:
    wanted = layout(size="1000x500", scaling="fill", margin=Sides(bottom="50px"))
    assert laid_out(wanted, SOURCE, CUT_BELOW).place == (0, -550, 1000, 450)


@pytest.mark.parametrize(
    ("values", "left"),
    [
        ({"margin": Sides(left="600px", right="400px")}, "0x1000"),
        ({"padding": Sides(top="900px", bottom="900px")}, "1000x0"),
        ({"size": "2x2", "margin": 0.49}, "0x0"),
        ({"size": "2x1000", "margin": Sides(left=0.49, right=0.49)}, "0x1000"),
        ({"margin": "99999px", "padding": 0.49}, "0x0"),
    ],
)
def test_no_room_is_an_error_that_says_so(values: dict[str, object], left: str) -> None:
    canvas = values.get("size", "1000x1000")
    with pytest.raises(InvalidPlan) as caught:
        laid_out(layout(**values), SOURCE, FREE)
    assert caught.value.message == (
        f"Margins and padding leave only {left} pixels of a {canvas} canvas, too little to place "
        "anything."
    )


@pytest.mark.parametrize(
    "box",
    [
        *((0, 0, 0, 5), (0, 5, 5, 5), (5, 5, 5, 5), (5, 0, 3, 5), (0, 9, 9, 3)),
        *((-1, 0, 5, 5), (0, -1, 5, 5), (0, 0, 1001, 5), (0, 0, 5, 801)),
    ],
)
def test_a_box_outside_of_the_photo_is_refused(box: Box) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        laid_out(layout(), (1000, 800), box)
    assert str(caught.value) == f"{box} is not a box within an image of 1000x800 pixels."


def test_a_box_below_one_pixel_gets_the_pixel_it_lies_in() -> None:
    placed = laid_out(layout(size="1x1", reference_box="originalImage"), (2, 1), (0, 0, 1, 1))
    assert placed.of((1, 0, 2, 1)) == (0, 0, 1, 1)


def test_another_box_moves_with_the_reference() -> None:
    placed = laid_out(layout(), SOURCE, FREE)
    assert placed.of((0, 0, 1000, 1000)) == (-667, -667, 2667, 2667)
    assert placed.of((300, 300, 300, 300)) == (333, 333, 334, 334)
    padded = laid_out(layout(margin=Sides(left="100px", bottom="200px")), SOURCE, FREE)
    assert padded.place == (150, 0, 950, 800)
    assert padded.document == (100, 0, 1000, 800)
    assert padded.of((350, 350, 500, 500)) == (550, 400, 950, 800)


@pytest.mark.parametrize(
    ("picture", "cover", "place"),
    [
        ((400, 300), True, (-17, 0, 117, 100)),
        ((400, 300), False, (0, 12, 100, 87)),
        ((30, 40), True, (0, -17, 100, 117)),
        ((50, 50), False, (0, 0, 100, 100)),
        ((5000, 1), False, (0, 49, 100, 50)),
        ((1, 5000), False, (49, 0, 50, 100)),
    ],
)
def test_a_picture_covers_a_canvas_or_lies_in_it_whole(
    picture: Size, cover: bool, place: Box
) -> None:
    assert spread(picture, (100, 100), cover=cover) == place


@pytest.mark.parametrize(
    ("canvas", "cover", "place"),
    [
        ((300, 100), True, (0, -100, 300, 200)),
        ((300, 100), False, (100, 0, 200, 100)),
        ((100, 300), True, (-100, 0, 200, 300)),
        ((100, 300), False, (0, 100, 100, 200)),
    ],
)
def test_a_square_picture_on_another_canvas(canvas: Size, cover: bool, place: Box) -> None:
    assert spread((50, 50), canvas, cover=cover) == place


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ((-5, -5, 5, 5), (0, 0, 5, 5)),
        ((90, 40, 190, 60), (90, 40, 100, 50)),
        ((0, 30, 20, 45), (0, 30, 20, 45)),
        ((60, 0, 90, 20), (60, 0, 90, 20)),
        ((-9, 0, 0, 50), None),
        ((0, 50, 9, 60), None),
    ],
)
def test_clipping(box: Box, inside: Box | None) -> None:
    assert clipped(box, (100, 50)) == inside
