"""Whether a machine has room for a network: on its disk while it is fetched, in its memory while it runs."""

import os
import shutil
from pathlib import Path

from processing.engine.networks.weights import ModelWeights

# On disk beside the file for a while: the archive that it comes in, and the file as it is converted.
_TIMES_SIZE = 3
# What a site needs on top of its networks, in million bytes: memory (docs/operating.md), and disk that
# it should not be without.
SITE_MB, SPARE_DISK_MB = 700, 500


def obstacle(
    weights: ModelWeights,
    *,
    free_mb: int,
    memory_mb: int,
    processes: int,
    job_memory_mb: int,
    by_mnn: bool,
) -> str:
    """Say why a network is not for this machine; "" where it is. All sizes are in million bytes.

    `free_mb` is free on the disk of the models, `memory_mb` what the machine or container has, in which
    `processes` may run the network at once, by MNN or ONNX Runtime; `job_memory_mb` the limit of one job, 0
    for none.
    """
    disk = sum(file.size for file in weights.files) * _TIMES_SIZE // 1_000_000 + SPARE_DISK_MB
    each = weights.memory_mb if by_mnn else weights.memory_mb_onnx
    memory = SITE_MB + each * processes
    if free_mb < disk:
        return f"fetching it takes {disk} MB of disk, and {free_mb} are free"
    if 0 < job_memory_mb < each:
        return f"it takes {each} MB, and JOB_MEMORY_MB allows a job {job_memory_mb}"
    if memory_mb < memory:
        return (
            f"{processes} processes that run it take {memory} MB with the rest of the site, "
            f"and this machine has {memory_mb}"
        )
    return ""


def free_mb(folder: Path) -> int:
    """How much is free on the disk of a folder that may not be there yet, in million bytes."""
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    return shutil.disk_usage(there).free // 1_000_000


def memory_mb(system: Path = Path("/")) -> int:
    """How much memory this machine has, or its control group may take, in million bytes."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([physical, *_group_limits(system)]) // 1_000_000


def _group_limits(system: Path) -> list[int]:
    """List the limits of this process's control group and those above it (Linux), in bytes."""
    groups = system / "sys/fs/cgroup"
    try:
        lines = (system / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if number == "0":
            folder, name = groups, "memory.max"
        elif "memory" in controllers.split(","):
            folder, name = groups / "memory", "memory.limit_in_bytes"
        else:
            continue
        # Within a container the path may be the host's; then the container's own limit stands at the top.
        own = folder / path.lstrip("/")
        for group in (own, *own.parents):
            if group.is_relative_to(folder):
                found.append(_number(group / name))
    return [limit for limit in found if limit]


def _number(path: Path) -> int:
    """The number in a file; 0 where there is none, as "max" is."""
    try:
        text = path.read_text().strip()
    except OSError:
        return 0
    return int(text) if text.isdecimal() else 0
