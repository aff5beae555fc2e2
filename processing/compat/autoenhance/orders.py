"""The endpoints of orders and their brackets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.bodies import read
from processing.compat.autoenhance import answers, preferences
from processing.compat.autoenhance.access import row_id
from processing.compat.autoenhance.errors import in_query, wrong
from processing.compat.autoenhance.preferences import MAX_EXTRAS, OrderId
from processing.compat.autoenhance.uploads import upload_url
from processing.compat.autoenhance.views import AutoenhanceView, ReadView
from processing.compat.fields import Fields
from processing.compat.jobs import done
from processing.models import RoomBracket, RoomOrder
from processing.models.room_orders import KEY_LENGTH
from processing.services.room_orders import brackets, merging, orders

_Name = Annotated[str, Field(min_length=1, max_length=200)]
_PER_PAGE, _MOST_PER_PAGE, _LAST = 5, 100, 1_000_000


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class OrderIn(_Body):
    name: _Name | None = None
    order_id: OrderId | None = None


class BracketIn(_Body):
    name: _Name
    order_id: Annotated[str, Field(max_length=KEY_LENGTH)]
    metadata: dict[str, Any] | None = None


class _Group(_Body):
    bracket_ids: list[UUID] = Field(max_length=100)


class HdrIn(preferences.Preferences):
    """What is asked for all that an order merges, and which of its brackets belong together."""

    images: list[_Group] | None = Field(None, max_length=1_000)
    number_of_brackets_per_image: Annotated[int, Field(ge=0, le=1_000)] | None = None


class Orders(AutoenhanceView):
    http_method_names = ["get", "post"]

    def get(self, request: Request) -> Response:
        fields = Fields.of_query(request)
        with in_query():
            start = fields.whole("offset", 0, _LAST) or 0
            count = fields.whole("per_page", 1, _MOST_PER_PAGE) or _PER_PAGE
        found = list(orders.of(self.caller.account)[start : start + count + 1])
        following = str(start + count) if len(found) > count else None
        pagination = {"next_offset": following, "per_page": count}
        shown = [answers.order(one) for one in found[:count]]
        return Response({"orders": shown, "pagination": pagination})

    def post(self, request: Request) -> Response:
        body = read(OrderIn, request.data)
        account = self.caller.account
        made = orders.create(account, name=body.name or "", key=body.order_id or "")
        return Response(answers.order(orders.order_for(account, made.key)))


class OneOrder(ReadView):
    http_method_names = ["get", "patch", "delete"]

    def get(self, request: Request, room_order_key: str) -> Response:
        return Response(answers.order(self.order(room_order_key)))

    def patch(self, request: Request, room_order_key: str) -> Response:
        order = self.order(room_order_key)
        body = read(OrderIn, request.data)
        if body.order_id is not None and body.order_id != order.key:
            raise wrong("order_id", "can't be changed")
        if body.name is not None:
            orders.rename(order, body.name)
        return Response(answers.order(self.order(room_order_key)))

    def delete(self, request: Request, room_order_key: str) -> Response:
        orders.remove(self.order(room_order_key))
        return Response(status=204)


class ProcessOrder(AutoenhanceView):
    http_method_names = ["post"]

    def post(self, request: Request, room_order_key: str) -> Response:
        order = self.order(room_order_key)
        body = read(HdrIn, request.data)
        asked = preferences.of_order(body)
        merging.merge(self.caller, order, self.groups(order, body), asked)
        return Response(answers.order(self.order(room_order_key)))

    def groups(self, order: RoomOrder, body: HdrIn) -> Sequence[merging.Group]:
        """Raises AppError VALIDATION_ERROR, and TIMED_OUT where looking takes too long."""
        if body.images:
            return merging.named(order, [one.bracket_ids for one in body.images])
        rows = merging.uploaded(order)
        if body.number_of_brackets_per_image:
            return merging.by_number(rows, body.number_of_brackets_per_image)
        job = merging.look(self.caller, rows, seconds=settings.COMPAT_WAIT_SECONDS)
        return merging.by_looks(rows, done(job))


class OrderBrackets(ReadView):
    http_method_names = ["get"]

    def get(self, request: Request, room_order_key: str) -> Response:
        rows = brackets.of(self.order(room_order_key))
        return Response({"brackets": [answers.bracket(one) for one in rows]})


class Brackets(AutoenhanceView):
    http_method_names = ["post"]

    def post(self, request: Request) -> Response:
        body = read(BracketIn, request.data)
        metadata = body.metadata or {}
        if len(json.dumps(metadata)) > MAX_EXTRAS:
            raise wrong("metadata", f"may have at most {MAX_EXTRAS:,} characters of JSON")
        order = self.order(body.order_id)
        row = brackets.register(self.caller, order, name=body.name, metadata=metadata)
        return Response({**answers.bracket(row), "upload_url": upload_url(row, base=self.base)})


class OneBracket(ReadView):
    http_method_names = ["get", "delete"]

    def get(self, request: Request, room_bracket_id: str) -> Response:
        return Response(answers.bracket(self.bracket(room_bracket_id)))

    def delete(self, request: Request, room_bracket_id: str) -> Response:
        brackets.remove(self.bracket(room_bracket_id))
        return Response(status=204)

    def bracket(self, bracket_id: str) -> RoomBracket:
        """The account's bracket; whosever it is for who has no key. Raises AppError NOT_FOUND."""
        account = None if self.request.auth is None else self.caller.account
        return brackets.bracket_for(account, row_id(bracket_id, "Bracket"))
