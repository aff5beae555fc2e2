"""Each kind of rule at its limit and one beyond it, and what people are told."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image as Pillow

from listings.checks import photos, wording
from listings.marketplaces import Rule, Source
from listings.offers import offer
from media_library.files import thumbnails
from media_library.intake.ingest import ingest

SOURCE = Source("A test", None, None, "documented")
UNCERTAIN = Source("Hearsay", None, None, "uncertain")


def found(listing, check, source=SOURCE, **values):
    """What is wrong with the listing by rules of these names and values."""
    rules = {name: Rule(name, value, source, None, None) for name, value in values.items()}
    return [
        (one.level, one.field, one.message, one.found)
        for one in check.problems_of(offer(listing, "depop"), rules)
    ]


@pytest.mark.parametrize(
    ("name", "limit", "words", "problem"),
    [
        (
            *("title_max", 5, {"title": "Jeans"}),
            ("error", "title", "The title has 5 characters; 4 are allowed.", 5),
        ),
        (
            *("title_advised", 5, {"title": "Jeans"}),
            ("advice", "title", "The title has 5 characters; it may be cut after 4.", 5),
        ),
        (
            *("description_max", 4, {"description": "Blue"}),
            ("error", "description", "The description has 4 characters; 3 are allowed.", 4),
        ),
        (
            *("description_advised", 4, {"description": "Blue"}),
            (
                "advice",
                "description",
                "The description has 4 characters; it may be cut after 3.",
                4,
            ),
        ),
        (
            *("tags_max", 2, {"tags": ["a", "b"]}),
            ("error", "tags", "There are 2 tags; 1 are allowed.", 2),
        ),
        (
            *("tag_length_max", 3, {"tags": ["a", "abc"]}),
            ("error", "tags", "The tag 'abc' has 3 characters; 2 are allowed.", 3),
        ),
        (
            *("hashtags_max", 2, {"description": "#a mid#b ##c #d"}),
            ("error", "description", "The description has 2 hashtags; 1 are allowed.", 2),
        ),
    ],
)
def test_up_to_its_limit_a_text_is_fine(make_listing, name, limit, words, problem):
    listing = make_listing(**words)
    assert found(listing, wording, **{name: limit}) == []
    assert found(listing, wording, **{name: limit - 1}) == [problem]
    [(level, *_)] = found(listing, wording, UNCERTAIN, **{name: limit - 1})
    assert level == "advice"


@pytest.mark.parametrize(
    ("name", "problems"),
    [
        (
            "title_words_forbidden",
            [("error", "title", "'wow' is not allowed in the title.", "wow")],
        ),
        (
            "words_forbidden",
            [
                ("error", "title", "'wow' is not allowed in the title.", "wow"),
                ("error", "description", "'wow' is not allowed in the description.", "wow"),
                ("error", "description", "'new' is not allowed in the description.", "new"),
            ],
        ),
        (
            "title_words_advised_against",
            [("advice", "title", "'wow' tells buyers nothing in the title.", "wow")],
        ),
    ],
)
def test_words_are_looked_for_where_the_rule_says(make_listing, name, problems):
    listing = make_listing(title="Jeans WOW", description="Wow, as new.")
    assert found(listing, wording, **{name: ["wow", "new"]}) == problems
    assert found(listing, wording, **{name: ["none", "of these"]}) == []


def test_forbidden_characters_are_named_once_each(make_listing):
    listing = make_listing(title="Jeans! $5! *")
    [problem] = found(listing, wording, title_characters_forbidden="!$?")
    assert problem == (
        *("error", "title", "The title has characters that are not allowed: ! $", "!$"),
    )
    assert found(listing, wording, title_characters_forbidden="?") == []


def test_a_missing_title_is_an_error_whatever_the_source(make_listing):
    bare = make_listing(state="draft", title="")
    missing = ("error", "title", "The title is missing.", 0)
    assert found(bare, wording, UNCERTAIN, title_max=80) == [missing]
    assert found(bare, wording, UNCERTAIN, required=[]) == [missing]
    assert found(bare, wording, UNCERTAIN, title_max=80, required=[]) == [missing]
    assert found(bare, wording) == []


def test_what_is_required_and_missing_is_named(make_listing):
    names = ["category", "condition", "price", "brand", "size", "description"]
    bare = make_listing(
        **dict.fromkeys(["category", "condition", "brand", "size", "description"], ""),
        state="draft",
        price=None,
    )
    assert found(bare, wording, required=names) == [
        ("error", name, f"The {name} is missing.", None) for name in names
    ]
    assert found(make_listing(price=0), wording, required=names) == []


def test_a_category_that_the_platform_has_no_name_for_is_to_be_named(make_listing, monkeypatch):
    monkeypatch.setattr("listings.marketplaces.category_for", lambda *_: "")
    message = "No category of this platform is known for 'jeans'{}: set it in the variant."
    with_department = make_listing()
    assert found(with_department, wording, required=["category"]) == [
        ("error", "category", message.format(""), None)
    ]
    without = make_listing(attributes={})
    assert found(without, wording, required=["category"]) == [
        ("error", "category", message.format(" without a Department attribute"), None)
    ]


def test_pictures_are_counted(make_listing, add_photo):
    listing = make_listing(images=[add_photo((9, 9)), add_photo((9, 9))])
    assert found(listing, photos, photos_min=2, photos_max=2) == []
    assert found(listing, photos, UNCERTAIN, photos_min=3) == [
        ("error", "imageIds", "The listing has too few photos: 2, but the minimum is 3.", 2),
    ]
    assert found(listing, photos, photos_max=1) == [
        (
            "error",
            "imageIds",
            "The listing has too many photos: 2, but the maximum is 1. The others are left out.",
            2,
        ),
    ]


@pytest.mark.parametrize(
    ("name", "fine", "wrong", "problem"),
    [
        (
            *("picture_longest_min", 80, 81),
            (
                "error",
                "imageIds",
                "The cover has 80 pixels on its longest side; at least 81 are required.",
                80,
            ),
        ),
        (
            *("picture_shortest_min", 60, 61),
            (
                "error",
                "imageIds",
                "The cover has 60 pixels on its shortest side; at least 61 are required.",
                60,
            ),
        ),
        (
            *("picture_longest_advised", 80, 81),
            (
                "advice",
                "imageIds",
                "The cover has 80 pixels on its longest side; 81 are recommended.",
                80,
            ),
        ),
        (
            *("picture_shortest_advised", 60, 61),
            (
                "advice",
                "imageIds",
                "The cover has 60 pixels on its shortest side; 61 are recommended.",
                60,
            ),
        ),
        (
            *("picture_longest_max", 80, 79),
            (
                "error",
                "imageIds",
                "The cover has 80 pixels on its longest side; at most 79 are allowed.",
                80,
            ),
        ),
        (
            *("picture_pixels_max", 4800, 4799),
            (
                "error",
                "imageIds",
                "The cover has 0.0 megapixels; at most 0.004799 are allowed.",
                4800,
            ),
        ),
        (
            *("picture_formats", ["png", "jpeg"], ["png", "webp"]),
            ("error", "imageIds", "The cover is a jpeg file; png, webp are accepted.", "jpeg"),
        ),
        (
            *("cover_square", None, True),
            (
                "advice",
                "imageIds",
                "The cover is 80x60; only a square cover is shown uncropped.",
                "80x60",
            ),
        ),
    ],
)
def test_up_to_its_limit_a_picture_is_fine(make_listing, add_photo, name, fine, wrong, problem):
    listing = make_listing(images=[add_photo((80, 60))])
    if fine is not None:
        assert found(listing, photos, **{name: fine}) == []
    assert found(listing, photos, **{name: wrong}) == [problem]


def test_bytes_are_counted_and_a_square_cover_is_fine(make_listing, add_photo):
    image = add_photo((60, 60))
    listing = make_listing(images=[image])
    assert found(listing, photos, cover_square=True, picture_bytes_max=image.bytes) == []
    limit = image.bytes - 1
    message = f"The cover has {image.bytes / 1e6:.1f} MB; at most {limit / 1e6:g} are allowed."
    assert found(listing, photos, picture_bytes_max=limit) == [
        ("error", "imageIds", message, image.bytes),
    ]


def test_enlarging_four_times_is_a_repair_and_more_is_not(make_listing, add_photo):
    listing = make_listing(images=[add_photo((80, 60)), add_photo((90, 60))])

    def mendable(**values):
        rules = {name: Rule(name, value, SOURCE, None, None) for name, value in values.items()}
        return [one.mendable for one in photos.problems_of(offer(listing, None), rules)]

    assert mendable(picture_longest_min=320) == [True, True]
    assert mendable(picture_longest_min=321) == [False, True]
    assert mendable(picture_longest_advised=320) == [False, False]
    assert mendable(picture_formats=["png"], picture_longest_max=85) == [True, True, True]


def test_a_covers_background_is_told_as_it_looks(make_listing, add_photo):
    def told(*size, **options):
        listing = make_listing(images=[add_photo(*size, **options)])
        return found(listing, photos, cover_white=True, cover_fill_min=0.85)

    white = {"background": (255, 255, 255)}
    assert told((100, 100), thumbnail=True, fill=0.9, **white) == []
    [(level, field, message, share)] = told((1000, 1000), thumbnail=True, fill=0.5, **white)
    assert (level, field, share) == ("error", "imageIds", pytest.approx(0.5, abs=0.01))
    assert message == f"The product fills {share:.0%} of the cover; at least 85% are required."
    message = "The cover's background is not white; pure white is required."
    assert told((100, 100), thumbnail=True) == [("error", "imageIds", message, "not white")]
    message = "The cover's background has not been checked yet. Try again in a moment."
    assert told((100, 100), **white) == [("advice", "imageIds", message, None)]


def test_a_transparent_cover_is_told_and_further_photos_by_number(owner, make_listing, add_photo):
    out = BytesIO()
    Pillow.new("RGBA", (60, 60), (200, 20, 20, 0)).save(out, "PNG")
    clear = ingest(owner.account, out.getvalue(), name="clear.png")
    thumbnails.make_thumbnail(str(clear.pk))
    clear.refresh_from_db()
    listing = make_listing(images=[clear, add_photo((50, 40))])
    message = "The cover's background is transparent; pure white is required."
    assert found(listing, photos, cover_white=True) == [
        ("error", "imageIds", message, "transparent")
    ]
    message = "Photo 2 has 50 pixels on its longest side; at least 60 are required."
    assert found(listing, photos, picture_longest_min=60) == [("error", "imageIds", message, 50)]
