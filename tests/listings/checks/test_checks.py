"""What breaks marketplaces' rules, whose word they are, and the score."""

from __future__ import annotations

from datetime import date

import pytest

from listings import marketplaces, vocabulary
from listings.checks import check
from listings.checks.look import look
from listings.checks.wording import mentioned
from listings.models import Platform
from tests.listings.conftest import LISTINGS, data_of, refusal_of, url_of

DAY = date(2026, 12, 1)


def problems(listing, platform, day=DAY):
    return {one.rule.name: one for one in check(listing, platform, day).problems}


def test_every_rule_has_a_source_that_says_how_sure_it_is():
    for platform in Platform.values:
        found = marketplaces.rules(platform, DAY)
        assert found, platform
        for rule in [*found.values(), *marketplaces.unchecked(platform)]:
            assert rule.source.name
            assert rule.source.certainty in ("documented", "secondary", "uncertain")
            if rule.source.read is None:  # then it can't be more than what is commonly told
                assert rule.source.certainty != "documented"
            else:
                assert rule.source.read.year >= 2026
            assert rule.source.url or rule.source.certainty != "documented", rule


def test_rules_change_with_the_day():
    def value(platform, name, day):
        return marketplaces.rules(platform, day)[name].value

    assert value("amazon", "title_max", date(2026, 7, 26)) == 200
    assert value("amazon", "title_max", date(2026, 7, 27)) == 75
    assert value("google", "picture_shortest_min", date(2027, 1, 30)) == 100
    assert value("google", "picture_shortest_min", date(2027, 1, 31)) == 500
    assert "title_max" not in marketplaces.rules("amazon", date(2025, 1, 20))


@pytest.mark.parametrize(
    ("platform", "limit"),
    [
        ("ebay", 80),
        ("poshmark", 80),
        ("etsy", 140),
        ("shopify", 255),
        ("google", 150),
    ],
)
def test_a_title_may_be_as_long_as_the_rule_says_and_no_longer(make_listing, platform, limit):
    assert "title_max" not in problems(make_listing(title="x" * limit), platform)
    found = problems(make_listing(title="é" * (limit + 1)), platform)["title_max"]
    assert (found.level, found.field, found.found) == ("error", "title", limit + 1)
    assert found.message == f"The title has {limit + 1} characters; {limit} are allowed."


def test_what_is_uncertain_is_advice(make_listing):
    for platform, most in (("vinted", 100), ("mercari", 80), ("facebook", 100)):
        found = problems(make_listing(title="x" * (most + 1)), platform)["title_max"]
        assert found.rule.source.certainty == "uncertain"
        assert found.level == "advice"


def test_emoji_and_right_to_left_text_are_counted_like_any_other(make_listing):
    assert "title_max" not in problems(make_listing(title="👗" * 80), "ebay")
    assert problems(make_listing(title="ق" * 81), "ebay")["title_max"].found == 81


def test_descriptions_tags_and_hashtags(make_listing):
    listing = make_listing(
        description="#one #two #three #four #five #six " + "x" * 1000,
        tags=[f"tag {number}" for number in range(13)] + ["x" * 21],
    )
    assert problems(listing, "depop")["hashtags_max"].found == 6
    assert problems(listing, "depop")["description_max"].level == "error"
    etsy = problems(listing, "etsy")
    assert (etsy["tags_max"].found, etsy["tag_length_max"].found) == (14, 21)
    assert "description_max" not in problems(listing, "ebay")


def test_forbidden_words_are_whole_words_in_any_case():
    phrases = ["wow", "l@@k", "free shipping"]
    assert mentioned("WOW, FREE Shipping!", phrases) == ["wow", "free shipping"]
    assert mentioned("L@@K here", phrases) == ["l@@k"]
    assert mentioned("Powwow carefree shippings", phrases) == []


def test_forbidden_words_and_characters(make_listing):
    amazon = problems(make_listing(title="Jeans! Free Shipping $5"), "amazon")
    assert amazon["title_words_forbidden"].found == "free shipping"
    assert amazon["title_characters_forbidden"].found == "!$"
    ebay = problems(make_listing(title="WOW Levi's jeans must see"), "ebay")
    assert ebay["title_words_advised_against"].level == "advice"
    vinted = problems(make_listing(description="Also on eBay"), "vinted")["words_forbidden"]
    assert (vinted.field, vinted.found, vinted.level) == ("description", "ebay", "error")


