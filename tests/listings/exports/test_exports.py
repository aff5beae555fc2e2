"""Which listings a file has, and what it can't be without."""

from __future__ import annotations

import re
import time
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from PIL import Image as Pillow

from accounts.limits.operations import EDIT
from listings.exports import all_formats, saved
from listings.models import Listing, ListingExport, ListingVariant
from listings.services import listings
from media_library.intake.ingest import ingest
from tests.listings.conftest import LISTINGS, data_of, refusal_of
from tests.listings.exports.conftest import content, send, table

FORMATS = all_formats().values()


@pytest.fixture(
    params=[one for one in FORMATS if one.requires == ("title", "price")], ids=lambda one: one.name
)
def platform_format(request):
    return request.param


@pytest.fixture(params=[one for one in FORMATS if "link" in one.requires], ids=lambda one: one.name)
def format_with_link(request):
    return request.param


@pytest.mark.parametrize("format", FORMATS, ids=lambda one: one.name)
def test_links_lead_to_pictures_without_metadata(owner, make_listing, copying, format):
    exif = Pillow.Exif()
    exif[0x0112], exif[0x013B], exif[0x8825] = 6, "Anna's phone", {1: "N", 2: (52.0, 31.0, 12.0)}
    files = []
    for kind in ("JPEG", "WEBP"):
        out = BytesIO()
        Pillow.new("RGB", (60, 40), "red").save(out, kind, exif=exif.tobytes())
        files.append(out.getvalue())
    images = [ingest(owner.account, data, name="Anna's flat.jpg") for data in files]
    make_listing(images=images)
    link = {"link": "https://shop.example/{id}"} if "link" in format.requires else {}
    text = content(send(owner, format.name, **link))
    found = re.findall(rb"https://shop\.example(/content/[^\s,|\"]+)", text)
    assert len(found) == 2
    assert copying == [str(image.pk) for image in images[: len(found)]]
    for address in found:
        answer = Client().get(address.decode())
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert "Anna" not in answer["Content-Disposition"]
        with Pillow.open(BytesIO(b"".join(answer.streaming_content))) as shown:
            assert (shown.size, dict(shown.getexif())) == ((40, 60), {})
    assert owner.used_of(EDIT) == 0
    content(send(owner, format.name, **link))  # each copy is asked for until it is there
    assert len(copying) == len(found)


def test_links_are_whole_addresses_that_hold_as_long_as_the_setting_says(
    owner, listing, copying, settings
):
    assert settings.EXPORT_LINK_DAYS == 30
    settings.EXPORT_LINK_DAYS = 7
    _, [row] = table(send(owner, "ebay"))
    link = urlsplit(row["PicURL"])
    assert (link.scheme, link.netloc) == ("https", "shop.example")
    left = int(parse_qs(link.query)["expires"][0]) - time.time()
    assert 6 * 86400 < left <= 7 * 86400
    assert Client().get(f"{link.path}?{link.query}").status_code == 200
    for own, forged in (("signature=", "signature=x"), (".1", ".2"), ("grant=lexp", "grant=lexq")):
        assert own in link.query
        assert Client().get(f"{link.path}?{link.query.replace(own, forged)}").status_code == 403
    [row] = table(send(owner, "ebay", linkDays=2))[1]
    left = int(parse_qs(urlsplit(row["PicURL"]).query)["expires"][0]) - time.time()
    assert 86400 < left <= 2 * 86400
    error = refusal_of(send(owner, "ebay", linkDays=8), 400, "VALIDATION_ERROR")
    message = "Links hold for at most 7 days here (EXPORT_LINK_DAYS)."
    assert error["fields"] == {"linkDays": [message]}


def test_an_exports_links_are_revoked_and_those_of_other_exports_stay(
    owner, stranger, listing, copying
):
    def links():
        answer = send(owner, "shopify")
        [row] = table(answer)[1]
        return answer["X-Export-Id"], row["Product image URL"].removeprefix("https://shop.example")

    (first, revoked), (_, other) = links(), links()
    shown = data_of(owner.client.get(f"{LISTINGS}/exports"))["items"]
    assert [(one["format"], one["listings"]) for one in shown] == [("shopify", 1)] * 2
    assert all(one["linksUntil"] for one in shown)
    address = f"{LISTINGS}/exports/{first}/links"
    refusal_of(stranger.client.delete(address), 404, "NOT_FOUND")
    assert Client().get(revoked).status_code == 200
    assert Client().get(revoked)["Cache-Control"] == "private, no-cache"
    for _ in range(2):
        assert data_of(owner.client.delete(address))["linksUntil"] is None
        assert [Client().get(link).status_code for link in (revoked, other)] == [403, 200]
    assert data_of(stranger.client.get(f"{LISTINGS}/exports"))["items"] == []


