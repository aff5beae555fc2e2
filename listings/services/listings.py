"""Making and changing listings. Every door (API, pages, generation) comes through here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.http import Caller
from config.errors import AppError, invalid, not_found
from listings import pictures
from listings.models import Changes, Listing, ListingState, ListingVariant
from listings.services import history, states
from listings.vocabulary import texts
from processing.engine.plans.cutout import camel

_LINES: Final = ("title", "brand", "size", "sku", "category")
_LISTS: Final = ("colors", "materials", "tags")
_MAX_OF: Final = {"colors": 10, "materials": 20, "tags": 50}
_PLAIN: Final = ("condition", "currency", "quantity", "generated_by")
_MONEY: Final = ("price", "price_min", "price_max", "purchase_price")
# What may be said of a listing when it is made, and changed afterwards.
FIELDS: Final = (*_LINES, "description", *_LISTS, "attributes", *_PLAIN, *_MONEY)
SALE: Final = ("sold_price", "sold_at", "sold_on")
VARIANT_FIELDS: Final = (
    *("title", "description", "price", "tags", "category", "attributes"),
    *("generated_by", "external_id", "url"),
)


def create(
    caller: Caller,
    fields: Mapping[str, Any],
    *,
    image_ids: Sequence[UUID] = (),
    state: str = ListingState.DRAFT,
    listing_id: UUID | None = None,
    action: str = "created",
) -> Listing:
    """A new listing, in the account's currency where none is named.

    ``fields`` are of FIELDS. Raises AppError VALIDATION_ERROR by field, NOT_FOUND for other
    people's pictures, CONFLICT for a SKU that is taken.
    """
    listing = Listing(
        id=listing_id or uuid4(),
        account=caller.account,
        created_by=caller.user,
        currency=caller.account.currency,
    )
    changes = _say(listing, fields)
    with transaction.atomic():
        _save(listing, new=True)
        changes |= pictures.put(listing, list(image_ids))
        if state != ListingState.DRAFT:
            changes |= _move(listing, state, {})
            _save(listing, counts=False)
        history.append(listing, action, made_by=caller.user, changes=changes)
    return listing


def change(
    caller: Caller,
    listing: Listing,
    fields: Mapping[str, Any],
    *,
    image_ids: Sequence[UUID] | None = None,
    cover_id: UUID | None = None,
    state: str | None = None,
    version: int | None = None,
    action: str = "changed",
) -> Listing:
    """Change a listing of the caller's account: all that is said, or nothing.

    ``fields`` are of FIELDS and, of a listing that is or becomes sold, of SALE. Raises AppError as
    ``create`` does, and CONFLICT for a state that can't follow or where ``version`` is given and the
    listing is of another one by now.
    """
    sale = {name: fields[name] for name in SALE if name in fields}
    said = {name: value for name, value in fields.items() if name not in SALE}
    with transaction.atomic():
        locked = lock(listing)
        check_version(locked, version)
        changes = _say(locked, said)
        if image_ids is not None:
            changes |= pictures.put(locked, image_ids)
        if cover_id is not None:
            changes |= pictures.put_first(locked, cover_id)
        if state is not None or sale:
            changes |= _move(locked, state or locked.state, sale)
        if {"title", "price", "imageIds"} & set(changes):
            _check_whole(locked)
        if changes:
            _save(locked)
            history.append(locked, action, made_by=caller.user, changes=changes)
    return locked


def duplicate(caller: Caller, listing: Listing, *, listing_id: UUID | None = None) -> Listing:
    """A draft with the same words, pictures and variants; without SKU, sale and addresses."""
    with transaction.atomic():
        copied = Listing(id=listing_id or uuid4(), account=listing.account, created_by=caller.user)
        for name in FIELDS:
            setattr(copied, name, getattr(listing, name))
        copied.sku = ""
        _save(copied, new=True)
        pictures.copy(listing, copied)
        for variant in listing.variants.all():
            kept = {name: getattr(variant, name) for name in VARIANT_FIELDS}
            kept |= {"external_id": "", "url": ""}
            ListingVariant.objects.create(listing=copied, platform=variant.platform, **kept)
        source: Changes = {"duplicatedFrom": [None, listing.public_id]}
        history.append(copied, "duplicated", made_by=caller.user, changes=source)
    return copied


def set_variant(
    caller: Caller,
    listing: Listing,
    platform: str,
    fields: Mapping[str, Any],
    *,
    version: int | None = None,
    action: str = "changed",
) -> ListingVariant:
    """Say what one platform gets; ``fields`` (of VARIANT_FIELDS) that are left out stay.

    ``version`` is the listing's, as for ``change``.
    """
    with transaction.atomic():
        locked = lock(listing)
        check_version(locked, version)
        variant = ListingVariant.objects.filter(listing=locked, platform=platform).first()
        variant = variant or ListingVariant(listing=locked, platform=platform)
        changes: Changes = {}
        for name, raw in fields.items():
            value, before = _tidy(name, raw), getattr(variant, name)
            if value != before:
                changes[f"{platform}.{camel(name)}"] = [before, value]
                setattr(variant, name, value)
        if changes or variant.pk is None:
            variant.updated_at = timezone.now()
            variant.save()
            _save(locked)
            history.append(locked, action, made_by=caller.user, changes=changes)
    return variant


def drop_variant(caller: Caller, listing: Listing, platform: str) -> None:
    """The platform gets the listing's own words again. Raises AppError NOT_FOUND."""
    with transaction.atomic():
        locked = lock(listing)
        variant = ListingVariant.objects.filter(listing=locked, platform=platform).first()
        if variant is None:
            raise not_found("Variant")
        changes: Changes = {
            f"{platform}.{camel(name)}": [getattr(variant, name), None]
            for name in VARIANT_FIELDS
            if getattr(variant, name)
        }
        variant.delete()
        _save(locked)
        history.append(locked, "changed", made_by=caller.user, changes=changes)


