"""Work in parts, on as many threads as OpenCV has."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2

Part = TypeVar("Part")
Done = TypeVar("Done")


def each(work: Callable[[Part], Done], parts: Iterable[Part]) -> list[Done]:
    """Do the work for each part, side by side, and return what comes of it in the parts' order.

    Whatever a part raises is raised here. Work of parts must not touch what another part writes, as
    nothing is locked.
    """
    rest = list(parts)
    threads = min(cv2.getNumThreads(), len(rest))
    if threads <= 1:  # handing parts over to one other thread costs more than many a part
        return [work(part) for part in rest]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, rest))
