"""How much memory this process may take, one meaning of having met that limit, and giving back what
is no longer in use."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import cv2

from processing.engine.errors import OutOfMemory

# Numbers of mallopt(3). Setting either keeps glibc from adapting both, and it takes no larger one for the second.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEPT, _LARGEST_KEPT = 64 << 20, 32 << 20
_TOLD = "There is not enough memory to process an image of this size."


def limit_growth(megabytes: int) -> None:
    """Let this process take at most so many million bytes more than it has now (RLIMIT_DATA).

    Beyond that allocations fail, one by one, where without it the system would kill the process.
    Raises OSError on systems other than Linux, which have no such limit.
    """
    if sys.platform != "linux":
        raise OSError("The memory of a process can be limited only on Linux.")
    import resource

    status = Path("/proc/self/status").read_text()
    kilobytes = int(status.partition("VmData:")[2].split()[0])
    most = kilobytes * 1024 + megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def give_back() -> None:
    """Return freed memory to the system, which takes half a millisecond at most.

    Without this the C library keeps it between blocks that are still in use, and a process that has
    worked on one large photo stays large. Does nothing where the C library isn't glibc.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


def keep_freed() -> None:
    """Leave freed memory with this process for its next picture, until `give_back` is called.

    By itself the C library returns and takes anew what a picture of 1 megapixel needs, page by page, over
    and over: up to 5,000 pages a picture, which is 12 ms of processor time. No more than 64 MB are kept
    for each thread, and blocks of over 32 MB never are. Does nothing where the C library isn't glibc.
    """
    set_option = _of_glibc("mallopt")
    if set_option is not None:
        set_option(_M_TRIM_THRESHOLD, _KEPT)
        set_option(_M_MMAP_THRESHOLD, _LARGEST_KEPT)


def _trim() -> Any:
    return _of_glibc("malloc_trim")


@cache
def _of_glibc(name: str) -> Any:
    """A function that only glibc has, or None."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return getattr(library, name, None) if hasattr(library, "gnu_get_libc_version") else None


@contextmanager
def shortage_told() -> Iterator[None]:
    """An allocation that failed within the block, in NumPy, OpenCV or ONNX Runtime, leaves it as
    OutOfMemory."""
    try:
        yield
    except _failures() as error:
        if not _is_shortage(error):
            raise
        raise OutOfMemory(_TOLD) from error


def _failures() -> tuple[type[Exception], ...]:
    """List what a failed allocation may be raised as. ONNX Runtime's kinds only where it is loaded:
    web processes never run a network, and importing it would cost each of them 18 MB."""
    loaded = sys.modules.get("onnxruntime.capi.onnxruntime_pybind11_state")
    by_onnxruntime = (loaded.RuntimeException, loaded.Fail) if loaded else ()
    return (MemoryError, cv2.error, *by_onnxruntime)


def _is_shortage(error: Exception) -> bool:
    if isinstance(error, cv2.error):
        return bool(error.code == cv2.Error.STS_NO_MEM)
    return isinstance(error, MemoryError) or "alloc" in str(error)