@pytest.mark.parametrize(
    ("platform", "words", "rule", "expected"),
    [
        ("etsy", {"title": "Jeans $5 ^"}, "title_kinds_allowed", ("error", "$^")),
        ("etsy", {"title": "Jeans™ 100 % – e\u0301té"}, "title_kinds_allowed", None),
        ("etsy", {"title": "A & B & C + D"}, "title_characters_once", ("error", "&")),
        ("etsy", {"title": "A & B: C + 5 %"}, "title_characters_once", None),
        ("amazon", {"title": "x" * 76}, "title_max", ("error", 76)),
        ("amazon", {"title": "x" * 76, "category": "book"}, "title_max", None),
        ("amazon", {"title": "x" * 201, "category": "book"}, "title_max", ("error", 201)),
        ("ebay", {"category": "socks"}, "categories_forbidden_used", ("error", "good")),
        ("ebay", {"category": "socks", "condition": "new"}, "categories_forbidden_used", None),
        ("ebay", {"category": "socks", "condition": ""}, "categories_forbidden_used", None),
        ("ebay", {"category": "lipstick"}, "categories_forbidden_used", ("error", "good")),
        ("vinted", {"category": "perfume"}, "categories_forbidden_used", ("error", "good")),
        ("vinted", {"category": "jeans"}, "categories_forbidden_used", None),
    ],
)
def test_rules_that_look_at_characters_and_at_categories(
    make_listing, platform, words, rule, expected
):
    found = problems(make_listing(**words), platform).get(rule)
    assert (found and (found.level, found.found)) == expected


def test_google_asks_more_of_what_is_worn(make_listing, add_photo):
    bare = {"brand": "", "size": "", "colors": [], "attributes": {}}

    def missing(**words):
        found = check(make_listing(**bare, **words), "google", DAY).problems
        return [one.field for one in found if one.rule.name == "required"]

    assert missing() == ["brand", "colors", "attributes", "size"]
    assert missing(category="watch") == ["brand", "colors", "attributes"]
    assert missing(category="camera") == []
    small = [add_photo((249, 400))]
    rule = "picture_shortest_min"
    assert problems(make_listing(images=small), "google")[rule].rule.value == 250
    assert rule not in problems(make_listing(images=small, category="camera"), "google")
    later = problems(make_listing(images=small, category="camera"), "google", date(2027, 1, 31))
    assert later[rule].rule.value == 500


def test_what_must_be_said(make_listing):
    listing = make_listing(condition="", brand="", category="", size="", attributes={})
    required = [p.field for p in check(listing, "ebay", DAY).problems if p.rule.name == "required"]
    assert required == ["category", "condition"]
    fields = [
        p.field for p in check(listing, "poshmark", DAY).problems if p.rule.name == "required"
    ]
    assert fields == ["category", "size"]
    errors = [p.field for p in check(listing, "amazon", DAY).problems if p.level == "error"]
    assert errors[0] == "brand"


def test_ebays_category_follows_the_department(make_listing):
    assert marketplaces.ebay_category("jeans", "men") == "11483"
    assert marketplaces.ebay_category("jeans", "women") == "11554"
    assert marketplaces.ebay_category("dress", "") == "63861"
    listing = make_listing(attributes={})
    [found] = [p for p in check(listing, "ebay", DAY).problems if p.field == "category"]
    assert "without a Department attribute" in found.message


def test_every_category_has_a_place_in_googles_taxonomy_and_no_other_key_is_mapped():
    known = vocabulary.categories()
    for key in known:
        assert marketplaces.google_category(key), key
    mapped = marketplaces._whole()["categories"]
    assert set(mapped["google"]["keys"]) <= set(known)
    assert set(mapped["ebay"]["keys"]) <= set(known)


def test_too_many_and_too_few_photos(make_listing, add_photo):
    listing = make_listing(images=[add_photo((9, 9)) for _ in range(25)])
    assert problems(listing, "ebay")["photos_max"].found == 25
    assert "photos_max" not in problems(listing, "etsy") or len(listing.images.all()) > 20
    bare = make_listing(state="draft", images=[])
    assert problems(bare, "ebay")["photos_min"].level == "error"


def test_sizes_and_formats_are_judged_from_what_is_stored(make_listing, add_photo):
    small, wide = add_photo((499, 300)), add_photo((5100, 40))
    listing = make_listing(images=[small, wide])
    [first] = [
        p for p in check(listing, "ebay", DAY).problems if p.rule.name == "picture_longest_min"
    ]
    assert (first.image_id, first.found, first.mendable) == (small.public_id, 499, True)
    shopify = problems(listing, "shopify")["picture_longest_max"]
    assert (shopify.image_id, shopify.found, shopify.mendable) == (wide.public_id, 5100, True)
    webp = make_listing(images=[add_photo((600, 600), format="WEBP")])
    assert problems(webp, "amazon")["picture_formats"].found == "webp"
    assert "picture_formats" not in problems(webp, "shopify")


def test_a_picture_too_small_to_be_mended_is_not_offered_a_repair(make_listing, add_photo):
    listing = make_listing(images=[add_photo((120, 90))])
    assert problems(listing, "ebay")["picture_longest_min"].mendable is False


