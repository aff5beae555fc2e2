"""Reference images at this door: the same rows, deleted all or none."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from media_library.intake.ingest import Incoming
from media_library.models import Image
from processing.models import Resource
from processing.services.backgrounds import resources
from processing.services.backgrounds.resources import ResourceDetails
from tests.processing.compat.cropedly.client import RESOURCES
from tests.processing.compat.cropedly.conftest import Customer, customer_on, photo


def test_uploaded_listed_and_read(enterprise: Customer) -> None:
    answer = enterprise.client.upload(photo(60), photo(80))
    assert (answer.status_code, answer.content) == (204, b"")
    second, first = resources.own(enterprise.account)
    listed = enterprise.client.resources()
    assert [one["id"] for one in listed.json()] == [second.public_id, first.public_id]
    shown = enterprise.client.resource(first.public_id).json()
    assert shown in listed.json()
    image = first.image
    assert shown == {
        **{"id": first.public_id, "imageId": image.public_id, "name": image.name},
        **{"url": shown["url"], "mime": "image/jpeg", "mimeType": "image/jpeg"},
        **{"size": image.bytes, "width": image.width, "height": image.height},
        **{"role": "reference", "tags": []},
    }
    assert enterprise.client.http.get(shown["url"]).status_code == 200


def test_a_broken_file_keeps_them_all_out(enterprise: Customer) -> None:
    answer = enterprise.client.upload(photo(), b"no picture")
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["images"])
    assert enterprise.client.upload().status_code in (400, 415)
    assert (Image.objects.count(), Resource.objects.count()) == (0, 0)


def uploaded(customer: Customer, count: int) -> list[str]:
    enough = [photo(60 + n) for n in range(count)]
    assert customer.client.upload(*enough).status_code == 204
    return [row.public_id for row in resources.own(customer.account)]


def test_some_are_deleted(enterprise: Customer) -> None:
    first, second, third, fourth = uploaded(enterprise, 4)
    assert enterprise.client.delete(first, f"{second}, {third}").status_code == 204
    assert [one["id"] for one in enterprise.client.resources().json()] == [fourth]
    assert enterprise.client.resource(first).status_code == 404


def test_all_or_none(enterprise: Customer) -> None:
    mine = uploaded(enterprise, 2)
    [theirs] = uploaded(customer_on("enterprise"), 1)
    for wrong in (theirs, "res_2VfUX5sCNEcTGeZ8vKoGj1", "x"):
        answer = enterprise.client.delete(*mine, wrong)
        assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")
    assert enterprise.client.resource(theirs).status_code == 404
    assert [one["id"] for one in enterprise.client.resources().json()] == mine
    none = enterprise.client.delete()
    assert (none.status_code, none.json()["details"]) == (400, {"ids": ["Required."]})
    assert Image.live.count() == 3


def many(customer: Customer, count: int) -> list[str]:
    """Rows without files of their own: so many uploads would take long."""
    [one] = resources.upload(
        customer.account, [Incoming("a.jpg", lambda: photo())], ResourceDetails()
    )
    kept = one.image
    copies = []
    for _ in range(count):
        copy = Image.objects.get(pk=kept.pk)
        copy.pk, copy._state.adding = None, True
        copy.id = Image._meta.pk.get_default()
        copies.append(copy)
    Image.objects.bulk_create(copies)
    rows = [Resource(account=customer.account, image=copy) for copy in copies]
    return [row.public_id for row in Resource.objects.bulk_create(rows)]


def test_a_thousand_take_no_more_statements_than_two(enterprise: Customer) -> None:
    def statements(ids: list[str]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            path = f"{RESOURCES}?ids={','.join(ids)}"
            assert enterprise.client.send("DELETE", path).status_code == 204
        return len(asked)

    few = statements(many(enterprise, 2))
    assert statements(many(enterprise, 1000)) == few


def test_a_thousand_repeated(enterprise: Customer) -> None:
    assert enterprise.client.delete(*many(enterprise, 1000)).status_code == 204
    assert resources.own(enterprise.account).count() == 1


def test_enterprise_alone(customer: Customer) -> None:
    told: list[Any] = [
        customer.client.upload(photo()),
        customer.client.resources(),
        customer.client.resource("res_2VfUX5sCNEcTGeZ8vKoGj1"),
        customer.client.delete("res_2VfUX5sCNEcTGeZ8vKoGj1"),
    ]
    for answer in told:
        assert (answer.status_code, answer.json()["error"], answer.json()["message"]) == (
            403,
            "PLAN_REQUIRED",
            "Your plan, Pro, does not include reference images.",
        )
    assert Image.objects.count() == 0


@pytest.mark.django_db
def test_who_is_not_signed_in(customer: Customer) -> None:
    customer.client.token = ""
    assert customer.client.resources().status_code == 401
