"""What a process no longer needs goes back to the system."""

from __future__ import annotations

import platform
import resource
from pathlib import Path

import pytest
from onnxruntime.capi import onnxruntime_pybind11_state as onnxruntime

from processing.engine import memory
from processing.engine.errors import OutOfMemory

BLOCK, BLOCKS = 64 << 10, 1000


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="Other C libraries do without.")
def test_freed_memory_is_given_back() -> None:
    # The last block, in use, keeps the C library from giving back the others by itself.
    blocks = [bytearray(b"x" * BLOCK) for _ in range(BLOCKS)]
    last = blocks.pop()
    blocks.clear()
    before = resident()
    memory.give_back()
    assert resident() < before - BLOCK * BLOCKS // 2
    assert last == b"x" * BLOCK


@pytest.mark.parametrize("kind", [onnxruntime.RuntimeException, onnxruntime.Fail])
def test_whatever_onnx_runtime_calls_a_failed_allocation_it_is_one(kind: type[Exception]) -> None:
    with pytest.raises(OutOfMemory, match="not enough memory"), memory.shortage_told():
        raise kind("[ONNXRuntimeError] : Failed to allocate memory for requested buffer of size 9")
    with pytest.raises(kind, match="unknown"), memory.shortage_told():
        raise kind("[ONNXRuntimeError] : unknown operator")
