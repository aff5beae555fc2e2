"""Deflating runs of bytes that are laid end to end afterwards, with ISA-L, or zlib where it is missing.

ISA-L takes a quarter of zlib's time for the same size. It is written for x86-64 and ARM64 alone, so
other processors have zlib; either way equal bytes become equal bytes.
"""

import importlib
import importlib.util
import zlib
from functools import lru_cache
from typing import Any

import numpy as np

from processing.engine.arrays import U8

# None on processors that it has no package for.
isal_zlib: Any = (
    importlib.import_module("isal.isal_zlib") if importlib.util.find_spec("isal") else None
)
# ISA-L's level 1 does best on photos, but loses track of patterns that repeat over and over. Where a
# sample, of so many pieces from all over the run, comes out so many times smaller by level 3, all of
# it may.
_FAST, _THOROUGH, _WORTH_IT = 1, 3, 1.5
_PIECES, _PIECE = 16, 512
# What of a run zlib compresses on trial, to find out which way does better on it.
_TRIAL = 1 << 13
# Of zlib's ways, photos with grain come out a fifth smaller with runs alone, smooth or patterned ones
# up to a third smaller with matches.
_ZLIB_LEVEL, _ZLIB_STRATEGIES = 1, (zlib.Z_RLE, zlib.Z_DEFAULT_STRATEGY)
# A smaller hash table than usual: zlib moves it along every 32 KiB, which is most of the time that
# the transparent part of a cut-out takes. Costs 0.3 % of the size.
_ZLIB_MEMORY_LEVEL = 7

adler32 = zlib.adler32 if isal_zlib is None else isal_zlib.adler32
crc32 = zlib.crc32 if isal_zlib is None else isal_zlib.crc32


def deflated(values: U8) -> bytes:
    """Compress values (n,), without a header (RFC 1951): blocks that end on a whole byte, the last
    of them not marked as such, and refer to nothing before them."""
    return _by_zlib(values) if isal_zlib is None else _by_isal(values)


def compressed(data: bytes) -> bytes:
    """Compress bytes quickly, as `zlib.decompress` takes them (RFC 1950)."""
    packed: bytes = (
        zlib.compress(data, _ZLIB_LEVEL) if isal_zlib is None else isal_zlib.compress(data, _FAST)
    )
    return packed


def _by_isal(values: U8) -> bytes:
    fast = _packed_by_isal(values, _FAST)
    sample = np.concatenate([values[start : start + _PIECE] for start in _starts(values.size)])
    expected = len(_packed_by_isal(sample, _THOROUGH)) * values.size / sample.size
    if len(fast) <= _WORTH_IT * expected:
        return fast
    return min(fast, _packed_by_isal(values, _THOROUGH), key=len)


@lru_cache(maxsize=8)
def _starts(size: int) -> list[int]:
    """Where the pieces of a sample begin."""
    starts: list[int] = np.linspace(0, max(0, size - _PIECE), _PIECES, dtype=np.intp).tolist()
    return starts


def _packed_by_isal(values: U8, level: int) -> bytes:
    packer = isal_zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed: bytes = packer.compress(values.data) + packer.flush(isal_zlib.Z_SYNC_FLUSH)
    return packed


def _by_zlib(values: U8) -> bytes:
    middle = max(0, (values.size - _TRIAL) // 2)
    sample = values[middle : middle + _TRIAL]
    strategy = min(_ZLIB_STRATEGIES, key=lambda strategy: len(_packed_by_zlib(sample, strategy)))
    return _packed_by_zlib(values, strategy)


def _packed_by_zlib(values: U8, strategy: int) -> bytes:
    packer = zlib.compressobj(
        _ZLIB_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, _ZLIB_MEMORY_LEVEL, strategy
    )
    return packer.compress(values.data) + packer.flush(zlib.Z_SYNC_FLUSH)
