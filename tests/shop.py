"""A shop with one of everything, and the native API's document, whose examples speak of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import yaml
from django.conf import settings
from django.db import transaction

from accounts.access import api_keys, origin_proofs, origins
from accounts.access.demo import create_demo
from accounts.http import Caller
from accounts.models import Account, Role, Session
from accounts.signing.sessions import key_hash
from accounts.signing.sign_in import new_token
from accounts.team import invitations
from config import outbound, public_ids
from config.setup.networks import networks
from listings.api.examples import LISTING_ID
from listings.models import Comparable, ComparableImport, Listing, ListingImage
from listings.pricing.tables import Outcome
from media_library import projects, shares
from media_library.api.examples import BACKGROUND, IMAGE, PROJECT
from media_library.intake.ingest import Incoming, ingest_all
from media_library.models import Background, Image
from media_library.shares import Chosen
from processing.api.examples import PACK, PRESET
from processing.api.examples.buckets import BUCKET
from processing.commands import RemoveBackground
from processing.engine.backdrops.provider import Backdrop
from processing.engine.plans.cutout import CutoutPlan
from processing.engine.plans.edit import EditPlan
from processing.models import WebhookDelivery
from processing.services import jobs
from processing.services.appearance import packs, presets
from processing.services.backgrounds import resources
from processing.services.backgrounds.resources import ResourceDetails
from processing.services.batching import batches
from processing.services.buckets import connections
from processing.services.buckets.connections import Access
from processing.services.webhooks import Subscription, register
from processing.worker import runtime, tasks
from processing.worker.making import previews
from tests.processing.conftest import photo
from tests.stand_ins import MiddleModel, colleague

if TYPE_CHECKING:
    import pytest


@cache
def document() -> dict[str, Any]:
    """Return the committed one, which is quicker to read than to generate: test_schema compares them."""
    text = (Path(settings.BASE_DIR) / "docs/openapi.yaml").read_bytes()
    read: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return read


class Painter:
    """Stands in for the studio: a small picture of one color."""

    name = "studio"

    def generate(self, request: Any) -> Any:
        return Backdrop(np.full((9, 16, 3), 90, np.uint8), self.name, request.seed)


class Enlarger:
    """Stands in for the network that enlarges."""

    def check(self, width: int, height: int, upscale: Any) -> None:
        return None

    def version(self, upscale: Any) -> str:
        return "two pixels for one"

    def upscale(self, rgb: Any, alpha: Any, upscale: Any) -> tuple[Any, Any]:
        return np.repeat(np.repeat(rgb, 2, axis=0), 2, axis=1), None


class Reader:
    """Stands in for what finds text: there is none."""

    def find(self, rgb: Any, part: Any = None) -> list[Any]:
        return []


@dataclass(frozen=True)
class Shop:
    """Somebody who has one of everything, under the ids of the document's examples."""

    caller: Caller
    ids: dict[str, str]

    def headers(self) -> dict[str, str]:
        assert self.caller.user is not None
        return {"Authorization": f"Bearer {new_token(self.caller.user)}"}


def row_id(public_id: str) -> UUID:
    return public_ids.decode(public_id.partition("_")[0], public_id)


def opened(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Shop:
    """Open a shop whose work is done at once, within the request that asks for it."""
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "1000000/s")
    settings.SITE_URL = "https://shop.example"  # where marketplaces can fetch pictures
    settings.WEBHOOKS_MAY_BE_PRIVATE = True
    settings.BUCKET_PRIVATE_NETWORKS = networks(["127.0.0.0/8"])
    settings.DOOR_WAIT_SECONDS = 5.0
    monkeypatch.setattr(outbound, "_resolve", lambda *_, **__: ["127.0.0.1"])
    monkeypatch.setattr(origin_proofs, "_texts_at", lambda name: [])
    monkeypatch.setattr(runtime, "registry", MiddleModel)
    monkeypatch.setattr(runtime, "provider", lambda name: Painter())
    monkeypatch.setattr(runtime, "upscaler", Enlarger)
    monkeypatch.setattr(runtime, "text_finder", Reader)
    # Emptying the tables after each test would take longer than all requests together.
    monkeypatch.setattr(transaction, "on_commit", lambda then, **_: then())
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)
    monkeypatch.setattr(previews.make_preview, "send", previews.make_preview.fn)
    demo = create_demo("enterprise")
    return stocked(Caller(demo.account, demo.user))


