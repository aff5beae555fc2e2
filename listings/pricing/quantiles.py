"""Prices in the middle of a scattered lot: weighted quantiles that a few odd sales don't move."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# A sale further from the median than so many scaled median deviations, in logarithms, is left out.
# The limit that Iglewicz and Hoaglin (1993) propose for this score.
_OUTLYING = 3.5
_SCALE = 1.4826  # makes the median absolute deviation a standard deviation, were prices log-normal
_MIN_SPREAD = math.log(1.25)  # equal prices must not make every other one an outlier
_STEPS = (1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000)


@dataclass(frozen=True, slots=True)
class Sale:
    """A price in minor units, and how much it says about the item in question."""

    price: int
    weight: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of a lot of sales and the range around it; `n` counts those that were used."""

    low: int
    middle: int
    high: int
    n: int


def spread(sales: Sequence[Sale]) -> Spread:
    """Find the weighted median and the 20th and 80th percentiles, in plain figures.

    `sales` must not be empty, and prices and weights be positive.
    """
    kept = without_outliers(sales)
    low, middle, high = (quantile(kept, share) for share in (0.2, 0.5, 0.8))
    return Spread(plain(low), plain(middle), plain(high), len(kept))


def quantile(sales: Sequence[Sale], share: float) -> float:
    """Find the price below which `share` of the weight lies, interpolated between neighbors.

    Each sale sits in the middle of its own weight: with equal weights and a share of one half this
    is the median as usual.
    """
    ordered = sorted(sales, key=lambda sale: sale.price)
    target = share * sum(sale.weight for sale in ordered)
    passed, before = 0.0, None
    for sale in ordered:
        at = passed + sale.weight / 2
        if at >= target:
            if before is None:
                return float(sale.price)
            last_at, last_price = before
            return last_price + (sale.price - last_price) * (target - last_at) / (at - last_at)
        passed, before = passed + sale.weight, (at, float(sale.price))
    return float(ordered[-1].price)


def without_outliers(sales: Sequence[Sale]) -> list[Sale]:
    """Leave out what lies far from the median: a typo, a lot of ten, a broken one."""
    # In logarithms: half the price is as far off as twice the price.
    middle = math.log(quantile(sales, 0.5))
    # In millionths, as a Sale's price is a whole number.
    distances = [Sale(abs(round(1e6 * (math.log(x.price) - middle))), x.weight) for x in sales]
    deviation = max(_MIN_SPREAD, _SCALE * quantile(distances, 0.5) / 1e6)
    return [x for x in sales if abs(math.log(x.price) - middle) <= _OUTLYING * deviation]


def plain(price: float) -> int:
    """Round to a figure that a person would name, by a step of at most a fortieth of it."""
    step = max((step for step in _STEPS if step <= price / 40), default=1)
    return max(1, round(price / step) * step)
