"""What sellers write themselves is looked through, and told; it stays as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from listings.writers.base import Brief, Facts, Limits
from listings.writers.notes import problems_of
from listings.writers.rules import RulesWriter
from tests.listings.writers.test_rules import DAY, FACTS


def found(notes: str, platform: str = "depop", **facts: Any) -> list[tuple[str, str]]:
    told: Facts = replace(FACTS, notes=notes, **facts)
    brief = Brief(told, platform, Limits.of(platform, DAY))
    assert notes[1:-1] in RulesWriter().write(brief).description
    return [(one.code, one.found) for one in problems_of(brief)]


@pytest.mark.parametrize(
    ("notes", "facts", "problems"),
    [
        ("Brand new with tags.", {"condition": "fair"}, ["with tags", "Brand new"]),
        ("Wie neu, keine Flecken.", {"condition": "fair"}, ["Wie neu", "keine Flecken"]),
        ("Wie neu, keine Flecken.", {}, ["Wie neu"]),
        ("Jamais portée, état neuf.", {}, ["Jamais portée"]),
        ("Como nuevo.", {"condition": "for-parts"}, ["Como nuevo"]),
        ("Mai usato.", {}, ["Mai usato"]),
        ("No stains, no holes.", {}, []),
        ("Brand new with tags.", {"condition": "new"}, []),
        ("Brand new with tags.", {"condition": ""}, []),
    ],
)
def test_a_condition_beside_another_is_told(
    notes: str, facts: dict[str, Any], problems: list[str]
) -> None:
    assert found(notes, **facts) == [("condition", words) for words in problems]


@pytest.mark.parametrize(
    ("notes", "problems"),
    [
        ("Call +49 170 1234567 today", [("phone", "+49 170 1234567")]),
        ("Ring (212) 555-0134-99", [("phone", "(212) 555-0134-99")]),
        ("More at www.myshop.com/jeans.", [("link", "www.myshop.com/jeans")]),
        ("Write to ada@mail.example.com please", [("mail", "ada@mail.example.com")]),
        ("Text me on WhatsApp", [("contact", "Text me"), ("contact", "WhatsApp")]),
        ("Size L, fits like Wrangler", [("size", "L"), ("brand", "Wrangler")]),
        ("Measures 41 x 86 cm, bought in 2019 for 120.00", []),
        ("ISBN 9783161484100", []),
    ],
)
def test_ways_out_and_contradictions_are_told(notes: str, problems: list[tuple[str, str]]) -> None:
    assert found(notes) == problems


def test_words_that_a_platform_bans_are_told_and_a_shop_may_have_links() -> None:
    assert found("Also on Depop, see it there", "vinted") == [("word", "depop")]
    assert found("More at www.myshop.com today", "shopify") == []
    told = replace(FACTS, condition="for-parts", flaws="")
    [one] = problems_of(Brief(told, "ebay", Limits.of("ebay", DAY)))
    assert (one.hint, one.code) == ("flaws", "condition")
