"""What no rule asks for and buyers do: points off, each with its reason."""

from __future__ import annotations

from datetime import date

import pytest

from listings.checks import check

DAY = date(2026, 12, 1)
GOOD = {"title": "x" * 25, "description": "y" * 150}


@pytest.fixture
def reasons(make_listing, add_photo):
    """The reasons on a platform that asks for little; four good photos unless told otherwise."""
    photos = [add_photo((1600, 1600)) for _ in range(4)]

    def told(photo_count=4, **words):
        listing = make_listing(**{**GOOD, **words}, images=photos[:photo_count], state="draft")
        return [(one.points, one.message) for one in check(listing, "mercari", DAY).reasons]

    return told


@pytest.mark.parametrize(
    ("lacking", "reason"),
    [
        ({"photo_count": 3}, (-5, "Buyers prefer 4 or more photos; this listing has 3.")),
        (
            {"title": "x" * 24},
            (-5, "The title is short: use up to 25 characters for brand, kind, size and color."),
        ),
        (
            {"description": "y" * 149},
            (-5, "The description is short: with 150 characters, buyers have fewer questions."),
        ),
        ({"brand": ""}, (-5, "No brand is given; if there is none, say so.")),
        ({"colors": []}, (-3, "No color is given.")),
        ({"size": ""}, (-5, "The size is missing.")),
    ],
)
def test_each_thing_that_buyers_miss_has_its_points(reasons, lacking, reason):
    assert reasons() == []
    assert reasons(**lacking) == [reason]


def test_a_size_is_missed_of_what_is_worn(reasons):
    assert reasons(size="", category="shoes") == [(-5, "The size is missing.")]
    assert reasons(size="", category="camera") == []


def test_without_photos_nothing_is_said_of_their_number(reasons):
    assert [message for _, message in reasons(photo_count=0)] == [
        "The listing has too few photos: 0, but the minimum is 1."
    ]
