"""Rows of a table in turn, within one test: to collect, set up and report each takes longer than most."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from _pytest.mark import ParameterSet


def in_turn(
    names: str | tuple[str, ...], rows: Iterable[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a test every row, as pytest.mark.parametrize gives each to a test of its own.

    For tests that leave nothing behind. All rows are tried, and what fails is told with its row.
    """
    parts = names if isinstance(names, tuple) else (names,)
    known = [dict(zip(parts, _values(row, len(parts)), strict=True)) for row in rows]
    assert known, f"no rows of {names}"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def every_row(**fixtures: Any) -> None:
            faults = []
            for row in known:
                try:
                    test(**fixtures, **row)
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  (the rest is tried too)
                    faults.append((row, error))
            if faults:
                told = "\n".join(f"{row}: {error!r}" for row, error in faults)
                [(_, first), *_] = faults
                raise AssertionError(f"{len(faults)} of {len(known)} rows:\n{told}") from first

        signature = inspect.signature(test)
        others = [one for name, one in signature.parameters.items() if name not in parts]
        every_row.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return every_row

    return decorate


def _values(row: Any, parts: int) -> Iterable[Any]:
    """Of a row as pytest.mark.parametrize takes them."""
    if isinstance(row, ParameterSet):
        assert not row.marks
        return row.values
    return row if parts > 1 else (row,)
