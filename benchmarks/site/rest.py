"""What a site with nothing to do takes: `python -m benchmarks rest`.

Prints each process's processor time, as a share of one core, and its memory, for a site of its own
that is started in a temporary folder, or for one that runs (`--launcher PID`). Memory is told twice:
resident (RSS), where what several processes share counts for each of them, and in proportion (PSS),
where it counts once; the sum of the second is what the site takes from the machine. Linux only.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.site.client import processes, seconds_of
from tests.system.site import Site

CPU_PERCENT, PSS_MB = 1.0, 700.0  # the limits
SETTLE_SECONDS = 90.0  # processes that are started on demand have gone by then


@dataclass(frozen=True)
class Taken:
    """What one process has taken by now: seconds of a core, and memory in MB."""

    name: str
    seconds: float
    rss: float
    pss: float


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    if arguments.launcher:
        _show(arguments.launcher, arguments.seconds)
        return
    print(f"starting a site, and letting it rest for {arguments.settle:g} s ...", flush=True)
    with Site() as site:
        assert site.process is not None
        time.sleep(arguments.settle)
        _show(site.process.pid, arguments.seconds)


def taken(launcher: int) -> dict[int, Taken]:
    """By process: the launcher and all that descend from it."""
    every = {pid: _taken(pid, stat) for pid, stat in sorted(processes(launcher).items())}
    return {pid: process for pid, process in every.items() if process is not None}


def _show(launcher: int, seconds: float) -> None:
    before, began = taken(launcher), time.monotonic()
    time.sleep(seconds)
    after, lasted = taken(launcher), time.monotonic() - began
    print(f"\nover {lasted:.0f} s      of a core     RSS      PSS")
    shares = []
    for pid, process in after.items():
        # One that was started meanwhile has taken all of its time since.
        spent = process.seconds - (before[pid].seconds if pid in before else 0.0)
        shares.append(100 * spent / lasted)
        print(_line(process.name, shares[-1], process.rss, process.pss))
    for pid in before.keys() - after.keys():
        print(f"{before[pid].name:<16}  ended meanwhile")
    cpu = sum(shares)
    rss = sum(process.rss for process in after.values())
    pss = sum(process.pss for process in after.values())
    print(_line(f"all {len(after)}", cpu, rss, pss))
    _judge("processor", cpu, CPU_PERCENT, "% of a core")
    _judge("memory (PSS)", pss, PSS_MB, "MB")


def _line(name: str, share: float, rss: float, pss: float) -> str:
    return f"{name:<16}{share:>8.2f} %{rss:>8.0f} MB{pss:>6.0f} MB"


def _judge(label: str, value: float, limit: float, unit: str) -> None:
    verdict = "within" if value <= limit else "OVER"
    print(f"{label}: {value:.2f} {unit}, {verdict} the limit of {limit:g}")


def _taken(pid: int, stat: list[str]) -> Taken | None:
    """None for one that has ended meanwhile."""
    folder = Path(f"/proc/{pid}")
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()[1:]
        name = (folder / "comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    memory = dict(line.split(":", 1) for line in lines)
    if not memory:
        return None
    rss, pss = _megabytes(memory["Rss"]), _megabytes(memory["Pss"])
    return Taken(name=name, seconds=seconds_of(stat), rss=rss, pss=pss)


def _megabytes(text: str) -> float:
    return int(text.split()[0]) * 1024 / 1e6  # the kernel's kB have 1024 bytes


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to measure")
    parser.add_argument(
        "--settle", type=float, default=SETTLE_SECONDS, help="how long to wait before (a new site)"
    )
    parser.add_argument("--launcher", type=int, help="the process id of a site that runs")
    return parser.parse_args(given)
