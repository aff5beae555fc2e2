"""Fourfold enlargement: true colors, no seams, limits kept, transparency without fringes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.errors import ModelNotInstalled, PictureTooLarge
from processing.engine.files import decode
from processing.engine.networks import weights
from processing.engine.networks.upscaler import _MODES, Upscaler
from processing.engine.plans.edit import Upscale
from tests.processing.engine.pictures import MP50

FAST = Upscale("fast")


@pytest.fixture(scope="module")
def upscaler(models_dir: Path) -> Upscaler:
    return Upscaler(models_dir, threads=1)


@pytest.fixture
def detail(photo: Callable[[str], bytes]) -> U8:
    return decode.decode(photo("striped-top"), max_pixels=MP50).rgb[200:264, 150:230]


def reduced(large: U8) -> np.ndarray:
    size = (large.shape[1] // 4, large.shape[0] // 4)
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA)).astype(int)


def test_a_photo_comes_back_larger_and_is_the_same_photo(upscaler: Upscaler, detail: U8) -> None:
    large, alpha = upscaler.upscale(detail, None, FAST)
    assert (large.shape, large.dtype, alpha) == ((256, 320, 3), np.uint8, None)
    difference = np.abs(reduced(large) - detail)
    assert difference.mean() < 4
    assert np.abs(cv2.blur(reduced(large).astype(np.int16) - detail, (9, 9))).mean() < 0.6


def test_edges_become_sharper_than_by_interpolation(upscaler: Upscaler) -> None:
    small = np.full((40, 40, 3), 230, np.uint8)
    cv2.circle(small, (20, 20), 12, (30, 60, 90), -1, cv2.LINE_AA)
    cubic = cv2.resize(small, (160, 160), interpolation=cv2.INTER_CUBIC)
    large, _ = upscaler.upscale(small, None, FAST)

    def undecided(pixels: np.ndarray) -> int:
        return int(((pixels[..., 0] > 60) & (pixels[..., 0] < 200)).sum())

    assert undecided(large) < 0.6 * undecided(cubic)


def test_tiles_leave_no_seams(
    upscaler: Upscaler, detail: U8, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = upscaler.upscale(detail, None, FAST)
    mode = replace(_MODES["fast"], tile=50)
    monkeypatch.setitem(_MODES, "fast", mode)
    tiled, _ = upscaler.upscale(detail, None, FAST)
    assert np.abs(tiled.astype(int) - whole).max() <= 1


def test_threads_change_no_byte(upscaler: Upscaler, models_dir: Path, detail: U8) -> None:
    together, _ = Upscaler(models_dir, threads=2).upscale(detail[:32, :32], None, FAST)
    assert np.array_equal(together, upscaler.upscale(detail[:32, :32], None, FAST)[0])


def test_pictures_at_once_do_not_mix(upscaler: Upscaler, detail: U8) -> None:
    pieces = [detail[:24, start : start + 24] for start in (0, 25, 50)]
    expected = [upscaler.upscale(piece, None, FAST)[0] for piece in pieces]
    with ThreadPoolExecutor(3) as pool:
        at_once = pool.map(lambda piece: upscaler.upscale(piece, None, FAST)[0], pieces)
        assert all(map(np.array_equal, at_once, expected))


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (3, 2)])
def test_the_smallest_pictures(upscaler: Upscaler, size: tuple[int, int]) -> None:
    grey = np.full((*size, 3), 120, np.uint8)
    large, _ = upscaler.upscale(grey, None, FAST)
    assert large.shape == (size[0] * 4, size[1] * 4, 3)
    assert np.abs(large.astype(int).mean() - 120) < 8


def test_hidden_colors_do_not_bleed_into_the_edge(upscaler: Upscaler) -> None:
    rgb = np.full((32, 32, 3), (0, 255, 0), np.uint8)
    alpha = np.zeros((32, 32), np.uint8)
    rgb[8:24, 8:24], alpha[8:24, 8:24] = (200, 40, 60), 255
    large, cover = upscaler.upscale(rgb, alpha, FAST)
    assert cover is not None
    assert (cover[64, 64], cover[8, 8], cover.shape) == (255, 0, (128, 128))
    assert ((cover > 0) & (cover < 255)).any()
    seen = large[cover > 0].astype(int)
    assert np.abs(seen - (200, 40, 60)).max() < 12


@pytest.mark.parametrize("value", [0, 255])
def test_flat_alpha_stays_flat(upscaler: Upscaler, value: int) -> None:
    alpha = np.full((9, 7), value, np.uint8)
    cover = upscaler.upscale(np.full((9, 7, 3), 90, np.uint8), alpha, FAST)[1]
    assert cover is not None
    assert np.array_equal(cover, np.full((36, 28), value))


Mode = Literal["fast", "slow"]


@pytest.mark.parametrize(
    ("mode", "size", "words"),
    [
        (
            "fast",
            (1000, 1001),
            r"up to 1,000,000 pixels; this one has 1000 x 1001 \(1,001,000\)",
        ),
        ("slow", (513, 512), r"up to 262,144 pixels; this one has 513 x 512 \(262,656\)"),
    ],
)
def test_a_photo_above_the_limit(
    upscaler: Upscaler, mode: Mode, size: tuple[int, int], words: str
) -> None:
    with pytest.raises(PictureTooLarge, match=words):
        upscaler.check(*size, Upscale(mode))
    with pytest.raises(PictureTooLarge):
        upscaler.upscale(np.zeros((size[1], size[0], 3), np.uint8), None, Upscale(mode))


@pytest.mark.parametrize("changed", ["sha256", "beside"])
def test_other_weights_are_another_version(
    upscaler: Upscaler, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    before = {mode: upscaler.version(Upscale(mode)) for mode in ("fast", "slow")}
    entries = list(weights.catalogue())
    [at] = [n for n, one in enumerate(entries) if one.name == "realesr-animevideov3-x4"]
    other = replace(entries[at].beside[0], sha256="0" * 64)
    new = {"sha256": "0" * 64, "beside": (other,)}[changed]
    entries[at] = replace(entries[at], **{changed: new})
    monkeypatch.setattr(weights, "catalogue", lambda: tuple(entries))
    assert upscaler.version(Upscale("fast")) != before["fast"]
    assert upscaler.version(Upscale("slow")) == before["slow"]


def test_the_limit_is_exact(upscaler: Upscaler) -> None:
    upscaler.check(1000, 1000, FAST)


def test_skip_leaves_a_large_photo_as_it_is(tmp_path: Path) -> None:
    nowhere = Upscaler(tmp_path)
    rgb, alpha = np.zeros((1001, 1000, 3), np.uint8), np.zeros((1001, 1000), np.uint8)
    plan = Upscale("fast", "skip")
    nowhere.check(1000, 1001, plan)
    assert nowhere.upscale(rgb, alpha, plan) == (rgb, alpha)


@pytest.mark.parametrize(
    ("size", "expected"), [((40, 30), (32, 24)), ((1000, 1), (800, 1)), ((30, 41), (24, 33))]
)
def test_always_shrinks_to_the_limit_first(
    upscaler: Upscaler,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    expected: tuple[int, int],
) -> None:
    mode = replace(_MODES["fast"], limit=800)
    monkeypatch.setitem(_MODES, "fast", mode)
    width, height = size
    rgb, alpha = np.full((height, width, 3), 99, np.uint8), np.full((height, width), 255, np.uint8)
    large, cover = upscaler.upscale(rgb, alpha, Upscale("fast", "always"))
    assert cover is not None
    assert (large.shape[1], large.shape[0]) == (expected[0] * 4, expected[1] * 4)
    assert cover.shape == large.shape[:2]


@pytest.mark.parametrize(
    ("mode", "name"), [("fast", "realesr-animevideov3-x4"), ("slow", "realesrgan-x4plus")]
)
def test_missing_weights_say_what_to_do(tmp_path: Path, mode: Mode, name: str) -> None:
    with pytest.raises(ModelNotInstalled, match=f"make models NAMES={name}"):
        Upscaler(tmp_path).check(10, 10, Upscale(mode))


def test_damaged_weights_are_not_loaded(tmp_path: Path, models_dir: Path) -> None:
    for ending in ("bin", "param"):
        name = f"realesr-animevideov3-x4.{ending}"
        (tmp_path / name).write_bytes((models_dir / name).read_bytes())
    with (tmp_path / "realesr-animevideov3-x4.param").open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelNotInstalled, match="SHA-256"):
        Upscaler(tmp_path).upscale(np.zeros((4, 4, 3), np.uint8), None, FAST)


def test_a_network_that_nobody_used_is_let_go_and_loaded_again(models_dir: Path) -> None:
    upscaler, small = Upscaler(models_dir, threads=1), np.full((8, 8, 3), 90, np.uint8)
    assert upscaler.let_go(0) == []
    before, _ = upscaler.upscale(small, None, FAST)
    assert upscaler.let_go(3600) == []
    assert upscaler.let_go(0) == ["realesr-animevideov3-x4"]
    assert upscaler.let_go(0) == []
    assert np.array_equal(upscaler.upscale(small, None, FAST)[0], before)
    assert upscaler.let_go(0) == ["realesr-animevideov3-x4"]
