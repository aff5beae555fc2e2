"""Which machines a network is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from processing.engine.networks import room, weights

# 88 MB, so 764 MB of disk; 1,250 MB of memory by MNN, so 4,450 for three processes of a site.
ISNET = weights.find("high")
ENOUGH: dict[str, Any] = {"free_mb": 764, "memory_mb": 4450, "processes": 3, "job_memory_mb": 0}


def obstacle(*, by_mnn: bool = True, **given: int) -> str:
    assert ISNET is not None
    return room.obstacle(ISNET, **(ENOUGH | given), by_mnn=by_mnn)


def test_a_machine_with_room() -> None:
    assert obstacle() == ""
    assert obstacle(job_memory_mb=1250) == ""


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"free_mb": 763}, "fetching it takes 764 MB of disk, and 763 are free"),
        ({"job_memory_mb": 1249}, "it takes 1250 MB, and JOB_MEMORY_MB allows a job 1249"),
        (
            {"memory_mb": 4449},
            "3 processes that run it take 4450 MB with the rest of the site, and this machine has 4449",
        ),
    ],
)
def test_a_machine_without(given: dict[str, Any], why: str) -> None:
    assert obstacle(**given) == why


def test_fewer_processes_take_less() -> None:
    assert obstacle(memory_mb=1950, processes=1) == ""


def test_onnx_runtime_takes_more() -> None:
    assert obstacle(by_mnn=False, memory_mb=5500, job_memory_mb=1600) == ""
    assert "take 5500 MB" in obstacle(by_mnn=False, memory_mb=5499)
    assert "it takes 1600 MB" in obstacle(by_mnn=False, memory_mb=5500, job_memory_mb=1599)


def test_the_disk_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    free = room.free_mb(tmp_path / "some/models")
    assert free > 0
    # Others write to that disk meanwhile.
    assert free == pytest.approx(room.free_mb(tmp_path), rel=0.05)


class TestMemory:
    GROUP = "0::/site.slice/packshot.service\n"

    @pytest.fixture(autouse=True)
    def _physical(self, monkeypatch: pytest.MonkeyPatch) -> None:
        facts = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2_000_000}
        monkeypatch.setattr("os.sysconf", facts.__getitem__)

    def told(self, system: Path, **files: str) -> int:
        for name, text in files.items():
            path = system / name.replace("__", "/").replace("_max", ".max")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return room.memory_mb(system)

    def test_of_a_machine(self, tmp_path: Path) -> None:
        assert self.told(tmp_path) == 8192

    def test_of_a_group(self, tmp_path: Path) -> None:
        files = {"sys__fs__cgroup__site.slice__memory_max": "3000000000\n"}
        files["sys__fs__cgroup__site.slice__packshot.service__memory_max"] = "max\n"
        assert self.told(tmp_path, proc__self__cgroup=self.GROUP, **files) == 3000

    def test_of_a_container_that_sees_its_own_limit_at_the_top(self, tmp_path: Path) -> None:
        limit = {"sys__fs__cgroup__memory_max": "2000000000\n"}
        assert self.told(tmp_path, proc__self__cgroup=self.GROUP, **limit) == 2000

    def test_of_the_older_kind_of_groups(self, tmp_path: Path) -> None:
        groups = "11:cpu,cpuacct:/\n4:memory:/docker/abc\n0::/\n"
        limit = {"sys__fs__cgroup__memory__memory.limit_in_bytes": "1500000000\n"}
        assert self.told(tmp_path, proc__self__cgroup=groups, **limit) == 1500

    def test_a_limit_above_what_there_is(self, tmp_path: Path) -> None:
        limit = {"sys__fs__cgroup__memory_max": "9223372036854771712\n"}
        assert self.told(tmp_path, proc__self__cgroup="0::/\n", **limit) == 8192