def stocked(caller: Caller) -> Shop:
    account = caller.account
    endpoint = register(account, Subscription("https://shop.example/hook", ["job.completed"]))
    projects.create(account, name="Spring", project_id=row_id(PROJECT["id"]))
    photos = [("shoe.jpg", row_id(IMAGE["id"])), ("wall.jpg", UUID(int=1))]
    image, wall = ingest_all(
        account, [Incoming(name, lambda: photo(), id=photo_id) for name, photo_id in photos]
    )
    Background.objects.create(
        pk=row_id(BACKGROUND["id"]), account=account, image=wall, name="Wall", category="custom"
    )
    presets.create(account, name="Outlet", plan=EditPlan(), preset_id=row_id(PRESET["id"]))
    looks = [packs.Wanted(PRESET["id"])]
    packs.create(account, name="Outlet", wanted=looks, pack_id=row_id(PACK["id"]))
    job = jobs.submit(caller, RemoveBackground(), source=image)
    pictures = [batches.Member(image.name, image)]
    batch = batches.submit(
        caller, RemoveBackground(plan=CutoutPlan(format="jpg")), pictures=pictures
    )
    listing, table, sold = _selling(account, image)
    [resource] = resources.upload(
        account, [Incoming("logo.jpg", lambda: photo())], ResourceDetails(role="logo")
    )
    share = shares.create(account, Chosen(images=[image.pk]))
    access = Access("Archive", "shop-archive", "AKIAIOSFODNN7EXAMPLE", "secret")
    bucket = connections.save(account, access, bucket_id=row_id(BUCKET["id"]))
    assert caller.user is not None
    key, _ = api_keys.create(account, caller.user, name="Till")
    session = Session.objects.get(key_hash=key_hash(new_token(caller.user)))
    editor = colleague(account, Role.EDITOR, f"editor-{account.pk}@example.com")
    mine = replace(caller, role=Role.OWNER)
    invitation, _ = invitations.invite(mine, email="cy@example.com", role=Role.EDITOR)
    return Shop(
        caller,
        {
            "image_id": IMAGE["id"],
            "project_id": PROJECT["id"],
            "background_id": BACKGROUND["id"],
            "preset_id": PRESET["id"],
            "pack_id": PACK["id"],
            "job_id": job.public_id,
            "batch_id": batch.public_id,
            "bucket_id": bucket.public_id,
            "webhook_id": endpoint.public_id,
            "delivery_id": WebhookDelivery.objects.earliest("created_at").public_id,
            "listing_id": listing.public_id,
            "platform": "ebay",
            "import_id": table.public_id,
            "comparable_id": sold.public_id,
            "share_id": share.public_id,
            "key_id": key.public_id,
            "resource_id": resource.public_id,
            "origin_id": origins.add(account, "https://mine.example").public_id,
            "session_id": session.public_id,
            "user_id": editor.public_id,
            "account_id": account.public_id,
            "invitation_id": invitation.public_id,
        },
    )


def _selling(account: Account, image: Image) -> tuple[Listing, ComparableImport, Comparable]:
    """A listing of a picture, and a table of one sale."""
    listing = Listing.objects.create(
        pk=row_id(LISTING_ID),
        account=account,
        state="ready",
        title="Shoe",
        currency="EUR",
        price=900,
    )
    ListingImage.objects.create(listing=listing, image=image, position=0)
    report = Outcome("utf-8", ";", ("title",)).as_json() | {"imported": 0, "alreadyThere": 0}
    table = ComparableImport.objects.create(
        account=account, name="sold.csv", report=report | {"refused": False}, finished=True
    )
    sold = Comparable.objects.create(
        account=account,
        imported=table,
        title="Wool coat",
        price=4500,
        currency="EUR",
        sold_on="2026-01-01",
        fingerprint="x",
    )
    return listing, table, sold
