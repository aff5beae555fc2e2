"""Sold items and exports: bringing in, looking, fetching, deleting."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from listings.models import Comparable, ComparableImport, ListingExport
from processing.models import Batch, Job
from processing.worker import tasks, transitions
from tests.listings.pages.conftest import text_of

SALES, EXPORTS = "/listings/sales/", "/listings/exports/"
TABLE = """title,price,date,brand,category,condition
Levi's 501 jeans,45.00,2026-10-01,Levi's,jeans,good
Levi's 505 jeans,40.00,2026-10-05,Levi's,jeans,good
Levi's 550 jeans,50.00,2026-10-09,Levi's,jeans,good
"""


def send(browser, table: str, **more: str):
    file = SimpleUploadedFile("sold.csv", table.encode())
    answer = browser.post(SALES, {"file": file, "currency": "USD", **more})
    job = Job.objects.order_by("-created_at").first()
    if answer.status_code == 302:
        tasks.run_job.fn(str(job.pk))
        return browser.get(answer["Location"])
    return answer


@pytest.fixture
def table(browser) -> ComparableImport:
    send(browser, TABLE)
    return ComparableImport.objects.get()


def test_a_table_is_imported_and_feeds_a_price(browser, table):
    page = text_of(browser.get(SALES))
    assert page.count("Levi's 50") + page.count("Levi's 55") >= 3
    assert "sold.csv" in page
    assert "3 items" in page
    asked = {"price": "1", "title": "jeans", "category": "jeans", "brand": "Levi's"}
    page = text_of(browser.get(SALES, asked))
    assert page.count('class="price-dot"') == 3
    assert "From 3 of your sold items like this one" in page


def test_rows_that_cant_be_read_are_told_by_line(browser):
    bad = f"{TABLE}Broken,much,2026-10-09,,,\n"
    page = text_of(send(browser, bad))
    assert "1 row can’t be read, so nothing was imported." in page
    assert "Line 5, price" in page
    assert not Comparable.objects.exists()
    page = text_of(send(browser, bad, skip="on"))
    assert "3 sold items imported." in page
    assert "1 row was left out." in page
    assert "required" in text_of(browser.post(SALES, {"currency": "USD"}), 422)


def test_sold_items_are_deleted_one_by_one_or_by_table(browser, table):
    one = Comparable.objects.order_by("title").first()
    browser.post(f"{SALES}{one.public_id}/delete/")
    assert Comparable.objects.count() == 2
    browser.post(f"{SALES}imports/{table.public_id}/delete/")
    assert not Comparable.objects.exists()


def test_a_stranger_neither_sees_nor_deletes_sold_items(other, table):
    assert "Levi's" not in text_of(other.get(SALES))
    one = Comparable.objects.first()
    assert other.post(f"{SALES}{one.public_id}/delete/").status_code == 404
    assert other.post(f"{SALES}imports/{table.public_id}/delete/").status_code == 404
    assert other.get(SALES, {"import": Job.objects.get().public_id}).status_code == 404
    assert Comparable.objects.count() == 3


def test_an_export_is_made_listed_fetched_and_its_links_are_ended(
    browser, other, make_listing, settings
):
    settings.DOOR_WAIT_SECONDS = 0.0
    make_listing(title="One", sku="A-1")
    make_listing(title="Two", state="draft")
    options = {"format": "ebay", "ebay_action": "Add", "ebay_location": "Berlin"}
    page = text_of(browser.post(EXPORTS, options, follow=True))
    assert "eBay (CSV)" in page
    assert "1 listing," in page
    [kept] = ListingExport.objects.all()
    answer = browser.get(f"{EXPORTS}{kept.public_id}/file/")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert answer["Content-Disposition"].startswith('attachment; filename="packshot-ebay-')
    named = dict(zip(rows[0], rows[1], strict=True))
    assert (named["*Title"], named["*Location"], len(rows)) == ("One", "Berlin", 2)
    assert rows[1][0] == "Add"
    assert named["PicURL"].startswith("https://shop.example/content/img_")
    link = named["PicURL"].removeprefix("https://shop.example")
    assert Client().get(link).status_code == 503  # it is being made
    revoke = f"{EXPORTS}{kept.public_id}/revoke/"
    assert other.post(revoke).status_code == 404
    assert "Links to pictures work until" in text_of(browser.get(EXPORTS))
    page = text_of(browser.post(revoke, follow=True))
    assert "The links to pictures in this export’s files no longer work." in page
    assert "Links to pictures work until" not in page
    assert Client().get(link).status_code == 403
    browser.post(f"{EXPORTS}{kept.public_id}/delete/")
    assert not ListingExport.objects.exists()


def test_a_site_that_nobody_reaches_says_so_and_exports_without_pictures(
    browser, make_listing, settings
):
    settings.SITE_URL = "http://127.0.0.1:8000"
    make_listing()
    page = text_of(browser.post(EXPORTS, {"format": "ebay"}), 409)
    assert "Pictures at http://testserver can’t be fetched from outside." in page
    assert not ListingExport.objects.exists()
    browser.post(EXPORTS, {"format": "ebay", "without_pictures": "on", "link_days": "3"})
    [kept] = ListingExport.objects.all()
    answer = browser.get(f"{EXPORTS}{kept.public_id}/file/")
    assert "/content/" not in b"".join(answer.streaming_content).decode()
    browser.post(EXPORTS, {"format": "csv", "link_days": "31"})  # 30 are the most
    assert ListingExport.objects.get() == kept


def test_what_a_file_needs_is_asked_for_before_it_is_kept(browser, make_listing):
    assert "There are no listings to export." in text_of(
        browser.post(EXPORTS, {"format": "ebay"}), 409
    )
    make_listing(title="", state="draft")
    page = text_of(browser.post(EXPORTS, {"format": "ebay", "state": "draft"}), 400)
    assert "“Untitled” still needs: a title." in page
    text_of(browser.post(EXPORTS, {"format": "none"}), 422)
    text_of(browser.post(EXPORTS, {"format": "google", "link": "nowhere"}), 422)
    assert not ListingExport.objects.exists()


def test_a_zip_waits_for_its_pictures(browser, owner, make_listing):
    make_listing()
    browser.post(EXPORTS, {"format": "none", "zip_for": "vinted"})
    [kept] = ListingExport.objects.all()
    file = f"{EXPORTS}{kept.public_id}/file/"
    assert browser.get(file)["Location"] == EXPORTS
    assert not Batch.objects.exists()
    assert "0 of 1 pictures are ready" in text_of(browser.post(file), 202)
    assert owner.used_of("edit") == 1
    assert "0 of 1 pictures" in text_of(browser.get(file, headers={"HX-Request": "true"}))
    assert Batch.objects.count() == 1


def test_a_zip_whose_picture_failed_says_so_and_is_not_asked_for_again_and_again(
    browser, make_listing
):
    make_listing()
    browser.post(EXPORTS, {"format": "none", "zip_for": "vinted"})
    [kept] = ListingExport.objects.all()
    file = f"{EXPORTS}{kept.public_id}/file/"
    assert "every 2s" in text_of(browser.post(file), 202)
    claimed = transitions.claim(Job.objects.get().pk)
    transitions.fail(claimed, code="UNREADABLE", message="It can't be read.")
    told = "“shirt.jpg” could not be made ready: It can’t be read. Try it again among your batches"
    part = text_of(browser.get(file, headers={"HX-Request": "true"}))
    assert (told in part, "every 2s" in part, "Get the ZIP" in part) == (True, False, True)
    page = text_of(browser.post(file), 409)
    assert (told in page, "every 2s" in page, "New export" in page) == (True, False, True)


def test_a_file_that_can_not_be_made_any_more_says_so_beside_the_export(browser, make_listing):
    listing = make_listing()
    browser.post(EXPORTS, {"format": "ebay"})
    [kept] = ListingExport.objects.all()
    browser.post(f"/listings/{listing.public_id}/delete/")
    page = text_of(browser.get(f"{EXPORTS}{kept.public_id}/file/"), 409)
    assert ("There are no listings to export." in page, kept.public_id in page) == (True, True)
    browser.post(f"{EXPORTS}{kept.public_id}/delete/")
    assert browser.get(f"{EXPORTS}{kept.public_id}/file/").status_code == 404
