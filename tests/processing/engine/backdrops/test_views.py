"""A scene is seen as was asked for, as its words say, or as its product is posed."""

import numpy as np
import pytest

from processing.engine.arrays import F32, U8
from processing.engine.backdrops import Studio
from processing.engine.backdrops.planes import Stage
from processing.engine.backdrops.provider import Backdrop, BackdropRequest
from processing.engine.backdrops.views.hanging import with_rail
from processing.engine.poses import Pose, View

SIZE = (120, 96)
SUBJECT = (30, 20, 90, 80)


def made(
    prompt: str, pose: Pose | None, view: View | None = None, seed: int = 7, **parts: object
) -> Backdrop:
    request = BackdropRequest(
        prompt=prompt,
        style=None,
        negative_prompt=None,
        seed=seed,
        size=SIZE,
        subject=SUBJECT,
        pose=pose,
        view=view,
        **parts,  # type: ignore[arg-type]
    )
    return Studio().generate(request)


@pytest.mark.parametrize(
    ("prompt", "pose", "view", "seen", "plane"),
    [
        ("wooden table", "lying", None, "above", "surface"),
        ("wooden table", "unsure", None, "above", "surface"),
        ("wooden table", "hanging", None, "above", "surface"),
        ("wooden table", "standing", None, "level", "ground"),
        ("wooden table", None, None, "level", "ground"),
        ("beach at sunset", "lying", None, "above", "surface"),
        ("the open sea", "lying", None, "above", "surface"),
        ("clouds in the sky", "lying", None, "level", "ground"),
        ("brick wall", "lying", None, "wall", "wall"),
        ("pastel pink studio", "lying", None, "above", "surface"),
        ("pastel pink studio", "hanging", None, "wall", "wall"),
        ("pastel pink studio", "standing", None, "level", None),
        ("abstract waves", "lying", None, "level", None),
        # Words win over the pose, and who asks by name wins over words.
        ("marble, flat lay", "standing", None, "above", "surface"),
        ("top view of a marble table", "standing", None, "above", "surface"),
        ("overhead, on sand", None, None, "above", "surface"),
        ("marble table from above", "standing", None, "above", "surface"),
        ("marble table, soft light from above", "standing", None, "level", "ground"),
        ("wooden table at eye level", "lying", None, "level", "ground"),
        ("hanging on a plaster wall", "lying", None, "wall", "wall"),
        ("wooden table", "lying", "level", "level", "ground"),
        ("wooden table at eye level", "standing", "above", "above", "surface"),
        ("wooden table", "standing", "wall", "wall", "wall"),
        ("clouds in the sky", "standing", "above", "above", "surface"),
    ],
)
def test_the_view_follows_who_asks_then_words_then_the_pose(
    prompt: str, pose: Pose | None, view: View | None, seen: View, plane: str | None
) -> None:
    backdrop = made(prompt, pose, view)
    assert backdrop.not_understood == ()
    assert backdrop.view == seen
    assert (backdrop.setting.plane if backdrop.setting else None) == plane


@pytest.mark.parametrize(
    ("prompt", "pose", "view", "left_out"),
    [
        ("marble with lemons and a unicorn", "lying", None, ("unicorn",)),
        ("marble with lemons and a unicorn", "lying", "wall", ("unicorn", "lemons")),
        ("pastel pink studio, eucalyptus", "hanging", None, ("eucalyptus",)),
        ("hanging on a brick wall, books, roses", None, None, ("books", "roses")),
        (
            "oak, books, lemons, roses, eggs",
            "standing",
            "wall",
            ("books", "lemons", "roses", "eggs"),
        ),
    ],
)
def test_on_a_wall_no_props_are_drawn_and_it_says_so(
    prompt: str, pose: Pose | None, view: View | None, left_out: tuple[str, ...]
) -> None:
    backdrop = made(prompt, pose, view)
    assert backdrop.not_understood == left_out
    if left_out[-1] != "unicorn":
        bare = made(prompt.split(",")[0].split(" with")[0], pose, view)
        assert backdrop.view == bare.view == "wall"


def test_from_above_no_horizon_is_seen() -> None:
    """Sand before a sunset is brighter above than below; sand from above is sand all over."""

    def halves(pose: Pose) -> float:
        rgb = made("on a beach at sunset", pose).rgb.astype(np.float32)
        return float(abs(rgb[:30].mean(axis=(0, 1)) - rgb[-30:].mean(axis=(0, 1))).max())

    assert halves("lying") < 12 < halves("standing")


