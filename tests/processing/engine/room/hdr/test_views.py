"""Views through windows that brackets show."""

from __future__ import annotations

from io import BytesIO
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.engine.arrays import F32, U8
from processing.engine.plans.room import RoomPlan
from processing.engine.render_hdr import render_hdr
from processing.engine.render_room import RoomOrder, RoomTools
from processing.engine.render_room_preview import render_room_preview, small_merged
from processing.engine.rendered import Rendered, WindowFacts
from tests.processing.engine.room.hdr.exposed import exposed, held, jpeg
from tests.processing.engine.room.windowed import CLIPPED, windowed

SIZE = (1200, 800)
STOPS = (-2.0, 0.0, 1.5)
ROOM = np.s_[620:780, 20:-20]


@pytest.fixture(scope="module")
def scene() -> F32:
    """A room, textured so that brackets can be aligned, with two windows that a usual exposure clips."""
    large = cv2.resize(windowed().light, SIZE, interpolation=cv2.INTER_LINEAR)
    random = np.random.default_rng(3)
    texture = cv2.GaussianBlur(random.normal(0, 1, SIZE[::-1]).astype(np.float32), (0, 0), 2)
    return np.asarray(large * (1 + texture[..., None]), np.float32).clip(0.002)


def files(scene: F32, stops: tuple[float, ...] = STOPS) -> list[bytes]:
    """The darkest is held otherwise than the others."""
    moved = held(SIZE, right=12, down=-9)
    return [
        jpeg(exposed(scene, stop, seen=moved if stop == min(stops) else None), stops=stop)
        for stop in stops
    ]


def made(sources: list[bytes], pull: str) -> tuple[U8, Rendered]:
    plan = RoomPlan(look=None, straighten=False, window_pull=pull)  # type: ignore[arg-type]
    result = render_hdr(sources, RoomOrder(plan), max_pixels=10**7)
    return np.asarray(Image.open(BytesIO(result.data)).convert("RGB")), result


def facts(result: Rendered) -> WindowFacts | None:
    assert result.room is not None
    return result.room.windows


def test_the_darkest_bracket_gives_the_view(scene: F32) -> None:
    sources = files(scene)
    usual, plain = made(sources, "NONE")
    shown, pulled = made(sources, "ONLY_WINDOWS")
    assert facts(plain) is None
    assert facts(pulled) == WindowFacts(found=2, recovered=2)
    left, top, right, bottom = (2 * edge for edge in CLIPPED)
    meadow = np.s_[top + 220 : bottom - 20, left + 20 : right - 20]
    assert (shown[meadow].max(axis=-1) >= 250).mean() < 0.02
    red, green, _ = shown[meadow].reshape(-1, 3).mean(axis=0)
    was = usual[meadow].reshape(-1, 3).mean(axis=0)
    assert green - red > 15
    assert green - red > was[1] - was[0]
    # The bracket lies where the room does: its texture is that of the scene.
    truth = exposed(scene, -2.0, noise=0.0)[meadow][..., 1].astype(float)
    assert np.corrcoef(truth.ravel(), shown[meadow][..., 1].ravel())[0, 1] > 0.9
    assert np.abs(shown[ROOM].astype(int) - usual[ROOM]).max() <= 2


def test_without_a_darker_bracket_the_picture_alone_tells(scene: F32) -> None:
    same = files(scene, (0.0, 0.0))
    shown, result = made(same, "ONLY_WINDOWS")
    told = facts(result)
    assert told is not None
    left, top, right, _ = (2 * edge for edge in CLIPPED)
    assert told.recovered < 2
    assert (shown[top + 20 : top + 180, left + 20 : right - 20] >= 250).mean() > 0.9


@pytest.mark.parametrize("pull", ["NONE", "ONLY_WINDOWS"])
def test_a_preview_shows_the_views_that_the_result_has(scene: F32, pull: str) -> None:
    sources = files(scene)
    shown, _ = made(sources, pull)
    plan = RoomPlan(look=None, straighten=False, window_pull=pull)  # type: ignore[arg-type]
    copy = small_merged(sources, max_pixels=10**7, side=600)
    preview = render_room_preview(copy, plan, Mock(spec=RoomTools))
    assert (preview.width, preview.height) == SIZE
    small = np.asarray(Image.open(BytesIO(preview.data)).convert("RGB"))
    assert small.shape == (400, 600, 3)
    left, top, right, bottom = CLIPPED
    meadow = np.s_[top + 110 : bottom - 10, left + 10 : right - 10]
    expected = cv2.resize(shown, (600, 400), interpolation=cv2.INTER_AREA)[meadow]
    apart = small[meadow].astype(float).mean(axis=(0, 1)) - expected.mean(axis=(0, 1))
    assert np.abs(apart).max() < 4, apart
