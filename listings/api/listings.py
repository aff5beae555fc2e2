"""``/listings``: making, finding and changing what is for sale."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import scopes
from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.serializers import PageQuery
from config.api.views import ApiView
from listings import selectors
from listings.api import examples
from listings.api.bodies import BulkBody, ListingPatch, ListingQuery, NewListing, filter_of
from listings.api.serializers import ChangeSerializer, ListingSerializer, shown
from listings.generation import draft
from listings.models import Listing, ListingState
from listings.services import bulk, listings
from listings.services.bulk import BulkChange

PATH = [path_id("listing_id", "lst")]
_MONEY = "Prices are in the currency's minor unit."


class ListingView(ApiView):
    """What the views of listings share."""

    scope: str | dict[str, str | None] | None = {
        **dict.fromkeys(["GET", "HEAD"], scopes.LISTINGS_READ),
        **dict.fromkeys(["POST", "PATCH", "PUT", "DELETE"], scopes.LISTINGS_WRITE),
    }

    def listing(self, public_id: str) -> Listing:
        return self.by_id(decoded("lst", public_id, "Listing"))

    def by_id(self, listing_id: UUID) -> Listing:
        return selectors.listing_for(caller(self.request).account, listing_id)

    def shown(self, listing: Listing) -> dict[str, Any]:
        """The listing as it is in the database now."""
        return shown(self.by_id(listing.pk), self.base)

    def again(self, request: Request, object_id: UUID) -> Response:
        return Response(shown(self.by_id(object_id), self.base), status=201)


class Listings(ListingView):
    rate_group = {"POST": "listing-create"}

    @endpoint(
        "List listings",
        responses={200: page_schema(ListingSerializer)},
        example=page_example(examples.LISTING),
        operation_id="listings_list",
        parameters=[ListingQuery],
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(ListingQuery)
        rows = selectors.listings_of(
            caller(request).account,
            search=asked["search"],
            only=filter_of(asked),
            sort=asked["sort"],
        )
        context = {"base": self.base}
        return Response(page_of(rows, asked, serializer=ListingSerializer, context=context))

    @endpoint(
        "Create a listing",
        description=(
            "A draft, or `ready` if it has a title, a picture and a price. With `jobId` it "
            "starts with what was generated: 404 NOT_FOUND if there is no such job, 409 CONFLICT "
            f"if it has not completed. {_MONEY}"
        ),
        request=NewListing,
        responses={201: ListingSerializer},
        example=examples.LISTING,
        body_example=examples.NEW_LISTING,
    )
    @idempotent("listing")
    def post(self, request: Request) -> Response:
        fields = self.read(NewListing)
        job_id = fields.pop("job_id", None)
        written, pictures = draft.fields_of(caller(request).account, job_id)
        image_ids = fields.pop("image_ids", pictures)
        state = fields.pop("state", ListingState.DRAFT.value)
        listing = listings.create(
            caller(request),
            {**written, **fields},
            image_ids=image_ids,
            state=state,
            listing_id=new_id(request),
            action="generated" if job_id else "created",
        )
        return Response(self.shown(listing), status=201)


class OneListing(ListingView):
    @endpoint(
        "Get a listing",
        responses={200: ListingSerializer},
        example=examples.LISTING,
        operation_id="listings_read",
        parameters=PATH,
    )
    def get(self, request: Request, listing_id: str) -> Response:
        return Response(shown(self.listing(listing_id), self.base))

    @endpoint(
        "Update a listing",
        description=(
            "Omitted fields stay unchanged. `imageIds` is the full list of pictures in their new "
            "order. `state` moves from draft to ready, listed, sold and archived, and some ways "
            f"back (`nextStates`); any other change is 409 CONFLICT, and so is a `version` that is "
            f"no longer the listing's. {_MONEY}"
        ),
        request=ListingPatch,
        responses={200: ListingSerializer},
        example={
            **examples.LISTING,
            "state": "listed",
            "nextStates": ["ready", "sold", "archived"],
        },
        body_example={"price": 4500, "state": "listed"},
        operation_id="listings_change",
        parameters=PATH,
    )
    def patch(self, request: Request, listing_id: str) -> Response:
        fields = self.read(ListingPatch)
        listing = self.listing(listing_id)
        options = {
            name: fields.pop(name)
            for name in ("image_ids", "cover_id", "state", "version")
            if name in fields
        }
        listings.change(caller(request), listing, fields, **options)
        return Response(self.shown(listing))

    @endpoint(
        "Delete a listing",
        description="Its history is deleted, too. The pictures are kept in the library.",
        responses={200: None},
        operation_id="listings_delete",
        parameters=PATH,
    )
    def delete(self, request: Request, listing_id: str) -> Response:
        listings.remove(self.listing(listing_id))
        return Response(None)


class DuplicateListing(ListingView):
    rate_group = "listing-create"

    @endpoint(
        "Duplicate a listing",
        description=(
            "Creates a draft with the same texts, pictures and variants, but without SKU and sale."
        ),
        request=None,
        responses={201: ListingSerializer},
        example={
            **examples.LISTING,
            "state": "draft",
            "nextStates": ["ready", "archived"],
            "sku": "",
        },
        operation_id="listings_duplicate",
        parameters=PATH,
    )
    @idempotent("listing")
    def post(self, request: Request, listing_id: str) -> Response:
        copied = listings.duplicate(
            caller(request), self.listing(listing_id), listing_id=new_id(request)
        )
        return Response(self.shown(copied), status=201)


class ListingHistory(ListingView):
    @endpoint(
        "Get a listing's history",
        description="What happened to the listing, newest first. Long texts are truncated.",
        responses={200: page_schema(ChangeSerializer)},
        example=page_example(examples.CHANGE),
        operation_id="listings_history",
        parameters=[*PATH, *PAGING],
    )
    def get(self, request: Request, listing_id: str) -> Response:
        asked = self.read_query(PageQuery)
        rows = selectors.history_of(self.listing(listing_id))
        return Response(page_of(rows, asked, serializer=ChangeSerializer))


class BulkListings(ListingView):
    @endpoint(
        "Update many listings",
        description=(
            f"Up to {bulk.MAX_LISTINGS} at once: all of them or, if one can't be changed, none. 404 "
            "NOT_FOUND if one is not yours, 409 CONFLICT for a state that can't follow."
        ),
        request=BulkBody,
        responses={200: ListingSerializer(many=True)},
        example=[examples.LISTING],
        body_example={
            "listingIds": [examples.LISTING_ID],
            "changes": {"condition": "good"},
            "addTags": ["vintage"],
            "pricePercent": -10,
        },
        operation_id="listings_bulk",
    )
    def post(self, request: Request) -> Response:
        body = self.read(BulkBody)
        listing_ids, fields = body.pop("listing_ids"), body.pop("changes", {})
        changed = bulk.change(caller(request), listing_ids, BulkChange(fields=fields, **body))
        return Response([shown(listing, self.base) for listing in changed])