def blueness(rgb: U8) -> F32:
    """By how much each place is bluer than red: sand and wood are not, the sea and its foam nearly are."""
    return np.asarray(rgb[..., 2].astype(np.float32) - rgb[..., 0], np.float32)


def disc() -> U8:
    """A round product in the canvas's middle, as a matte of half its size."""
    rows, columns = np.mgrid[:48, :60]
    return (255 * (np.hypot(rows - 24, columns - 30) < 17)).astype(np.uint8)


def test_a_beach_from_above_has_the_sea_at_its_side_and_never_beneath_the_product() -> None:
    sides = set()
    under = np.kron(disc(), np.ones((2, 2), np.uint8)) > 0
    for seed in range(1, 9):
        seen = blueness(made("on a beach at sunset", "lying", seed=seed, matte=disc()).rgb)
        sand = float(np.median(seen))
        sea = seen > sand + 30
        assert sea.mean() > 0.01
        assert not sea[under].any()
        rows, columns = (np.mean(at) for at in np.nonzero(sea))
        sides.add((int(3 * rows / SIZE[1]), int(3 * columns / SIZE[0])))
    assert len(sides) >= 3


@pytest.mark.parametrize("prompt", ["desert dunes at sunset", "sand, low sun", "a beach, a forest"])
def test_no_sea_is_seen_where_none_was_asked_for(prompt: str) -> None:
    seen = blueness(made(prompt, "lying", matte=disc()).rgb)
    assert not (seen > np.median(seen) + 30).any()


def test_a_product_that_fills_the_frame_lies_on_dry_sand() -> None:
    full = np.full((48, 60), 255, np.uint8)
    seen = blueness(made("on a beach at sunset", "lying", matte=full).rgb)
    assert not (seen > np.median(seen) + 30).any()


def test_an_upright_beach_has_a_horizon_and_the_sun_on_the_sea() -> None:
    dry = made("desert dunes at sunset", "standing").rgb
    backdrop = made("on a beach at sunset", "standing")
    assert backdrop.setting is not None
    assert backdrop.light is not None
    # The sun stands before the camera, so shadows fall towards it.
    assert 150 < backdrop.light.direction < 210
    horizon = round(backdrop.setting.begins * SIZE[1])
    water = backdrop.rgb[horizon + 2 : horizon + 8].astype(np.float32)
    # On one side the sun glitters, and nowhere else is the sea as bright.
    across = water.mean(axis=(0, 2))
    assert across.max() > 1.25 * np.median(across)
    assert (
        abs(water.mean(axis=(0, 1)) - dry[horizon + 2 : horizon + 8].mean(axis=(0, 1))).max() > 15
    )


def test_the_light_of_a_window_is_told_of_what_it_falls_on() -> None:
    fall = made("wooden table in window light", "lying").fall
    assert fall is not None
    assert fall.max() > 1.3 * fall.min()
    assert made("wooden table in window light", "standing").fall is None


def test_four_seeds_are_four_compositions_and_each_the_same_again() -> None:
    pictures = [made("wooden table", "lying", seed=seed).rgb for seed in (100, 101, 102, 103)]
    np.testing.assert_array_equal(made("wooden table", "lying", seed=102).rgb, pictures[2])
    # Boards run across in one picture, and along in the next: neighbors differ from row to row, or from column to
    # column.
    greys = [picture.mean(axis=-1) for picture in pictures]
    along = [np.abs(np.diff(grey, axis=0)).mean() > np.abs(np.diff(grey)).mean() for grey in greys]
    assert along[:2] == [True, False]
    apart = [abs(one - other).mean() for one in greys for other in greys if one is not other]
    assert min(apart) > 4


def test_a_rail_runs_behind_the_hook() -> None:
    stage = Stage.of((100, 100), (20, 20, 80, 90))
    wall: F32 = np.full((100, 100, 3), 0.6, np.float32)
    drawn = with_rail(wall, stage, (50.0, 30.0))
    rows = np.flatnonzero(abs(drawn - wall).max(axis=(1, 2)) > 0.1)
    assert 29 <= rows[0] <= 31
    np.testing.assert_array_equal(drawn[:25], wall[:25])
    plain = made("plaster wall", "hanging").rgb
    railed = made("plaster wall", "hanging", hook=(60.0, 22.0)).rgb
    assert abs(railed[20:32].astype(int) - plain[20:32]).max() > 60
    np.testing.assert_array_equal(railed[60:], plain[60:])
