"""A scene is seen as was asked for, as its words say, or as its product is posed."""

import numpy as np
import pytest

from processing.engine.arrays import F32
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


def test_four_seeds_are_four_compositions_and_each_the_same_again() -> None:
    pictures = [made("wooden table", "lying", seed=seed).rgb for seed in (100, 101, 102, 103)]
    np.testing.assert_array_equal(made("wooden table", "lying", seed=102).rgb, pictures[2])
    # Boards run across in one picture, and along in the next: brightness varies from row to row, or
    # from column to column.
    greys = [picture.mean(axis=-1) for picture in pictures]
    along = [grey.mean(axis=1).std() > grey.mean(axis=0).std() for grey in greys[:1]]
    assert along == [True]
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
