"""Kill the launcher at random moments of a start; nothing may stay, and the next start must work.

python -m tests.torture.starts --kills 40 --seed 1

Each start that follows is waited for, asked for a page, and killed as well. Exit status 1 when a
process outlived its launcher for more than LEFT_SECONDS, or a start failed.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path

from tests.system.site import Site, is_alive

LEFT_SECONDS = 3.0  # the embedded queue ends in order, which takes it a moment


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    moments = random.Random(options.seed)
    site = Site()
    try:
        began = time.monotonic()
        site.start()
        span = time.monotonic() - began
        print(f"a first start: {span:.1f} s")
        left = _killed(site)
        failures = 0
        for number in range(options.kills):
            failures += not _one(site, number + 1, moments.uniform(0, span))
        print(f"{options.kills} kills, {failures} failures, {left:.2f} s to end after the first")
        return 1 if failures else 0
    finally:
        site.remove()


def _one(site: Site, number: int, moment: float) -> bool:
    """Whether nothing stayed and the site started, told in a line."""
    site.launch()
    time.sleep(moment)
    there = len(_processes(site))
    left = _killed(site)
    began = time.monotonic()
    try:
        site.start()
    except AssertionError as error:
        print(f"{number:3}: killed after {moment:5.2f} s; NO START\n{error}", flush=True)
        return False
    started = time.monotonic() - began
    answers = site.answers("/")
    left_again = _killed(site)
    is_right = answers and max(left, left_again) <= LEFT_SECONDS
    print(
        f"{number:3}: killed after {moment:5.2f} s with {there:2} processes, gone {left:.2f} s later; "
        f"next start {started:4.1f} s, {'answers' if answers else 'NO ANSWER'}; "
        f"killed, gone {left_again:.2f} s later{'' if is_right else '  WRONG'}",
        flush=True,
    )
    return is_right


def _killed(site: Site) -> float:
    """Kill the launcher and return for how long others of the site lived on."""
    assert site.process is not None
    site.process.kill()
    site.process.wait()
    began = time.monotonic()
    while _processes(site) and time.monotonic() - began < 2 * LEFT_SECONDS:
        time.sleep(0.02)
    return time.monotonic() - began


def _processes(site: Site) -> list[int]:
    """Every living process that was started with the site's folder."""
    found = []
    told = f"VAR_DIR={site.var}\0".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ours = int(folder.name) != os.getpid() and told in (folder / "environ").read_bytes()
        except OSError:
            continue
        if ours and is_alive(int(folder.name)):
            found.append(int(folder.name))
    return found


if __name__ == "__main__":
    sys.exit(main())
