"""How much memory this process has."""

import resource
from pathlib import Path


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return float(pages * resource.getpagesize()) / 1e6


def peak_mb() -> float:
    """The most it ever had. (The system's `ru_maxrss` starts from that of whoever started the process.)"""
    status = Path("/proc/self/status").read_text()
    return float(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
