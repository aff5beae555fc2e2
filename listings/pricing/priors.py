"""The house's own estimates, for accounts that have no sold items to go by. See priors.toml."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from accounts import currencies
from listings import vocabulary
from listings.pricing.quantiles import Spread, plain
from listings.vocabulary import tree


@dataclass(frozen=True, slots=True)
class _Table:
    date: str
    note: str
    least: float  # dollars
    typical: Mapping[str, float]
    tiers: Mapping[str, Mapping[str, float]]
    fashion: frozenset[str]
    conditions: Mapping[str, float]
    range: Mapping[str, float]
    dollar: Mapping[str, float]


def estimate(
    category: str | None, *, brand: str | None, condition: str, currency: str
) -> Spread | None:
    """The table's figure in minor units; None where it has none for the category or the currency."""
    table = _table()
    if category is None or currency not in table.dollar:
        return None
    # A kind that the table doesn't have costs what the one above it does.
    known = next((one for one in tree.lineage(category) if one in table.typical), None)
    if known is None:
        return None
    fashion = vocabulary.categories()[category].group in table.fashion
    tier = vocabulary.tier(brand)
    dollars = (
        table.typical[known]
        * table.tiers["fashion" if fashion else "other"][tier]
        * table.conditions.get(condition, 1.0)
    )
    exact = max(dollars, table.least) * table.dollar[currency]
    middle = exact * 10 ** currencies.EXPONENTS[currency]
    wide = "wide_" if tier == "unknown" or not condition else ""
    low, high = table.range[f"{wide}low"], table.range[f"{wide}high"]
    return Spread(plain(middle * low), plain(middle), plain(middle * high), 0)


def note() -> str:
    """Say what to tell whoever is shown such a figure."""
    return f"{about()} Table of {_table().date}."


def about() -> str:
    """What the table is, in a sentence."""
    return _table().note


@functools.cache
def _table() -> _Table:
    found = tomllib.loads(Path(__file__).with_name("priors.toml").read_text(encoding="utf-8"))
    return _Table(
        date=found["date"],
        note=found["note"],
        least=found["least"] / 100,
        typical=found["typical"],
        tiers=found["tiers"],
        fashion=frozenset(found["fashion"]["groups"]),
        conditions=found["conditions"],
        range=found["range"],
        dollar=found["dollar"],
    )
