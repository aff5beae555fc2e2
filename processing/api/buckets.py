"""``/buckets``: buckets of customers, from which batches read and to which they write."""

from __future__ import annotations

from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.scopes import BUCKETS_READ, BUCKETS_WRITE
from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.serializers import PageQuery
from config.api.views import ApiView
from processing.api.examples import buckets as examples
from processing.api.serializers.buckets import (
    BucketBody,
    BucketChange,
    BucketCheckBody,
    BucketSerializer,
    CheckedSerializer,
)
from processing.models import Bucket
from processing.services.buckets import connections
from processing.services.buckets.connections import Access

_PATH = [path_id("bucket_id", "bucket")]


class BucketView(ApiView):
    """What the views of buckets share."""

    scope = {
        "GET": BUCKETS_READ,
        "POST": BUCKETS_WRITE,
        "PATCH": BUCKETS_WRITE,
        "DELETE": BUCKETS_WRITE,
    }

    def bucket(self, public_id: str) -> Bucket:
        bucket_id = decoded("bucket", public_id, "Bucket")
        return connections.bucket_for(caller(self.request).account, bucket_id)


class Buckets(BucketView):
    def again(self, request: Request, object_id: UUID) -> Response:
        return _created(connections.bucket_for(caller(request).account, object_id))

    @endpoint(
        "List buckets",
        operation_id="buckets_list",
        responses={200: page_schema(BucketSerializer)},
        example=page_example(examples.BUCKET),
        parameters=PAGING,
    )
    def get(self, request: Request) -> Response:
        wanted = self.read_query(PageQuery)
        rows = Bucket.objects.filter(account=caller(request).account)
        return Response(page_of(rows, wanted, serializer=BucketSerializer))

    @endpoint(
        "Save a bucket",
        operation_id="buckets_create",
        description=(
            "A bucket of yours on a server that speaks S3, with an access key for it. Nothing is asked of the "
            "bucket yet: see `/buckets/{bucket_id}/check`. An account can have at most "
            f"{connections.MAX_BUCKETS} buckets (409 CONFLICT), each with a name of its own."
        ),
        request=BucketBody,
        responses={201: BucketSerializer},
        example=examples.BUCKET,
        body_example=examples.NEW_BUCKET,
    )
    @idempotent("bucket")
    def post(self, request: Request) -> Response:
        wanted = Access(**self.read(BucketBody))
        made = connections.save(caller(request).account, wanted, bucket_id=new_id(request))
        return _created(made)


class OneBucket(BucketView):
    @endpoint(
        "Get a bucket",
        operation_id="buckets_read",
        responses={200: BucketSerializer},
        example=examples.BUCKET,
        parameters=_PATH,
    )
    def get(self, request: Request, bucket_id: str) -> Response:
        return Response(BucketSerializer(self.bucket(bucket_id)).data)

    @endpoint(
        "Update a bucket",
        operation_id="buckets_change",
        request=BucketChange,
        responses={200: BucketSerializer},
        example=examples.BUCKET,
        body_example={"name": "Photo studio"},
        parameters=_PATH,
    )
    def patch(self, request: Request, bucket_id: str) -> Response:
        found = self.bucket(bucket_id)
        return Response(BucketSerializer(connections.change(found, self.read(BucketChange))).data)

    @endpoint(
        "Delete a bucket",
        operation_id="buckets_delete",
        description="The bucket itself stays as it is: its name and key are forgotten here.",
        responses={200: None},
        parameters=_PATH,
    )
    def delete(self, request: Request, bucket_id: str) -> Response:
        connections.delete(self.bucket(bucket_id))
        return Response(None)


class CheckBucket(BucketView):
    @endpoint(
        "Check a bucket",
        operation_id="buckets_check",
        description=(
            f"Asks for one object below the prefix, then writes `{connections.TEST_OBJECT}` there and removes it "
            "again. A refusal is an answer: BUCKET_DENIED for a key without the right, BUCKET_NOT_FOUND, "
            "or BUCKET_UNREACHABLE."
        ),
        request=BucketCheckBody,
        responses={200: CheckedSerializer},
        example=examples.CHECKED,
        body_example={"prefix": "photos/"},
        parameters=_PATH,
    )
    def post(self, request: Request, bucket_id: str) -> Response:
        found, wanted = self.bucket(bucket_id), self.read(BucketCheckBody)
        return Response(CheckedSerializer(connections.check(found, wanted["prefix"])).data)


def _created(bucket: Bucket) -> Response:
    return Response(BucketSerializer(bucket).data, status=status.HTTP_201_CREATED)
