"""``/jobs/{id}/events`` and ``/batch/{id}/events``: what happens, told as it happens."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from config.api.errors import body
from config.api.serializers import StrictSerializer
from config.api.views import ApiView
from processing.api.batches import BatchView
from processing.api.examples.streams import events_endpoint
from processing.api.jobs import JobView
from processing.delivery import leases, sse
from processing.delivery.sse import Topic

_RETRY_SECONDS = 10


class StreamQuery(StrictSerializer):
    lastEventId = serializers.RegexField(
        r"\A[0-9]{1,18}\Z",
        default="0",
        error_messages={"invalid": "Must be the id of an event: a whole number."},
    )


class EventStream(ApiView):
    """Checks as every endpoint does, by the same rules and in the same order, then streams."""

    http_method_names = ["get", "options"]  # no HEAD: there is no length to tell

    def last_event_id(self) -> int:
        """The last event that the client has; the header, which browsers send, goes first."""
        given: dict[str, Any] = self.request.query_params.dict()
        if header := self.request.headers.get("Last-Event-ID"):
            given["lastEventId"] = header
        serializer = StreamQuery(data=given)
        serializer.is_valid(raise_exception=True)
        return int(serializer.validated_data["lastEventId"])

    def stream(self, topic: Topic, after: int) -> HttpResponseBase:
        if after and sse.look(topic, after) == sse.NOTHING_MORE:
            return Response(status=204)  # which tells an EventSource not to come back
        lease = leases.take(caller(self.request).account.pk)
        if lease is None:
            return _too_many()
        return sse.respond(topic, after=after, lease=lease)


class JobEvents(EventStream, JobView):
    @events_endpoint("job")
    def get(self, request: Request, job_id: str) -> HttpResponseBase:
        after = self.last_event_id()
        return self.stream(sse.of_job(self.job(job_id)), after)


class BatchEvents(EventStream, BatchView):
    @events_endpoint("batch")
    def get(self, request: Request, batch_id: str) -> HttpResponseBase:
        after = self.last_event_id()
        return self.stream(sse.of_batch(self.batch(batch_id)), after)


def _too_many() -> Response:
    message = (
        f"This account already has {leases.per_account()} event streams open, the maximum. "
        f"Close one, or try again in {_RETRY_SECONDS} seconds."
    )
    return Response(
        body("TOO_MANY_STREAMS", message),
        status=429,
        headers={"Retry-After": str(_RETRY_SECONDS)},
        exception=True,
    )
