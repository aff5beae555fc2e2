"""``/webhooks``: who is told of what, and what became of telling them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.scopes import WEBHOOKS_READ, WEBHOOKS_WRITE
from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.serializers import PageQuery
from config.api.views import ApiView
from processing.api.examples import webhooks as examples
from processing.api.serializers.webhooks import (
    DeliveryQuery,
    DeliverySerializer,
    NewWebhookSerializer,
    RotationBody,
    WebhookBody,
    WebhookChange,
    WebhookSerializer,
)
from processing.models import WebhookDelivery, WebhookEndpoint
from processing.services import webhooks
from processing.services.webhooks import Subscription

_PATH = [path_id("webhook_id", "wh")]
_SIGNED = (
    "Messages are signed as the Standard Webhooks specification describes: `webhook-id` is "
    "the same for every attempt, and `webhook-signature` holds one signature for each valid "
    "secret. Any 2xx response within 10 seconds counts as success; redirects are not "
    "followed. After a failure there are nine more attempts over almost three days. A 410 "
    "response, or five days without success, disables the webhook."
)


class WebhookView(ApiView):
    """What the views of webhooks share."""

    scope = {
        "GET": WEBHOOKS_READ,
        "POST": WEBHOOKS_WRITE,
        "PATCH": WEBHOOKS_WRITE,
        "DELETE": WEBHOOKS_WRITE,
    }

    def webhook(self, public_id: str) -> WebhookEndpoint:
        endpoint_id = decoded("wh", public_id, "Webhook")
        return webhooks.endpoint_for(caller(self.request).account, endpoint_id)

    def delivery(self, webhook_id: str, public_id: str) -> WebhookDelivery:
        of = self.webhook(webhook_id)
        return webhooks.delivery_for(of, decoded("whd", public_id, "Delivery"))


class Webhooks(WebhookView):
    def again(self, request: Request, object_id: UUID) -> Response:
        found = webhooks.endpoint_for(caller(request).account, object_id)
        return Response({**_shown(found), "secret": None}, status=status.HTTP_201_CREATED)

    @endpoint(
        "List webhooks",
        operation_id="webhooks_list",
        responses={200: page_schema(WebhookSerializer)},
        example=page_example(examples.WEBHOOK),
        parameters=PAGING,
    )
    def get(self, request: Request) -> Response:
        wanted = self.read_query(PageQuery)
        rows = WebhookEndpoint.objects.filter(account=caller(request).account)
        return Response(page_of(rows, wanted, serializer=WebhookSerializer))

    @endpoint(
        "Create a webhook",
        operation_id="webhooks_create",
        description=(
            f"{_SIGNED} The secret is shown only in this answer. An account can have at most "
            f"{webhooks.MAX_WEBHOOKS} webhooks (409 CONFLICT)."
        ),
        request=WebhookBody,
        responses={201: NewWebhookSerializer},
        example=examples.NEW_WEBHOOK,
        body_example={name: examples.WEBHOOK[name] for name in ("url", "events", "description")},
    )
    @idempotent("webhook")
    def post(self, request: Request) -> Response:
        wanted = Subscription(**self.read(WebhookBody))
        made = webhooks.register(caller(request).account, wanted, endpoint_id=new_id(request))
        return Response(NewWebhookSerializer(made).data, status=status.HTTP_201_CREATED)


class OneWebhook(WebhookView):
    @endpoint(
        "Get a webhook",
        operation_id="webhooks_read",
        responses={200: WebhookSerializer},
        example=examples.WEBHOOK,
        parameters=_PATH,
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        return Response(_shown(self.webhook(webhook_id)))

    @endpoint(
        "Update a webhook",
        operation_id="webhooks_change",
        request=WebhookChange,
        responses={200: WebhookSerializer},
        example=examples.WEBHOOK,
        body_example={"enabled": True},
        parameters=_PATH,
    )
    def patch(self, request: Request, webhook_id: str) -> Response:
        found = self.webhook(webhook_id)
        return Response(_shown(webhooks.change(found, self.read(WebhookChange))))

    @endpoint(
        "Delete a webhook",
        operation_id="webhooks_delete",
        description="Its deliveries are deleted too; pending ones are not sent.",
        responses={200: None},
        parameters=_PATH,
    )
    def delete(self, request: Request, webhook_id: str) -> Response:
        self.webhook(webhook_id).delete()
        return Response(None)


class RotateSecret(WebhookView):
    @endpoint(
        "Rotate a webhook's secret",
        operation_id="webhooks_rotate_secret",
        description=(
            "The new secret is shown only in this answer. For 24 hours messages are signed with "
            "both secrets, so that the receiver can switch without losing any."
        ),
        request=RotationBody,
        responses={200: NewWebhookSerializer},
        example={**examples.NEW_WEBHOOK, "previousSecretUntil": "2026-05-05T09:30:00Z"},
        body_example={"secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD0Vt4nBXmXy0="},
        parameters=_PATH,
    )
    def post(self, request: Request, webhook_id: str) -> Response:
        found = self.webhook(webhook_id)
        rotated = webhooks.rotate_secret(found, self.read(RotationBody).get("secret", ""))
        return Response(NewWebhookSerializer(rotated).data)


class SendTest(WebhookView):
    @endpoint(
        "Test a webhook",
        operation_id="webhooks_test",
        description=(
            "Sends a single `webhook.test` event now and returns the outcome: `delivered` or "
            "`failed`."
        ),
        request=None,
        responses={200: DeliverySerializer},
        example=examples.TEST_DELIVERY,
        parameters=_PATH,
    )
    def post(self, request: Request, webhook_id: str) -> Response:
        return Response(DeliverySerializer(webhooks.test(self.webhook(webhook_id))).data)


class Deliveries(WebhookView):
    @endpoint(
        "List a webhook's deliveries",
        operation_id="webhooks_deliveries",
        description="Newest first, each with its attempts. Deliveries are kept for 30 days.",
        responses={200: page_schema(DeliverySerializer)},
        example=page_example(examples.DELIVERY),
        parameters=[*_PATH, DeliveryQuery],
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        rows = WebhookDelivery.objects.filter(endpoint=self.webhook(webhook_id))
        wanted = self.read_query(DeliveryQuery)
        if "state" in wanted:
            rows = rows.filter(state=wanted["state"])
        rows = rows.prefetch_related("tries")
        return Response(page_of(rows, wanted, serializer=DeliverySerializer))


class ReplayDelivery(WebhookView):
    @endpoint(
        "Replay a delivery",
        operation_id="webhooks_replay",
        description=(
            "Sends it again with the same `webhook-id` and a new series of attempts. 409 "
            "CONFLICT for a test, during an attempt, if the webhook is disabled, and after "
            f"{webhooks.MAX_ATTEMPTS} attempts."
        ),
        request=None,
        responses={202: DeliverySerializer},
        example=examples.REPLAYED,
        parameters=[*_PATH, path_id("delivery_id", "whd")],
    )
    def post(self, request: Request, webhook_id: str, delivery_id: str) -> Response:
        replayed = webhooks.replay(self.delivery(webhook_id, delivery_id))
        return Response(DeliverySerializer(replayed).data, status=status.HTTP_202_ACCEPTED)


def _shown(webhook: WebhookEndpoint) -> dict[str, Any]:
    return dict(WebhookSerializer(webhook).data)