@pytest.mark.parametrize(
    ("options", "white", "fill"),
    [
        ({"background": (255, 255, 255), "fill": 0.9}, True, 0.9),
        ({"background": (255, 255, 255), "fill": 0.5}, True, 0.5),
        ({"background": (255, 255, 255), "fill": 0.95}, True, 0.95),
        ({"background": (250, 250, 250)}, False, None),
        ({"background": (120, 120, 120)}, False, None),
    ],
)
def test_a_small_copy_shows_background_and_fill(add_photo, options, white, fill):
    seen = look(add_photo((1000, 800), thumbnail=True, **options))
    assert (seen.white, seen.transparent) == (white, False)
    assert seen.fill == (fill if fill is None else pytest.approx(fill, abs=0.01))


def test_amazons_cover_is_white_square_and_filled(make_listing, add_photo):
    white = {"background": (255, 255, 255), "thumbnail": True}
    good = make_listing(images=[add_photo((1600, 1600), fill=0.9, **white)])
    assert not {"cover_white", "cover_fill_min", "cover_square"} & set(problems(good, "amazon"))
    small = make_listing(images=[add_photo((1600, 1200), fill=0.5, **white)])
    found = problems(small, "amazon")
    assert found["cover_fill_min"].found == pytest.approx(0.5, abs=0.02)
    assert found["cover_fill_min"].mendable
    assert found["cover_square"].level == "advice"
    grey = make_listing(images=[add_photo((1600, 1600), thumbnail=True)])
    assert problems(grey, "amazon")["cover_white"].found == "not white"
    assert "cover_fill_min" not in problems(grey, "amazon")
    early = make_listing(images=[add_photo((1600, 1600), background=(255, 255, 255))])
    assert problems(early, "amazon")["cover_white"].level == "advice"


def test_only_the_cover_must_be_white(make_listing, add_photo):
    white = add_photo((1600, 1600), background=(255, 255, 255), fill=0.9, thumbnail=True)
    grey = add_photo((1600, 1600), thumbnail=True)
    assert "cover_white" not in problems(make_listing(images=[white, grey]), "amazon")


def test_the_score_is_a_hundred_and_the_points_of_its_reasons(make_listing, add_photo):
    pictures = [add_photo((1600, 1600)) for _ in range(4)]
    perfect = check(make_listing(images=pictures, description="x" * 200), "ebay", DAY)
    assert (perfect.score, perfect.reasons, perfect.ok) == (100, [], True)
    worse = make_listing(images=pictures[:1], description="", title="x" * 81, colors=[])
    report = check(worse, "ebay", DAY)
    assert sorted(one.points for one in report.reasons) == [-20, -5, -5, -3]
    assert (report.score, report.ok) == (67, False)
    bare = make_listing(
        state="draft", images=[], title="", description="", price=None, condition="", category=""
    )
    assert check(bare, "ebay", DAY).score == 0


def test_the_api_tells_all_of_it(owner, listing):
    [shown] = data_of(
        owner.client.post(url_of(listing, "check"), {"platforms": ["amazon"]}, format="json")
    )
    assert set(shown) == {"platform", "ok", "score", "reasons", "problems", "unchecked"}
    image = listing.images.get().image.public_id
    by_rule = {one["rule"]: one for one in shown["problems"]}
    small = by_rule["picture_longest_min"]
    assert small["limit"] == 500
    assert small["imageId"] == image
    assert small["repair"] is None  # 80 pixels: four times that is not enough
    assert by_rule["cover_square"]["repair"] == {"imageId": image, "platform": "amazon"}
    assert set(small["source"]) == {"name", "url", "read", "certainty"}
    assert shown["unchecked"][0]["message"].startswith("The main photo shows the product alone")
    assert shown["score"] == max(0, 100 + sum(one["points"] for one in shown["reasons"]))


def test_all_platforms_are_checked_where_none_is_named(owner, listing):
    shown = data_of(owner.client.post(url_of(listing, "check"), {}, format="json"))
    assert [one["platform"] for one in shown] == Platform.values
    answer = owner.client.post(url_of(listing, "check"), {"platforms": ["gumtree"]}, format="json")
    refusal_of(answer, 400, "VALIDATION_ERROR")


def test_the_rules_and_categories_can_be_read(owner):
    shown = data_of(owner.client.get(f"{LISTINGS}/marketplaces"))
    assert [one["platform"] for one in shown] == Platform.values
    rules = {rule["name"]: rule for rule in shown[0]["rules"]}
    assert rules["title_max"]["value"] == 80
    categories = data_of(owner.client.get(f"{LISTINGS}/categories"))
    assert {"key": "jeans", "name": "jeans", "group": "clothing"} in categories
