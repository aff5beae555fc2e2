"""No page asks the database more of a library of two thousand pictures than of one of three."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from itertools import count
from typing import Any

from django.core.cache import cache
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.http import Caller
from listings.models import ListingImage
from listings.services import listings
from media_library import shares
from media_library.lifecycle import trash
from media_library.models import ShareImage
from processing.commands import RemoveBackground
from processing.engine.plans.cutout import CutoutPlan
from processing.models import BatchItem, Job
from processing.services.batching import batches
from tests.dashboard.conftest import Person

MOST_QUERIES = 12
PAGES = (
    *("/home/", "/library/", "/library/?look=1", "/library/?q=hat", "/trash/", "/shared/"),
    *("/projects/", "/projects/{project}/", "/batches/", "/batches/new/", "/batches/{batch}/"),
    *("/looks/", "/looks/new/", "/backgrounds/", "/pictures/{image}/"),
    "/pictures/{image}/?list=project%3D{project}%26sort%3Dname%26look%3D1",
    *("/pictures/{image}/touch-up/", "/pictures/{image}/crop/", "/listings/", "/listings/new/"),
    *("/listings/{listing}/", "/listings/suggestions/", "/listings/sales/", "/listings/exports/"),
    *("/developers/", "/developers/calls/", "/developers/webhooks/"),
    "/developers/buckets/",
    *("/settings/", "/settings/usage/"),
)


class Shop:
    """A seller with three of everything."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.photos = [person.image(f"hat-{n}.jpg") for n in range(4)]
        self.gone = self.photos.pop()
        trash.put(person.account, [self.gone.pk])
        self.gone.refresh_from_db()
        self.results = [
            person.result(photo, edge=float(n))  # equal work would be found again
            for n, photo in enumerate(self.photos)
        ]
        caller = Caller(person.account, person.user)
        self.listing = listings.create(
            caller, {"title": "A hat"}, image_ids=[photo.pk for photo in self.photos]
        )
        self.batch = batches.submit(
            caller,
            RemoveBackground(plan=CutoutPlan()),
            pictures=[batches.Member(photo.name, photo) for photo in self.photos],
        )
        chosen = shares.Chosen(images=[photo.pk for photo in self.photos])
        self.share = shares.create(person.account, chosen)
        self.project = self.photos[0].project
        self._position = 9

    def addresses(self) -> Iterator[str]:
        for page in PAGES:
            yield page.format(
                image=self.photos[0].public_id,
                project=self.project.public_id,
                batch=self.batch.public_id,
                listing=self.listing.public_id,
            )

    def grow(self, most: int, some: int) -> None:
        """That many photos more, and so many that are cut out, and of all else."""
        photo, result = self.photos[0], self.results[0]
        done = Job.objects.get(result=result)
        photos = copies(photo, most)
        ids = [uuid.uuid4() for _ in range(some)]
        results = copies(result, some, parent=iter(photos), job_id=iter(ids))
        copies(done, some, id=iter(ids), source=iter(photos), result=iter(results))
        copies(self.gone, some)
        listings = copies(self.listing, some)
        copies(ListingImage.objects.filter(listing=self.listing)[0], some, listing=iter(listings))
        copies(
            ShareImage.objects.filter(share=self.share)[0],
            some,
            image=iter(photos),
            position=count(self._position),
        )
        copies(
            self.share,
            some,
            token_hash=(uuid.uuid4().hex for _ in count()),
            revoked_at=timezone.now(),
        )
        copies(self.project, some, is_default=False)
        item = BatchItem.objects.filter(batch=self.batch)[0]
        jobs = copies(done, some, batch=self.batch, source=iter(photos), result=iter(results))
        copies(item, some, image=iter(photos), job=iter(jobs), position=count(self._position))
        copies(self.batch, some)
        self._position += some


def copies(row: models.Model, number: int, **fields: Any) -> list[Any]:
    """That many of a row, each a minute older than the one before; iterators give each its own."""
    made = []
    for n in range(number):
        new = copy(row)
        new._state = models.base.ModelState()
        new.pk = uuid.uuid4() if isinstance(row.pk, uuid.UUID) else None
        if begun := getattr(row, "created_at", None):
            fields["created_at"] = begun - timedelta(minutes=n)
        for name, value in fields.items():
            setattr(new, name, next(value) if hasattr(value, "__next__") else value)
        made.append(new)
    return type(row)._default_manager.bulk_create(made, batch_size=1000)


def test_pages_ask_as_little_of_a_large_library(seller: Person) -> None:
    shop = Shop(seller)
    shop.grow(3, 3)
    few = {address: queries(seller, address) for address in shop.addresses()}
    shop.grow(2_000, 500)  # more than SQLite takes parameters in a statement of old
    many = {address: queries(seller, address) for address in shop.addresses()}
    too_many = [
        f"{address}: {len(few[address])}, then {len(asked)}:\n" + "\n".join(asked)
        for address, asked in many.items()
        if len(asked) > min(len(few[address]), MOST_QUERIES)
    ]
    assert not too_many, "\n\n".join(too_many)


def queries(seller: Person, address: str) -> list[str]:
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert seller.client.get(address).status_code == 200, address
    return [str(one["sql"])[:300] for one in captured.captured_queries]
