"""Works measured side by side."""

import statistics
import time
from collections.abc import Callable

Work = Callable[[], object]


def in_turn(works: dict[str, Work], runs: int) -> dict[str, float]:
    """The median seconds of each over so many rounds, after one that fills caches. In turn, so that
    all meet the same load. Nothing for 0 rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for run in range(runs + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if run:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items() if values}
