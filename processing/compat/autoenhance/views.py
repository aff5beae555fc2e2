"""What the endpoints share."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request

from accounts.access.scopes import IMAGES_READ, JOBS_WRITE
from accounts.http import Caller, caller
from config.api.parsers import JSONParser
from processing.compat.autoenhance.access import HasScopeOrReads, KeyAuthentication, row_id
from processing.compat.autoenhance.dialect import DIALECT, RATE_GROUP
from processing.compat.views import DialectView
from processing.models import RoomOrder, RoomPhoto
from processing.services.room_orders import orders, photos


class AutoenhanceView(DialectView):
    """An endpoint that a key opens."""

    dialect = DIALECT
    authentication_classes = [KeyAuthentication]
    parser_classes = [JSONParser]
    rate_group = RATE_GROUP
    scope: dict[str, str | None] = {
        "GET": IMAGES_READ,
        **dict.fromkeys(("POST", "PATCH", "DELETE"), JOBS_WRITE),
    }
    http_method_names = ["get", "post", "put", "patch", "delete"]

    @property
    def caller(self) -> Caller:
        return caller(self.request)

    def photo(self, image_id: str) -> RoomPhoto:
        """The account's photo. Raises AppError NOT_FOUND."""
        return photos.photo_for(self.caller.account, row_id(image_id, "Image"))

    def order(self, key: str) -> RoomOrder:
        """The account's order. Raises AppError NOT_FOUND."""
        return orders.order_for(self.caller.account, key)


class ReadView(AutoenhanceView):
    """One that may be read without a key, by whoever knows the id, where the site allows it."""

    permission_classes = [HasScopeOrReads]

    def photo(self, image_id: str) -> RoomPhoto:
        if _is_known(self.request):
            return super().photo(image_id)
        return photos.known_to_all(row_id(image_id, "Image"))

    def order(self, key: str) -> RoomOrder:
        if _is_known(self.request):
            return super().order(key)
        return orders.known_to_all(_order_id(key))


def _is_known(request: Request) -> bool:
    return request.auth is not None


def _order_id(key: str) -> UUID:
    return row_id(key, "Order")
