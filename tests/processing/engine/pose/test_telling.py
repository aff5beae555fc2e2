"""How a product is posed is told from its photo and matte."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from processing.engine.arrays import U8
from processing.engine.pose.features import COUNT, features
from processing.engine.pose.hook import hook_of
from processing.engine.pose.telling import pose_of, told
from tests.processing.engine import silhouettes

PHOTOS = Path(__file__).parents[3] / "photos"
SHIRT = silhouettes.rectangle(60, 50, 180, 200) | silhouettes.rectangle(30, 50, 210, 100)


def photo(name: str) -> U8:
    with Image.open(PHOTOS / f"{name}.jpg") as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.mark.parametrize(
    ("name", "pose"),
    [
        ("blue-skirt", "lying"),
        ("denim-shorts", "lying"),
        ("wool-hat", "lying"),
        ("hanging-hoodie", "hanging"),
        ("standing-boots", "standing"),
    ],
)
def test_the_surroundings_tell(name: str, pose: str) -> None:
    assert pose_of(photo(name), SHIRT) == pose


@pytest.mark.parametrize("drawn", [silhouettes.bottle, silhouettes.mug, silhouettes.box])
def test_what_only_stands_hangs_on_no_wall(drawn: object) -> None:
    assert callable(drawn)
    matte = drawn()
    assert pose_of(photo("hanging-hoodie"), matte) == "standing"
    # Surroundings that leave no doubt win: a folded shirt may look like a box.
    assert pose_of(photo("denim-shorts"), matte) == "standing"
    assert pose_of(photo("blue-skirt"), matte) == "lying"


def test_what_could_not_stand_as_it_is_seen_is_not_told_surely() -> None:
    """A cap seen from above ends in a slanted brim."""
    cap = silhouettes.polygon((30, 60), (130, 40), (215, 150), (150, 200), (90, 160), (30, 130))
    assert pose_of(photo("standing-boots"), SHIRT) == "standing"
    assert pose_of(photo("standing-boots"), cap) == "unsure"


def test_a_product_without_surroundings_is_told_by_its_silhouette_alone() -> None:
    skirt, clear = photo("blue-skirt"), np.zeros((400, 533), np.uint8)
    assert pose_of(skirt, SHIRT, clear) == "unsure"
    assert pose_of(skirt, silhouettes.bottle(), clear) == "standing"
    assert pose_of(skirt, SHIRT, np.full_like(clear, 255)) == "lying"


def test_scores_that_are_low_or_close_settle_nothing() -> None:
    assert told(np.array([0.44, 0.0, 0.0])) == "unsure"
    assert told(np.array([0.2, 0.8, 0.66])) == "unsure"
    assert told(np.array([0.2, 0.8, 0.64])) == "hanging"


def test_a_mirrored_photo_has_the_same_features() -> None:
    skirt = photo("blue-skirt")
    found = features(skirt)
    assert found.shape == (COUNT,)
    np.testing.assert_allclose(features(skirt[:, ::-1].copy()), found, atol=0.02)


def test_a_hook_is_what_is_narrow_above_a_garment() -> None:
    hook = silhouettes.rectangle(118, 30, 124, 52)
    assert hook_of(SHIRT | hook) == (121.0, 30.0)
    assert hook_of(SHIRT) is None
    # One that the picture cuts off ends nowhere.
    assert hook_of(SHIRT | silhouettes.rectangle(118, 0, 124, 52)) is None
    assert hook_of(np.zeros_like(SHIRT)) is None
