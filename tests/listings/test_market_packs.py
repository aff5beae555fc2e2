"""Ready packs: the sizes that marketplaces speak of, with who says so."""

from __future__ import annotations

from datetime import date

import pytest

from listings import market_looks, marketplaces
from listings.models import Platform

DAY = date(2026, 12, 1)
SIDES = {
    Platform.EBAY: [2000, 1600, 500],
    Platform.POSHMARK: [2000],
    Platform.MERCARI: [2000],
    Platform.DEPOP: [2000, 1280],
    Platform.VINTED: [2000, 800],
    Platform.ETSY: [2000],
    Platform.SHOPIFY: [2048],
    Platform.AMAZON: [2000, 1600, 500],
    Platform.FACEBOOK: [2000],
    Platform.GOOGLE: [2000, 1500, 500],
}


@pytest.mark.parametrize("platform", Platform)
def test_a_pack_has_each_size_that_is_advised_or_taken_at_least(platform: Platform) -> None:
    pack = market_looks.pack_for(platform, DAY)
    sizes = [f"{side}x{side}" for side in SIDES[platform]]
    assert [look.plan.layout.size for look in pack.looks] == sizes
    assert len({look.public_id for look in pack.looks}) == len(sizes)
    sources = {rule.source.name for rule in marketplaces.rules(platform, date.max).values()}
    for look in pack.looks[1:]:
        assert look.reasons[0].text.find(look.plan.layout.size.partition("x")[0]) >= 0
        assert look.reasons[0].source in sources


def test_what_is_announced_counts_and_says_from_when_on() -> None:
    smallest = market_looks.pack_for(Platform.GOOGLE, DAY).looks[-1]
    said = "At least 500 pixels on the shortest side, from Jan. 31, 2027 on"
    assert smallest.reasons[0].text == said
    then = market_looks.pack_for(Platform.GOOGLE, date(2027, 2, 1)).looks[-1]
    assert then.reasons[0].text == "At least 500 pixels on the shortest side"
    assert not [reason for reason in smallest.reasons if "are advised" in reason.text]