@pytest.mark.parametrize(
    ("site", "format", "problem"),
    [
        ("http://127.0.0.1:8000", "shopify", "can't be fetched from outside"),
        ("http://[::1]:8000", "google", "can't be fetched from outside"),
        ("https://192.168.1.4", "meta", "can't be fetched from outside"),
        ("https://studio", "ebay", "can't be fetched from outside"),
        ("https://studio.local", "ebay", "can't be fetched from outside"),
        ("http://shop.example", "ebay", "are not served by https"),
        ("http://shop.example", "shopify", None),
        ("https://shop.example", "ebay", None),
        ("https://8.8.8.8", "ebay", None),
        ("http://127.0.0.1:8000", "csv", None),
    ],
)
def test_links_that_nobody_could_follow_are_refused(
    owner, listing, settings, site, format, problem
):
    settings.SITE_URL = site
    settings.ALLOWED_HOSTS = ["*"]
    host = {"HTTP_HOST": urlsplit(site).netloc, "secure": site.startswith("https")}
    link = {"link": "https://shop.example/{id}"} if format in ("google", "meta") else {}
    body = {"format": format, **link}
    answer = owner.client.post(f"{LISTINGS}/export", body, format="json", **host)
    if problem is None:
        assert f"{site}/content/" in content(answer).decode()
        return
    error = refusal_of(answer, 409, "CONFLICT")
    assert error["error"] == (
        f"Pictures at {site} {problem}. Set SITE_URL to the site's public https address, or send "
        "pictureLinks: false."
    )
    without = owner.client.post(
        f"{LISTINGS}/export", {**body, "pictureLinks": False}, format="json", **host
    )
    assert "/content/" not in content(without).decode()
    [kept] = ListingExport.objects.all()  # what was refused is not kept
    assert (kept.picture_links, kept.links_until) == (False, None)


def test_what_a_caller_exported_makes_room_among_what_they_exported_alone(
    owner, listing, monkeypatch
):
    monkeypatch.setattr(saved, "MAX_KEPT", 1)
    anothers = ListingExport.objects.create(account=owner.account, format="csv", count=1)
    body = {"format": "csv", "pictureLinks": False}
    made = [
        owner.client.post(f"{LISTINGS}/export", body, format="json")["X-Export-Id"]
        for _ in range(2)
    ]
    kept = {export.public_id for export in ListingExport.objects.all()}
    assert kept == {anothers.public_id, made[-1]}


def test_an_address_that_was_asked_at_by_http_is_no_sites_address(owner, listing, settings):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "http://127.0.0.1:8000", ["*"]
    asked = {"HTTP_HOST": "shop.example"}
    error = refusal_of(
        owner.client.post(f"{LISTINGS}/export", {"format": "shopify"}, format="json", **asked),
        409,
        "CONFLICT",
    )
    assert error["error"].startswith("Pictures at http://shop.example are not served by https.")


def test_what_is_for_sale_is_exported_or_what_is_named_or_a_state(owner, make_listing):
    ready, draft = make_listing(title="Ready"), make_listing(title="Draft", state="draft")

    def titles(**body):
        return [row["title"] for row in table(send(owner, "csv", **body))[1]]

    assert titles() == ["Ready"]
    assert titles(state="draft") == ["Draft"]
    assert titles(listingIds=[draft.public_id, ready.public_id]) == ["Ready", "Draft"]
    error = refusal_of(send(owner, "csv", state="sold"), 409, "CONFLICT")
    assert error["error"] == "There are no listings to export."
    both = send(owner, "csv", state="draft", listingIds=[draft.public_id])
    refusal_of(both, 400, "VALIDATION_ERROR")


def test_what_a_file_cannot_be_without_is_named_before_a_byte_is_sent(owner, make_listing):
    bare = make_listing(state="draft", images=[], title="", price=None)
    ids = [bare.public_id]
    error = refusal_of(send(owner, "ebay", listingIds=ids), 400, "VALIDATION_ERROR")
    assert error["error"] == f"{bare.public_id} needs a title and a price."
    assert table(send(owner, "csv", listingIds=ids))[1][0]["price"] == ""


