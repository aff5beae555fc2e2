"""What is mended, what is left alone, and that every part can be switched off."""

from __future__ import annotations

import numpy as np

from processing.engine.cutout import cleanup
from processing.engine.plans.cutout import CleanUp

OFF = CleanUp.off()


def product() -> np.ndarray:
    alpha = np.zeros((200, 160), np.float32)
    alpha[60:180, 30:130] = 1
    return alpha


def test_islands_go_and_second_products_stay() -> None:
    alpha = product()
    alpha[5:9, 5:9] = 1
    alpha[20:50, 100:140] = 1
    tidied = cleanup.tidy(alpha, alpha, CleanUp())
    assert tidied[5:9, 5:9].max() == 0
    assert tidied[20:50, 100:140].min() == 1
    assert np.array_equal(cleanup.tidy(alpha, alpha, OFF), alpha)
    doubted = np.where(alpha * (np.arange(200) < 55)[:, None], 0.4, alpha).astype(np.float32)
    assert cleanup.tidy(alpha, doubted, CleanUp())[:55].max() == 0


def test_a_lone_line_that_nobody_believed_in_goes() -> None:
    """A joint between tiles, in the product's color, that runs from it to the frame."""
    alpha, opinion = product(), product()
    alpha[180:, 80], opinion[180:, 80] = 0.6, 0.05
    tidied = cleanup.tidy(alpha, opinion, CleanUp())
    assert tidied[186:].max() == 0
    assert np.array_equal(tidied[:180], alpha[:180])
    assert np.array_equal(cleanup.tidy(alpha, opinion, OFF), alpha)


def test_a_strap_that_was_believed_in_and_a_fringe_stay() -> None:
    alpha, opinion = product(), product()
    alpha[20:60, 40:42], opinion[20:60, 40:42] = 1, 0.6
    alpha[180:, 30:130:3] = 1
    opinion[180:, 30:130] = 0.1
    tidied = cleanup.tidy(alpha, opinion, CleanUp())
    assert np.array_equal(tidied[:180], alpha[:180])
    assert tidied[180:190, 40:120].mean() > 0.3


def test_pinholes_close_and_handles_stay_open() -> None:
    alpha = product()
    alpha[100:102, 60:62] = 0
    alpha[140:160, 60:90] = 0
    tidied = cleanup.tidy(alpha, alpha, CleanUp())
    assert tidied[100:102, 60:62].min() == 1
    assert tidied[140:160, 60:90].max() == 0
    assert np.array_equal(cleanup.tidy(alpha, alpha, OFF), alpha)


def test_a_hook_goes_only_where_asked() -> None:
    alpha = product()
    alpha[35:60, 78:82] = 1
    assert np.array_equal(cleanup.tidy(alpha, alpha, CleanUp()), alpha)
    without, hook = cleanup.without_hook(alpha, CleanUp(keep_hanger=False))
    assert hook is True
    assert cleanup.without_hook(alpha, CleanUp()) == (alpha, None)
    assert without[35:55, 78:82].max() == 0
    assert np.array_equal(without[65:], alpha[65:])


def test_straps_are_no_hooks() -> None:
    alpha = product()
    alpha[35:60, 50:54] = alpha[35:60, 106:110] = 1
    without, hook = cleanup.without_hook(alpha, CleanUp(keep_hanger=False))
    assert np.array_equal(without, alpha)
    assert hook is False


def test_a_doubted_shadow_is_not_product() -> None:
    matte = product()
    matte[180:195, 30:130] = 0.5
    rgb = np.full((200, 160, 3), 0.8, np.float32)
    rgb[60:180, 30:130] = (0.7, 0.1, 0.1)
    rgb[180:195, 30:130] = 0.55
    without = cleanup.without_shadow(matte, rgb, CleanUp())
    assert without[183:192, 40:120].max() == 0
    assert np.array_equal(without[:178], matte[:178])
    assert np.array_equal(cleanup.without_shadow(matte, rgb, OFF), matte)


def test_a_grey_product_that_the_network_is_sure_of_is_no_shadow() -> None:
    rgb = np.full((200, 160, 3), 0.8, np.float32)
    rgb[60:180, 30:130] = 0.5
    assert np.array_equal(cleanup.without_shadow(product(), rgb, CleanUp()), product())