def remove(listing: Listing) -> None:
    """Delete a listing with its history. Its pictures stay in the library."""
    listing.delete()


def lock(listing: Listing) -> Listing:
    """The row as it is now, and so until the transaction ends. Raises AppError NOT_FOUND."""
    locked = Listing.objects.select_for_update().filter(pk=listing.pk).first()
    if locked is None:
        raise not_found("Listing")
    return locked


def check_version(listing: Listing, version: int | None) -> None:
    """Raises AppError CONFLICT where somebody has changed it since; None does not ask."""
    if version is not None and version != listing.version:
        message = (
            f"The listing was changed meanwhile: it is at version {listing.version}, not {version}. "
            "Read it again, then send the change for that version."
        )
        raise AppError("CONFLICT", message, status=409)


def _say(listing: Listing, fields: Mapping[str, Any]) -> Changes:
    changes: Changes = {}
    for name, raw in fields.items():
        value, before = _tidy(name, raw), getattr(listing, name)
        if value != before:
            changes[camel(name)] = [before, value]
            setattr(listing, name, value)
    low, high = listing.price_min, listing.price_max
    if low is not None and high is not None and low > high:
        raise invalid("priceMin", "priceMin must not be more than priceMax.")
    return changes


def _tidy(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _LINES:
        return texts.one_line(value)
    if name == "description":
        return texts.lines(value)
    if name in _LISTS:
        return _list(name, value)
    if name == "attributes":
        pairs = ((texts.one_line(key), texts.one_line(text)) for key, text in value.items())
        return {key: text for key, text in pairs if key and text}
    return value


def _list(name: str, value: Iterable[str]) -> list[str]:
    tidy = texts.distinct(value)
    if len(tidy) > _MAX_OF[name]:
        raise invalid(camel(name), f"At most {_MAX_OF[name]}, not {len(tidy)}.")
    return tidy


def _move(listing: Listing, state: str, sale: Mapping[str, Any]) -> Changes:
    states.check(listing.state, state)
    before = {name: getattr(listing, name) for name in ("state", *SALE)}
    if sale and state != ListingState.SOLD:
        raise invalid(camel(next(iter(sale))), "Only a sold listing can have a sale.")
    listing.state = state
    if state == ListingState.SOLD:
        _sell(listing, sale)
    elif state != ListingState.ARCHIVED:
        listing.sold_price, listing.sold_at, listing.sold_on = None, None, ""
    if before["state"] != state and state != ListingState.SOLD:
        _check_whole(listing)
    return {
        camel(name): [was, getattr(listing, name)]
        for name, was in before.items()
        if was != getattr(listing, name)
    }


def _sell(listing: Listing, sale: Mapping[str, Any]) -> None:
    for name, value in sale.items():
        setattr(listing, name, value)
    if listing.sold_price is None:
        listing.sold_price = listing.price
    if listing.sold_price is None:
        raise invalid("soldPrice", "Send the price it was sold for: the listing has no price.")
    listing.sold_at = listing.sold_at or timezone.now()
    _check_past(listing.sold_at)


def _check_past(sold_at: datetime) -> None:
    if sold_at > timezone.now():
        raise invalid("soldAt", "Must not be in the future.")


def _check_whole(listing: Listing) -> None:
    """Raises AppError VALIDATION_ERROR for a listing that its state does not allow to be so bare."""
    if listing.state not in states.WHOLE:
        return
    wanted = {
        "title": (listing.title, "a title"),
        "price": (listing.price is not None, "a price"),
        "imageIds": (pictures.of(listing), "a picture"),
    }
    missing = {name: words for name, (there, words) in wanted.items() if not there}
    if missing:
        message = f"A listing that is {listing.state} needs {' and '.join(missing.values())}."
        raise AppError("VALIDATION_ERROR", message, fields={name: [message] for name in missing})


def _save(listing: Listing, *, new: bool = False, counts: bool = True) -> None:
    listing.updated_at = timezone.now()
    if counts and not new:
        listing.version += 1
    try:
        with transaction.atomic():
            listing.save(force_insert=new)
    except IntegrityError as error:
        if listing.sku and _sku_taken(listing):
            raise AppError(
                "CONFLICT", f"Another listing already has the SKU '{listing.sku}'.", status=409
            ) from error
        raise


def _sku_taken(listing: Listing) -> bool:
    others = Listing.objects.filter(account=listing.account_id, sku=listing.sku)
    return others.exclude(pk=listing.pk).exists()
