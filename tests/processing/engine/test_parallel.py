"""Work in parts, side by side or one after the other."""

import threading
from collections.abc import Iterator

import cv2
import pytest

from processing.engine import parallel


@pytest.fixture(params=[1, 2])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(request.param)
    yield request.param
    cv2.setNumThreads(before)


def test_what_comes_of_parts_comes_in_their_order(threads: int) -> None:
    done = parallel.each(lambda part: (part * part, threading.current_thread()), range(5))
    assert [square for square, _ in done] == [0, 1, 4, 9, 16]
    # One core has nobody to hand parts over to.
    here = {thread is threading.current_thread() for _, thread in done}
    assert here == {threads == 1}


def test_an_error_of_a_part_is_raised(threads: int) -> None:
    with pytest.raises(ZeroDivisionError):
        parallel.each(lambda part: 1 // part, [2, 1, 0])
