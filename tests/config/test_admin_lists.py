"""The administration's lists: complete, newest first, and as quick with many rows as with few."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

import config.admin
import config.urls
from accounts.models import UsageEntry, User
from config import encryption, public_ids
from listings.models import Comparable, ComparableImport, Listing
from media_library.models import Image
from processing.models import Batch, Job, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from tests.stand_ins import Seller

LONG = (Job, Image, Batch, WebhookDelivery, Comparable, Listing, UsageEntry)
assert config.urls.urlpatterns  # it takes from the administration what nobody needs there
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff@example.com", "a long sentence"))
    return client


def url_of(model: Any) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@pytest.fixture
def shop(owner: Seller) -> Seller:
    """A row of what staff look for when something is wrong."""
    endpoint = WebhookEndpoint.objects.create(
        account=owner.account,
        url="https://example.org/hook",
        encrypted_secret=encryption.encrypt("whsec_c2VjcmV0"),
        events=["x"],
    )
    delivery = WebhookDelivery.objects.create(endpoint=endpoint, event="job.completed", payload={})
    WebhookAttempt.objects.create(delivery=delivery, number=1, status=503, answer="Busy")
    Batch.objects.create(account=owner.account, operation="edit", command={}, total=3, open_items=3)
    table = ComparableImport.objects.create(account=owner.account, name="sold.csv")
    Comparable.objects.create(
        account=owner.account,
        imported=table,
        title="Wool coat",
        price=4500,
        currency="EUR",
        sold_on="2027-01-01",
        fingerprint="x",
    )
    return owner


def pages_of(staff: Client, model: Any) -> str:
    """A model's list, and the page of its newest row."""
    listed = staff.get(url_of(model))
    row = listed.context["cl"].result_list[0]
    return listed.content.decode() + staff.get(f"{url_of(model)}{row.pk}/change/").content.decode()


def test_batches_webhooks_deliveries_and_sold_items_are_shown(staff: Client, shop: Seller) -> None:
    assert Batch.objects.get().public_id in pages_of(staff, Batch)
    hooks = pages_of(staff, WebhookEndpoint)
    assert "https://example.org/hook" in hooks
    assert "whsec_" not in hooks
    deliveries = pages_of(staff, WebhookDelivery)
    assert "job.completed" in deliveries
    assert "Busy" in deliveries
    assert "45.00 EUR" in pages_of(staff, Comparable)
    assert "sold.csv" in pages_of(staff, ComparableImport)
    index = staff.get("/admin/").content.decode()
    assert "Sold items" in index
    assert "ramatiq" not in index


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_every_list_opens_and_searches(model: Any, staff: Client, shop: Seller) -> None:
    known = admin.site._registry[model]
    for query in ("", "example", "acct_1", "job_1"):
        answer = staff.get(url_of(model), {"q": query} if known.search_fields and query else {})
        assert answer.status_code == 200
    assert known.date_hierarchy is None


@pytest.mark.parametrize("model", LONG, ids=lambda model: model._meta.label)
def test_a_long_list_is_read_from_its_newest_row_on(model: Any, staff: Client) -> None:
    request = RequestFactory().get(url_of(model))
    request.user = User.objects.get()
    shown = admin.site._registry[model].get_changelist_instance(request)
    assert type(shown.paginator) is config.admin.EstimatingPaginator
    assert shown.full_result_count is None
    with connection.cursor() as cursor:
        sql, given = shown.queryset[:50].query.sql_with_params()
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", given)
        plan = [row[3] for row in cursor.fetchall()]
    assert "_newest" in plan[0]
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN ") for step in plan[1:]), plan


def jobs_of(seller: Seller, count: int) -> list[Job]:
    return Job.objects.bulk_create(
        Job(
            account=seller.account,
            operation="edit",
            command={},
            command_hash="",
            state="failed",
            error_code=f"CODE_{number}",
            ended_at=timezone.now(),
        )
        for number in range(count)
    )


def test_many_rows_are_estimated_and_a_part_of_them_is_counted_so_far(
    staff: Client, owner: Seller, stranger: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config.admin, "MAX_COUNTED", 4)
    jobs_of(owner, 6)
    jobs_of(stranger, 3)
    assert staff.get(url_of(Job)).context["cl"].result_count == 9
    assert staff.get(url_of(Job), {"q": owner.account.public_id}).context["cl"].result_count == 4
    assert staff.get(url_of(Job), {"q": stranger.account.public_id}).context["cl"].result_count == 3


def test_rows_are_found_by_the_ids_that_people_quote(
    staff: Client, owner: Seller, stranger: Seller
) -> None:
    first, second = jobs_of(owner, 2)
    jobs_of(stranger, 1)

    def found(query: str) -> set[Any]:
        return {row.pk for row in staff.get(url_of(Job), {"q": query}).context["cl"].result_list}

    assert found(first.public_id) == found(str(first.pk)) == {first.pk}
    assert found(f" {owner.account.public_id} ") == {first.pk, second.pk}
    assert found(public_ids.encode("job", owner.account.pk)) == set()
    page = staff.get(url_of(Job), {"failure": "CODE_1"})
    assert [row.pk for row in page.context["cl"].result_list] == [second.pk]
