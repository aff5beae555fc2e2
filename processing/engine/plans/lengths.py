"""Lengths in a layout: shares of the side they are measured on, or pixels."""

import re

from processing.engine.errors import InvalidPlan

# A share of the side it is measured on, 0 to 0.49, or pixels as "100px". Percentages become shares.
Length = float | str

_PIXELS = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,40})?)px")
_PERCENT = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,40})?)%")
_MAX_SHARE = 0.49


def canonical_length(name: str, value: Length) -> Length:
    """`0.1` and `10%` as 0.1, `100px` as it is. Raises InvalidPlan naming `name`."""
    share = value
    if isinstance(value, str):
        if match := _PIXELS.fullmatch(value):
            return f"{float(match[1]):.10g}px"
        percent = _PERCENT.fullmatch(value)
        share = float(percent[1]) / 100 if percent else -1.0
    if isinstance(share, bool | str) or not 0 <= share <= _MAX_SHARE:
        raise InvalidPlan.of(
            name,
            f'must be a fraction from 0 to 0.49, "0%" to "49%", or pixels such as "100px", not {value}.',
        )
    return float(share)
