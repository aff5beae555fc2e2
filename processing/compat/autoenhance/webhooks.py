"""The account's webhook. The vendor has it in a dashboard; here it has an address of ours."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.scopes import WEBHOOKS_READ, WEBHOOKS_WRITE
from config.api.bodies import read
from config.errors import not_found
from processing.compat.autoenhance.dialect import DIALECT
from processing.compat.autoenhance.views import AutoenhanceView
from processing.models import DeliveryState, WebhookEndpoint
from processing.services import webhooks

_HEADER = re.compile(r"[!-~]([ -~]*[!-~])?")
# What our events are called whose ends it tells of, whatever the payload says.
_EVENTS = ("job.completed", "job.failed")


def _header(text: str) -> str:
    """Raises ValueError for what no header can carry."""
    if not _HEADER.fullmatch(text):
        raise ValueError(
            "Must be letters, digits, signs and spaces of ASCII, without spaces at its ends."
        )
    return text


class WebhookIn(BaseModel):
    """``token`` is sent as ``Authorization``, as it is."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    url: Annotated[str, Field(max_length=2000)]
    token: Annotated[str, Field(max_length=500), AfterValidator(_header)]


class Webhook(AutoenhanceView):
    http_method_names = ["get", "put", "delete"]
    scope = {"GET": WEBHOOKS_READ, **dict.fromkeys(("PUT", "DELETE"), WEBHOOKS_WRITE)}

    def get(self, request: Request) -> Response:
        return Response(_shown(self.endpoint()))

    def put(self, request: Request) -> Response:
        """Set it, and tell it of that at once: the answer says whether it was told."""
        body = read(WebhookIn, request.data)
        account = self.caller.account
        found = webhooks.of_dialect(account, DIALECT.name)
        if found is None:
            wanted = webhooks.Subscription(
                body.url, _EVENTS, dialect=DIALECT.name, authorization=body.token
            )
            found = webhooks.register(account, wanted)
        else:
            changes = {"url": body.url, "enabled": True, "authorization": body.token}
            found = webhooks.change(found, changes)
        delivery = webhooks.test(found)
        told = {"updated_delivered": delivery.state == DeliveryState.DELIVERED}
        return Response({**_shown(found), **told})

    def delete(self, request: Request) -> Response:
        self.endpoint().delete()
        return Response(status=204)

    def endpoint(self) -> WebhookEndpoint:
        """Raises AppError NOT_FOUND where none is set."""
        found = webhooks.of_dialect(self.caller.account, DIALECT.name)
        if found is None:
            raise not_found("Webhook")
        return found


def _shown(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {"url": endpoint.url, "active": endpoint.enabled}
