"""What a shop has that the API's document doesn't speak of, and the ids that addresses take."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.models import (
    Account,
    ChangeState,
    FormerAccount,
    LimitException,
    PlanChange,
    PlanRequest,
    RequestState,
)
from config import public_ids
from listings.generation.generate import GenerateListing
from listings.models import (
    Listing,
    ListingChange,
    ListingExport,
    ListingVariant,
    Platform,
    Suggestion,
)
from media_library.intake.ingest import ingest
from media_library.lifecycle import trash
from media_library.models import DataExport, Image, Project
from processing.commands import PreviewRoom, to_row
from processing.models import (
    BrandKit,
    FavoriteBackground,
    Job,
    ProjectLook,
    Rating,
    RoomBracket,
    RoomOrder,
    RoomPhoto,
    WebhookAttempt,
)
from processing.models import WebhookDelivery as Delivery
from tests.callers.addresses import Address
from tests.processing.conftest import photo
from tests.shop import Shop

# Of what nobody is told an id: a link's token is made up, and these names are everybody's.
_EVERYBODYS = {
    "token": "A" * 43,
    "variant": "file",
    "name": "retry",
    "key": "AAAA",
    "uidb36": "AAAA",
    "url": "nothing",
    "app_label": "accounts",
}


def stocked(shop: Shop) -> dict[str, str]:
    """Add to the shop what it lacks; all its ids by the names that addresses and forms have for them."""
    account, user = shop.caller.account, shop.caller.user
    assert user is not None
    listing = Listing.objects.get()
    gone = ingest(account, photo((40, 30)), name="gone.jpg")
    undo = trash.put(account, [gone.pk]).key
    command = GenerateListing(platform=Platform.EBAY)
    writing = Job.objects.create(
        account=account,
        operation=command.operation,
        command=command.model_dump(mode="json"),
        source=Image.objects.get(name="shoe.jpg"),
    )
    suggestion = Suggestion.objects.create(account=account, job=writing)
    wanted = ListingExport.objects.create(account=account, format="ebay", listing_ids=[])
    data = DataExport.objects.create(account=account, asked_by=user, state="ready")
    project = Project.objects.filter(account=account, is_default=False).get()
    ProjectLook.objects.create(project=project, look=shop.ids["preset_id"])
    BrandKit.objects.create(account=account, colors=["#112233"])
    FavoriteBackground.objects.create(account=account, background=shop.ids["background_id"])
    ListingVariant.objects.create(listing=listing, platform="ebay", title="Shoe")
    ListingChange.objects.create(listing=listing, action="changed", changes={})
    WebhookAttempt.objects.create(delivery=Delivery.objects.earliest("created_at"), number=1)
    made = Image.objects.filter(account=account, kind="derived").earliest("created_at")
    rating = Rating.objects.create(account=account, image=made, verdict="good")
    order = RoomOrder.objects.create(account=account, key="house-7")
    ordered = {"account": account, "order": order, "name": "kitchen.jpg"}
    asked = {"ai_version": "5.0", "enhance_type": None}
    room = RoomPhoto.objects.create(**ordered, command=to_row(PreviewRoom()), asked=asked)
    bracket = RoomBracket.objects.create(**ordered)
    _known_to_staff(account, user)
    passkey = Authenticator.objects.create(user=user, type="webauthn", data={"name": "Laptop"})
    return shop.ids | {
        "user_id": user.public_id,
        "user_uuid": str(user.pk),
        "account_id": str(account.pk),
        "account_public_id": account.public_id,
        "pk": str(passkey.pk),
        "rating_id": str(rating.pk),
        "trashed_id": gone.public_id,
        "undo_key": str(undo),
        "suggestion_id": suggestion.public_id,
        "export_id": wanted.public_id,
        "data_export_id": data.public_id,
        "room_photo_id": str(room.pk),
        "room_order_key": order.key,
        "room_bracket_id": str(bracket.pk),
        "batch_uuid": str(public_ids.decode("batch", shop.ids["batch_id"])),
    }


def _known_to_staff(account: Account, user: Any) -> None:
    plan = account.plan
    asked = {"plan": plan, "plan_name": plan.name, "state": RequestState.DECLINED}
    PlanRequest.objects.create(account=account, user=user, **asked)
    PlanChange.objects.create(
        account=account,
        before=plan,
        after=plan,
        reason="staff",
        state=ChangeState.CANCELLED,
        at=timezone.now(),
    )
    LimitException.objects.create(account=account, limit="x", amount=1, until=timezone.now())
    FormerAccount.objects.create(plan="pro", opened="2026-01", closed="2026-02")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    SocialAccount.objects.create(user=user, provider="google", uid="1001")
    kind = ContentType.objects.get_for_model(Account)
    LogEntry.objects.create(
        user=user, content_type=kind, object_id=str(account.pk), action_flag=ADDITION
    )


def filled(address: Address, ids: dict[str, str]) -> str:
    """The address of the owner's own thing. Fails for a parameter that is new: give it a value above."""
    values = _EVERYBODYS | ids | {"id": ids["user_uuid"]}
    values["content_type_id"] = str(ContentType.objects.get_for_model(Account).pk)
    if address.model is not None:
        row = address.model._default_manager.first()
        assert row is not None, f"nobody made a row of {address.model._meta.label}"
        values["object_id"] = str(row.pk)
    else:
        values["object_id"] = ids["account_id"]
    for start, instead in _ELSEWHERE.items():
        if address.route.startswith(start):
            values |= {name: ids[other] for name, other in instead.items()}
    missing = address.parameters - values.keys()
    assert not missing, f"{address.name}: no value for {missing}"
    return "/" + address.route.format_map(values)


# Where an address means something else by a parameter's name.
_ELSEWHERE = {
    "settings/data/": {"export_id": "data_export_id"},
    "api/v1/accounts/": {"account_id": "account_public_id"},
    "settings/accounts/": {"account_id": "account_public_id"},
    "trash/undo/": {"key": "undo_key"},
    "api/v1/trash/": {"image_id": "trashed_id"},
    "compat/cropedly/images/v1/": {"image_id": "job_id"},
    "compat/backgroundfx/": {"job_id": "batch_uuid"},
}


def hexes(ids: dict[str, str]) -> set[str]:
    """How the database writes the owner's ids."""
    found = set()
    for value in ids.values():
        prefix, mark, _ = value.partition("_")
        found.add(public_ids.decode(prefix, value).hex if mark else value.replace("-", ""))
    return {one for one in found if len(one) == 32}
