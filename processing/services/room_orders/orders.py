"""Orders: by their client's own id or by ours, with a project where somebody asked for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.models import Account
from config.errors import invalid, not_found
from media_library import projects
from media_library.models import Image
from processing.models import RoomBracket, RoomOrder, RoomPhoto
from processing.models.room_orders import KEY_LENGTH
from processing.services import deleting

# Not of dots alone: clients take ``..`` in an address for a step upwards, and never reach such an order.
_KEY = re.compile(rf"(?!\.+$)[A-Za-z0-9._~-]{{1,{KEY_LENGTH}}}")


def of(account: Account) -> QuerySet[RoomOrder]:
    """The account's orders, newest first, with all that is told of them."""
    photos = RoomPhoto.objects.select_related("job", "image").order_by("created_at", "pk")
    rows = RoomOrder.objects.filter(account=account).select_related("project")
    return rows.prefetch_related(Prefetch("photos", photos)).order_by("-created_at", "-pk")


def order_for(account: Account, key: str) -> RoomOrder:
    """The account's order. Raises AppError NOT_FOUND, also for somebody else's."""
    found = of(account).filter(key=key).first()
    if found is None:
        raise not_found("Order")
    return found


def known_to_all(order_id: UUID) -> RoomOrder:
    """Whosever order it is, by the id that we gave it: nobody guesses that one. Raises AppError NOT_FOUND."""
    found = RoomOrder.objects.filter(pk=order_id, account__closed_at=None).first()
    if found is None or found.key != str(order_id):
        raise not_found("Order")
    return order_for(found.account, found.key)


def create(account: Account, *, name: str = "", key: str = "") -> RoomOrder:
    """A new order with a project. Raises AppError VALIDATION_ERROR for an id that can't be one or is
    taken, and for a name that nobody can see."""
    order_id = uuid4()
    key = _checked(account, key) or str(order_id)
    with transaction.atomic():
        project = projects.create(account, name=name or f"Order {key}")
        order, is_new = RoomOrder.objects.get_or_create(
            account=account, key=key, defaults={"id": order_id, "project": project}
        )
        if not is_new:
            raise invalid("order_id", "There is an order with this id already.")
    return order


def for_photo(account: Account, key: str | None) -> RoomOrder:
    """The order that a photo is registered for: the one it names, which it may bring into being, or one
    of its own. Raises AppError as ``create`` does."""
    if key is None:
        order_id = uuid4()
        return RoomOrder.objects.create(id=order_id, account=account, key=str(order_id))
    found = RoomOrder.objects.filter(account=account, key=key).first()
    return found or create(account, key=key)


def rename(order: RoomOrder, name: str) -> None:
    """Raises AppError VALIDATION_ERROR as ``create`` does."""
    with transaction.atomic():
        if order.project is None:
            order.project = projects.create(order.account, name=name)
            RoomOrder.objects.filter(pk=order.pk).update(project=order.project)
            Image.objects.filter(pk__in=_images_of([order])).update(project=order.project)
        else:
            projects.change(order.project, name=name)
        touch(order)


def remove(order: RoomOrder) -> None:
    """Delete an order with its project, and the work on them that hasn't ended; its pictures lie in the trash, with
    what was made of them."""
    with transaction.atomic():
        live = Image.live.filter(pk__in=_images_of([order]))
        deleting.delete_pictures(order.account, set(live.values_list("pk", flat=True)))
        project = order.project
        order.delete()
        if project is not None:
            projects.remove(project)


def touch(order: RoomOrder) -> None:
    """Note that something of it has changed."""
    order.updated_at = timezone.now()
    RoomOrder.objects.filter(pk=order.pk).update(updated_at=order.updated_at)


def _images_of(orders: Sequence[RoomOrder]) -> list[UUID]:
    rows = (
        RoomPhoto.objects.filter(order__in=orders),
        RoomBracket.objects.filter(order__in=orders),
    )
    return [pk for one in rows for pk in one.values_list("image", flat=True) if pk is not None]


def _checked(account: Account, key: str) -> str:
    """A client's own id for a new order. Raises AppError NOT_FOUND for one that we gave somebody else."""
    if key and not _KEY.fullmatch(key):
        problem = (
            f"Must be 1 to {KEY_LENGTH} letters, digits, dots, hyphens, underscores or tildes, "
            "and more than dots."
        )
        raise invalid("order_id", problem)
    try:
        named = UUID(key) if key else None
    except ValueError:
        named = None
    if named and RoomOrder.objects.exclude(account=account).filter(pk=named).exists():
        raise not_found("Order")
    return key
