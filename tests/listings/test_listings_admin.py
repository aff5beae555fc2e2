"""Staff look, and change nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from listings.services import listings
from tests.listings.conftest import WORDS


@pytest.fixture
def staff(client, db):
    client.force_login(User.objects.create_superuser("staff@example.com", "x"))
    return client


def test_listings_are_found_and_shown_with_their_history(staff, owner, listing):
    listings.set_variant(owner.caller, listing, "depop", {"title": "501s"})
    address = reverse("admin:listings_listing_changelist")
    page = staff.get(address, {"q": "Levi"}).content.decode()
    assert "Levi&#x27;s 501 Original Fit Jeans" in page
    assert "45.00 USD" in page
    assert "Levi&#x27;s 501" not in staff.get(address, {"q": "dress"}).content.decode()
    page = staff.get(reverse("admin:listings_listing_change", args=[listing.pk])).content.decode()
    assert "501s" in page
    assert "created" in page


def test_nothing_can_be_changed(staff, listing):
    address = reverse("admin:listings_listing_change", args=[listing.pk])
    assert staff.post(address, {"title": "Mine"}).status_code == 403
    assert (
        staff.post(reverse("admin:listings_listing_delete", args=[listing.pk])).status_code == 403
    )
    listing.refresh_from_db()
    assert listing.title == WORDS["title"]