@pytest.mark.parametrize(
    ("lacking", "variant", "needs"),
    [
        ({"title": ""}, {}, "a title"),
        ({"price": None}, {}, "a price"),
        ({"title": "", "price": None}, {"title": "501s"}, "a price"),
        ({"title": "", "price": None}, {"title": "501s", "price": 4800}, None),
    ],
)
def test_what_a_listing_lacks_its_variant_may_have(
    owner, make_listing, platform_format, lacking, variant, needs
):
    bare = make_listing(state="draft", **lacking)
    other = "depop" if platform_format.platform != "depop" else "vinted"
    listings.set_variant(owner.caller, bare, other, {"title": "Other", "price": 1})
    listings.set_variant(owner.caller, bare, platform_format.platform, variant)
    answer = send(owner, platform_format.name, listingIds=[bare.public_id])
    if needs is None:
        assert len(table(answer)[1]) == 1
    else:
        error = refusal_of(answer, 400, "VALIDATION_ERROR")
        assert error["error"] == f"{bare.public_id} needs {needs}."


def test_an_address_is_asked_for_unless_the_platforms_variant_has_one(
    owner, listing, format_with_link
):
    other = "depop" if format_with_link.platform != "depop" else "vinted"
    listings.set_variant(owner.caller, listing, other, {"url": "https://shop.example/other"})
    listings.set_variant(owner.caller, listing, format_with_link.platform, {"title": "501s"})
    error = refusal_of(send(owner, format_with_link.name), 400, "VALIDATION_ERROR")
    assert error["error"] == f"{listing.public_id} needs a URL (the variant's url, or `link`)."
    listings.set_variant(
        owner.caller, listing, format_with_link.platform, {"url": "https://shop.example/1"}
    )
    link = "https://shop.example/p/{handle}"
    for body in ({}, {"link": link}):  # its own address counts for more than what is said for all
        [row] = table(send(owner, format_with_link.name, **body))[1]
        assert "https://shop.example/1" in row.values()


def test_a_link_does_not_stand_for_a_title_or_a_price(owner, make_listing, format_with_link):
    bare = make_listing(state="draft", title="", price=None)
    answer = send(
        owner,
        format_with_link.name,
        link="https://shop.example/{id}",
        listingIds=[bare.public_id],
    )
    error = refusal_of(answer, 400, "VALIDATION_ERROR")
    assert error["error"] == f"{bare.public_id} needs a title and a price."


def test_only_the_first_listings_that_lack_something_are_named(owner, make_listing, add_photo):
    image = add_photo()
    bare = [make_listing(images=[image], state="draft", title="") for _ in range(11)]
    named = [f"{one.public_id} needs a title" for one in bare[:10]]
    ids = [one.public_id for one in bare]
    error = refusal_of(send(owner, "ebay", listingIds=ids[:10]), 400, "VALIDATION_ERROR")
    assert error["error"] == f"{'; '.join(named)}."
    error = refusal_of(send(owner, "ebay", listingIds=ids), 400, "VALIDATION_ERROR")
    assert error["error"] == f"{'; '.join(named)}. And 1 more."
    assert error["fields"] == {"listingIds": named}


@pytest.mark.parametrize(
    "body",
    [
        {"format": "xlsx"},
        {"format": "ebay", "platform": "depop"},
        {"format": "csv", "link": "https://x.example/{id}"},
        {"format": "meta", "link": "https://x.example/"},
        {"format": "meta", "link": "javascript:{id}"},
        {"format": "csv", "listingIds": []},
        {"format": "csv", "listingIds": ["lst_1"]},
    ],
)
def test_bad_wishes_are_refused(owner, listing, body):
    answer = owner.client.post(f"{LISTINGS}/export", body, format="json")
    refusal_of(answer, 400, "VALIDATION_ERROR")


def test_somebody_elses_listing_is_not_exported(owner, stranger, listing):
    refusal_of(send(stranger, "csv", listingIds=[listing.public_id]), 404, "NOT_FOUND")
    refusal_of(send(stranger, "csv"), 409, "CONFLICT")
    mine = data_of(owner.client.get(LISTINGS))
    assert mine["total"] == 1


def test_many_listings_are_read_a_hundred_at_a_time(
    owner, make_listing, add_photo, django_assert_max_num_queries
):
    image = add_photo()
    for _ in range(101):
        make_listing(images=[image])
    with django_assert_max_num_queries(40):
        _, rows = table(send(owner, "csv"))
    assert len(rows) == 101
    # All of them are checked before, too, though a hundred have their titles for this platform.
    *titled, last = Listing.objects.order_by("created_at", "pk")
    Listing.objects.update(title="")
    ListingVariant.objects.bulk_create(
        ListingVariant(listing=one, platform="ebay", title="501s") for one in titled
    )
    with django_assert_max_num_queries(40):
        error = refusal_of(send(owner, "ebay"), 400, "VALIDATION_ERROR")
    assert error["error"] == f"{last.public_id} needs a title."
