"""The backgrounds that everybody has: recipes, each with its thumbnail beside it."""

from __future__ import annotations

import re
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import call_command
from PIL import Image as Pillow

from config import public_ids
from processing.engine.plans.color_names import parse_rgba
from processing.engine.prompts import scene
from processing.services.backgrounds.background_library import tidy_tags
from processing.services.backgrounds.builtin_backgrounds import Builtin, builtins, thumbnail_of
from tests.tables import in_turn

STATIC = Path(settings.BASE_DIR) / "static"
ALL = list(builtins().values())


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Pillow.open(BytesIO(data)).convert("RGB"), int)


def kept(one: Builtin) -> bytes:
    return (STATIC / one.thumbnail).read_bytes()


def test_there_are_enough_of_every_category() -> None:
    counts = dict.fromkeys(("solid", "gradient", "pattern", "nature", "abstract"), 0)
    for one in ALL:
        counts[one.category] += 1
    assert min(counts.values()) >= 10
    assert len(ALL) == sum(counts.values()) >= 36


def test_no_two_of_them_are_the_same() -> None:
    for seen in ([one.public_id for one in ALL], [one.name for one in ALL]):
        assert len(set(seen)) == len(ALL)
    assert len({repr(one.plan) for one in ALL}) == len(ALL)


@in_turn("one", ALL)
def test_a_recipe_is_whole(one: Builtin) -> None:
    assert re.fullmatch(r"bg_builtin_[a-z]+(-[a-z]+)*", one.public_id)
    with pytest.raises(ValueError, match="Not a valid bg_ id"):
        public_ids.decode("bg", one.public_id)
    assert one.tags
    assert tidy_tags(one.tags) == list(one.tags)
    if one.plan.generated is not None:
        wanted = one.plan.generated
        assert (wanted.provider, wanted.seed is None) == ("studio", False)
        assert scene.parse(wanted.prompt, wanted.style).not_understood == ()


@in_turn("one", ALL)
def test_every_recipe_has_its_thumbnail(one: Builtin) -> None:
    data = kept(one)
    assert len(data) < 15_000
    picture = Pillow.open(BytesIO(data))
    assert (picture.format, picture.size) == ("WEBP", (320, 240))
    if one.plan.color is not None:
        red, green, blue, _ = parse_rgba(one.plan.color)
        assert np.abs(pixels(data) - (red, green, blue)).mean() < 3


def test_no_thumbnail_is_without_a_recipe() -> None:
    found = {path.relative_to(STATIC).as_posix() for path in STATIC.glob("backgrounds/*")}
    assert found == {one.thumbnail for one in ALL}


@pytest.mark.parametrize("slug", ["sand", "lagoon", "terrazzo"])
def test_a_thumbnail_is_what_its_recipe_draws(slug: str) -> None:
    one = builtins()[f"bg_builtin_{slug}"]
    assert np.abs(pixels(thumbnail_of(one)) - pixels(kept(one))).mean() < 1


def test_drawing_them_anew_leaves_none_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backgrounds"
    folder.mkdir()
    (folder / "gone.webp").write_bytes(b"old")
    few = {one.public_id: one for one in ALL[:2]}
    monkeypatch.setattr("processing.management.commands.draw_backgrounds.builtins", lambda: few)
    out = StringIO()
    call_command("draw_backgrounds", into=tmp_path, stdout=out)
    assert out.getvalue() == "2 thumbnails\n"
    assert {path.name for path in folder.iterdir()} == {f"{one.slug}.webp" for one in ALL[:2]}
    assert (folder / f"{ALL[0].slug}.webp").read_bytes() == thumbnail_of(ALL[0])
