"""All listings: board, table, search, filters, and what is done to many."""

from __future__ import annotations

from listings.models import Listing, ListingExport
from tests.listings.pages.conftest import text_of

BULK = "/listings/bulk/"


def states() -> list[str]:
    return list(Listing.objects.order_by("created_at").values_list("state", flat=True))


def ids(*chosen: Listing) -> list[str]:
    return [one.public_id for one in chosen]


def test_the_board_has_a_column_for_each_state(browser, make_listing):
    make_listing(title="A ready one")
    make_listing(title="A draft", state="draft", price=None)
    page = text_of(browser.get("/listings/"))
    columns = page.split('class="board-column"')[1:]
    assert [("A draft" in part, "A ready one" in part) for part in columns] == [
        (True, False),
        (False, True),
        (False, False),
        (False, False),
    ]
    assert "No Price" in columns[0]


def test_search_filters_and_order(browser, make_listing):
    make_listing(title="Blue jeans", price=3000)
    make_listing(title="Red coat", price=9000, category="coat", condition="new")
    make_listing(title="Green coat", price=5000, category="coat", state="draft")

    def titles(query: str) -> list[str]:
        page = text_of(browser.get(f"/listings/?view=table&{query}"))
        found = {page.index(f">{name}<"): name for name in NAMES if f">{name}<" in page}
        return [found[at] for at in sorted(found)]

    NAMES = ("Blue jeans", "Red coat", "Green coat")
    assert titles("q=coat") == ["Green coat", "Red coat"]
    assert titles("category=coat&condition=new") == ["Red coat"]
    assert titles("state=draft") == ["Green coat"]
    assert titles("sort=price") == ["Blue jeans", "Green coat", "Red coat"]
    assert titles("sort=no&state=none&category=none") == ["Green coat", "Red coat", "Blue jeans"]
    assert "No listing matches" in text_of(browser.get("/listings/?q=nothing"))
    assert titles("page=9") == []


def test_an_empty_account_is_told_where_to_begin(browser):
    page = text_of(browser.get("/listings/"))
    assert "Your first listing" in page
    assert "/listings/new/" in page


def test_many_change_their_state_or_none_does(browser, make_listing):
    one, two = make_listing(), make_listing()
    bare = make_listing(state="draft", title="Bare", price=None)
    page = text_of(browser.post(BULK, {"listings": ids(one, two), "action": "listed"}, follow=True))
    assert "2 listings changed." in page
    assert states() == ["listed", "listed", "draft"]
    page = text_of(browser.post(BULK, {"listings": ids(one, bare), "action": "ready"}, follow=True))
    assert "Bare: A listing that is ready needs a price." in page
    assert states() == ["listed", "listed", "draft"]


def test_many_are_edited(browser, make_listing):
    one, two = make_listing(price=1000), make_listing(price=2000)
    form = {
        "listings": ids(one, two),
        "action": "edit",
        "price_percent": "-10",
        "condition": "new",
        "add_tags": "sale",
        "remove_tags": "vintage",
        "back": "?view=table&q=jeans",
    }
    answer = browser.post(BULK, form)
    assert answer["Location"] == "/listings/?view=table&q=jeans"
    found = Listing.objects.order_by("created_at")
    assert [(x.price, x.condition, x.tags) for x in found] == [
        (900, "new", ["denim", "sale"]),
        (1800, "new", ["denim", "sale"]),
    ]
    nothing = {"listings": ids(one), "action": "edit"}
    assert "Fill in at least one field." in text_of(browser.post(BULK, nothing, follow=True))
    elsewhere = nothing | {"back": "https://example.com"}
    assert browser.post(BULK, elsewhere)["Location"] == "/listings/"


def test_many_are_exported_and_deleted(browser, make_listing):
    one, two = make_listing(), make_listing()
    form = {"listings": ids(one, two), "action": "export", "format": "ebay", "zip_for": "ebay"}
    assert browser.post(BULK, form)["Location"] == "/listings/exports/"
    assert list(ListingExport.objects.order_by("format").values_list("format", "platform")) == [
        ("", "ebay"),
        ("ebay", ""),
    ]
    browser.post(BULK, {"listings": ids(one), "action": "delete"})
    assert Listing.objects.get() == two


def test_google_gets_the_addresses_that_it_needs(browser, make_listing):
    listing = make_listing()
    form = {"listings": ids(listing), "action": "export", "format": "google"}
    told = f"“{listing.title}” still needs: the address of its page."
    assert told in text_of(browser.post(BULK, form, follow=True))
    assert 'name="link"' in text_of(browser.get("/listings/"))
    answer = browser.post(BULK, form | {"link": "https://shop.example/{id}"})
    assert answer["Location"] == "/listings/exports/"
    [kept] = ListingExport.objects.all()
    file = browser.get(f"/listings/exports/{kept.public_id}/file/")
    assert f"https://shop.example/{listing.public_id}" in b"".join(file).decode()


def test_what_is_somebody_elses_keeps_all_from_changing(browser, stranger, make_listing):
    mine, theirs = make_listing(), make_listing(seller=stranger)
    before = list(Listing.objects.order_by("pk").values("pk", "state", "version", "price"))
    for more in (
        {"action": "archived"},
        {"action": "edit", "price": "1"},
        {"action": "delete"},
        {"action": "export", "format": "ebay"},
        {"action": "nonsense"},
    ):
        page = text_of(browser.post(BULK, {"listings": ids(mine, theirs), **more}, follow=True))
        assert ("Listing not found." in page) == (more["action"] != "nonsense")
    assert list(Listing.objects.order_by("pk").values("pk", "state", "version", "price")) == before
    assert not ListingExport.objects.exists()
    assert "Choose 1 to 100" in text_of(browser.post(BULK, {"action": "delete"}, follow=True))


def test_the_pages_ask_little_however_much_there_is(
    browser, make_listing, add_photo, django_assert_max_num_queries
):
    photo = add_photo()
    for number in range(30):
        make_listing(images=[photo], title=f"Jeans {number}")
    for view in ("board", "table"):
        with django_assert_max_num_queries(12):
            text_of(browser.get(f"/listings/?view={view}"))
