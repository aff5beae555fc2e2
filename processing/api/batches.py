"""``/batch``: the same work on many pictures."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from accounts.models import Account
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.parsers import JSONParser
from config.api.serializers import PageQuery
from config.api.views import ApiView
from config.errors import invalid
from media_library.intake.uploads import UploadLimits, UploadView
from processing.api.examples import BATCH, BATCH_CREATED
from processing.api.operations import by_preset, check, command_for
from processing.api.serializers.batches import (
    BatchBody,
    BatchCreated,
    BatchForm,
    BatchRetried,
    BatchSerializer,
    BatchStatus,
)
from processing.models import Batch
from processing.services.appearance import looks, packs
from processing.services.batching import batches, naming
from processing.services.batching.batch_uploads import FIELD, batch_limits, uploaded_members
from processing.services.batching.batches import Look, Wanted
from processing.services.buckets import starting
from processing.services.buckets.starting import Places

_PATH = [path_id("batch_id", "batch")]
_SCOPE: dict[str, str | None] = {"GET": "jobs:read", "POST": "jobs:write"}


class BatchView(ApiView):
    scope: str | dict[str, str | None] | None = _SCOPE

    def batch(self, public_id: str) -> Batch:
        return batches.batch_for(caller(self.request).account, decoded("batch", public_id, "Batch"))

    def shown(self, batch: Batch) -> dict[str, Any]:
        return dict(BatchStatus(batch, context={"base": self.base}).data)


class Batches(UploadView, BatchView):
    parser_classes = [JSONParser, MultiPartParser]
    rate_group = {"POST": "processing"}

    @classmethod
    def upload_limits(cls) -> UploadLimits:
        return batch_limits(settings.MAX_UPLOAD_BYTES)

    def again(self, request: Request, object_id: UUID) -> Response:
        return _created(batches.batch_for(caller(request).account, object_id))

    @endpoint(
        "List batches",
        operation_id="batches_list",
        responses={200: page_schema(BatchSerializer)},
        example=page_example({name: BATCH[name] for name in BATCH if name != "items"}),
        parameters=PAGING,
    )
    def get(self, request: Request) -> Response:
        wanted = self.read_query(PageQuery)
        rows = Batch.objects.filter(account=caller(request).account).order_by("-created_at", "-pk")
        rows = rows.select_related("source", "destination")
        return Response(page_of(rows, wanted, serializer=BatchSerializer))

    @endpoint(
        "Start a batch",
        description=(
            "Applies any tool of `images/tools`, named by `operation`, with its options, or a "
            "preset, or each of several (`presetIds`, or those of `packIds`), to up to 100 images (depending on your plan, "
            "which counts one for each preset): uploaded ones as `imageIds`, "
            "or `files` in a form, whose `options` are JSON. If one image fails, the others are "
            "still processed. Ready presets (see `/presets/ready`) are named among `presetIds`: the four "
            "of a listing's set make its pictures of each image, which is cut out once. The quota for all images is charged at the start, and refunded for "
            "each that fails, for instance as NOTHING_FOUND because it shows no product.\n\n"
            "With `fromBucketId` a worker lists the objects below `fromPrefix` and reads each: the batch is `listing` at "
            "first, and `totalImages` is 0. Objects are charged as they are read; one that is no image, too large or "
            "gone fails alone. Where there are more than your plan allows, or two results would have one name, the batch is `failed`, and its "
            "`source` says why. With `toBucketId` results are written there. 400 BUCKET_DENIED, BUCKET_NOT_FOUND or "
            "BUCKET_UNREACHABLE where a bucket can't be listed or written to."
        ),
        request={"application/json": BatchBody, "multipart/form-data": BatchForm},
        responses={201: BatchCreated},
        example=BATCH_CREATED,
        body_example={
            "imageIds": ["img_2VfUX5sCNEcTGeZ8vKoGj1"],
            "operation": "remove-background",
            "options": {"bgColor": "white", "format": "jpg"},
        },
    )
    @idempotent("batch")
    def post(self, request: Request) -> Response:
        who, batch_id = caller(request), new_id(request)
        if request.FILES or request.content_type.startswith("multipart/"):
            form = self.read(BatchForm, partial=True)
            wanted = self._wanted(who.account, form | {"options": _options(form)})
            files = request.FILES.getlist(FIELD)
            batches.check_size(who.account, len(files), FIELD, looks=len(wanted.looks))
            to = self._places(who.account, form)
            with uploaded_members(who.account, files) as pictures:
                batch = starting.submit(who, wanted, to, pictures=pictures, batch_id=batch_id)
        else:
            body = self.read(BatchBody)
            wanted = self._wanted(who.account, body)
            pictures = []
            if "image_ids" in body:
                batches.check_size(who.account, len(body["image_ids"]), looks=len(wanted.looks))
                pictures = batches.members(who.account, body["image_ids"])
            to = self._places(who.account, body)
            batch = starting.submit(who, wanted, to, pictures=pictures, batch_id=batch_id)
        return _created(batch)

    def _places(self, account: Account, given: dict[str, Any]) -> Places:
        source, destination = (
            (given[f"{way}_bucket_id"], given.get(f"{way}_prefix", ""))
            if f"{way}_bucket_id" in given
            else None
            for way in ("from", "to")
        )
        return starting.places(account, source=source, destination=destination)

    def _wanted(self, account: Account, given: dict[str, Any]) -> Wanted:
        pattern = given.get("name_pattern", "")
        if "name_pattern" in given:
            naming.check(pattern)
        if "operation" in given:
            command = command_for(given["operation"], given.get("options", {}), account)
            check(command)
            return Wanted([Look("", command)], name_pattern=pattern)
        pack_ids = given.get("pack_ids", [])
        return Wanted(
            self._presets(account, given) + self._of_packs(account, given),
            packs=[packs.find(account, one).name for one in pack_ids],
            name_pattern=pattern,
        )

    def _presets(self, account: Account, given: dict[str, Any]) -> list[Look]:
        field, ids = "presetIds", given.get("preset_ids", [])
        if "preset_id" in given:
            field, ids = "presetId", [given["preset_id"]]
        options, found = given.get("options"), [looks.find(account, one) for one in ids]
        return [Look(one.name, by_preset(account, one, options, field=field)) for one in found]

    def _of_packs(self, account: Account, given: dict[str, Any]) -> list[Look]:
        options, field = given.get("options"), "packIds"
        found = packs.usable_entries(account, given.get("pack_ids", []), field=field)
        return [
            Look(look.name, by_preset(account, look, options, field=field), market=market)
            for look, market in found
        ]


class OneBatch(BatchView):
    @endpoint(
        "Get a batch",
        responses={200: BatchStatus},
        example=BATCH,
        parameters=_PATH,
    )
    def get(self, request: Request, batch_id: str) -> Response:
        return Response(self.shown(self.batch(batch_id)))


class CancelBatch(BatchView):
    @endpoint(
        "Cancel a batch",
        description=(
            "Jobs that have not ended are cancelled and their quota is refunded. 409 CONFLICT if "
            "the batch has already ended."
        ),
        request=None,
        responses={200: BatchStatus},
        example=BATCH,
        parameters=_PATH,
    )
    def post(self, request: Request, batch_id: str) -> Response:
        return Response(self.shown(batches.cancel(self.batch(batch_id))))


class RetryBatch(BatchView):
    rate_group = "processing"

    @endpoint(
        "Retry the failed jobs of a batch",
        description=(
            "They are charged again, because their quota was refunded when they failed. 409 "
            "CONFLICT if none has failed."
        ),
        request=None,
        responses={200: BatchRetried},
        example={"retried": 1, "batch": BATCH},
        parameters=_PATH,
    )
    def post(self, request: Request, batch_id: str) -> Response:
        batch = self.batch(batch_id)
        retried = batches.retry(batch)
        return Response({"retried": retried, "batch": self.shown(batch)})


def _created(batch: Batch) -> Response:
    return Response({"batchId": batch.public_id, "totalImages": batch.total}, status=201)


def _options(form: dict[str, Any]) -> dict[str, Any]:
    text = form.get("options") or "{}"
    try:
        options = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("options is not valid JSON.") from error
    if not isinstance(options, dict):
        raise invalid("options", "Must be a JSON object.")
    return options
