"""What to ask for an item, and on what grounds: never a figure without a basis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from accounts import currencies
from accounts.models import Account
from listings.pricing import priors, similar
from listings.pricing.quantiles import Sale, Spread, spread
from listings.pricing.similar import Item, SimilarSale

Basis = Literal["comparables", "prior", "none"]

# Fewer sold items than this are no ground to stand on.
MIN_COMPARABLES = 3
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A suggested price and its range in minor units of `currency`; None where there is no basis."""

    basis: Basis
    currency: str
    suggested: int | None
    low: int | None
    high: int | None
    n: int
    note: str
    nearest: tuple[SimilarSale, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The grounds, as the API tells them."""
        return {
            "basis": self.basis,
            "n": self.n,
            "isEstimate": self.basis == "prior",
            "note": self.note,
            "nearest": [
                {
                    "title": one.sold.title,
                    "price": one.sold.price,
                    "soldOn": one.sold.sold_on.isoformat(),
                    "condition": one.sold.condition or None,
                    "yourListing": one.sold.own,
                }
                for one in self.nearest[:_SHOWN]
            ],
        }


def estimate(account: Account, item: Item, *, currency: str, today: date) -> Estimate:
    """Estimate from the account's own comparables where there are enough, else from the table."""
    alike = _of_condition(
        similar.nearest(account, item, currency=currency, today=today), item.condition
    )
    if len(alike) >= MIN_COMPARABLES:
        found = spread([Sale(one.sold.price, one.weight) for one in alike])
        # Counted again: outliers are gone now.
        if found.n >= MIN_COMPARABLES:
            return _from_comparables(found, alike, item, currency)
    return _from_table(item, currency, few=len(alike))


def _of_condition(alike: list[SimilarSale], condition: str) -> list[SimilarSale]:
    """Keep those in the very same condition, where there are enough of them."""
    same = [one for one in alike if condition and one.sold.condition == condition]
    return same if len(same) >= MIN_COMPARABLES else alike


def _from_comparables(
    found: Spread, alike: list[SimilarSale], item: Item, currency: str
) -> Estimate:
    days = [one.sold.sold_on for one in alike]
    since, until = min(days), max(days)
    when = f"on {until}" if since == until else f"between {since} and {until}"
    note = f"From {found.n} of your sold items like this one, sold {when}."
    if any(one.sold.condition != item.condition for one in alike) and item.condition:
        note += " Some were in another condition."
    return Estimate(
        basis="comparables",
        currency=currency,
        suggested=found.middle,
        low=found.low,
        high=found.high,
        n=found.n,
        note=note,
        nearest=tuple(alike),
    )


def _from_table(item: Item, currency: str, *, few: int) -> Estimate:
    found = priors.estimate(
        item.category, brand=item.brand, condition=item.condition, currency=currency
    )
    have = f"You have {few or 'no'} sold items like this one, but {MIN_COMPARABLES} are needed. "
    if few == 1:
        have = have.replace("items", "item", 1)
    if found is None:
        return Estimate("none", currency, None, None, None, 0, have + _why_none(item, currency))
    return Estimate("prior", currency, found.middle, found.low, found.high, 0, have + priors.note())


def _why_none(item: Item, currency: str) -> str:
    if item.category is None:
        return "The item was not recognized, so there is no estimate either."
    return f"The built-in table has no estimate for this kind of item in {currency}."


def below_purchase(found: Estimate, purchase_price: int | None) -> str | None:
    """Warn where the suggestion would not even bring back what was paid."""
    if purchase_price is None or found.suggested is None or found.suggested >= purchase_price:
        return None
    paid = f"{currencies.amount(purchase_price, found.currency)} {found.currency}"
    return f"The suggested price is below the {paid} that you paid."
