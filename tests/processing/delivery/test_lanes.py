"""Lanes: room for so many attempts at once, and nobody waits for one that hangs."""

from __future__ import annotations

import threading
import time

from processing.delivery import lanes


def test_forty_that_hang_delay_no_other() -> None:
    released, done = threading.Event(), threading.Event()
    try:
        for _ in range(40):
            assert lanes.QUICK.enter()
            lanes.QUICK.run(lambda: (released.wait(10), None)[1], then=lambda: None)
        began = time.monotonic()
        assert lanes.QUICK.enter()
        lanes.QUICK.run(done.set, then=lambda: None)
        assert done.wait(1.0)
        assert time.monotonic() - began < 1.0
    finally:
        released.set()


def test_a_place_is_given_back_before_what_follows_and_after_a_mistake() -> None:
    lane, seen, done = lanes.Lane("test", 1), [], threading.Event()

    def follow() -> None:
        seen.append(lane.enter())
        done.set()

    def fail() -> None:
        raise RuntimeError("a mistake of ours")

    assert lane.enter()
    assert not lane.enter()
    lane.run(fail, then=follow)
    assert done.wait(5)
    assert seen == [True]
    lane.leave()
