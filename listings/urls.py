"""Pages on listings, sold items and exports."""

from __future__ import annotations

from django.urls import path

from listings.pages import (
    answering,
    board,
    category_names,
    exports,
    listing,
    new,
    photos,
    price,
    sales,
)

# Names before ids: `/listings/new/` is no listing.
urlpatterns = [
    path("listings/", board.listings, name="listings"),
    path("listings/bulk/", board.change_many, name="change-listings"),
    path("listings/new/", new.new, name="new-listing"),
    path("listings/suggestions/", new.waiting, name="suggestions"),
    path("listings/suggestions/live/", new.waiting_live, name="suggestions-live"),
    path("listings/suggestions/decide/", new.decide_many, name="decide-suggestions"),
    path("listings/suggestions/<str:suggestion_id>/again/", new.ask_again, name="ask-again"),
    path(
        "listings/suggestions/<str:suggestion_id>/answer/",
        answering.answer,
        name="answer-questions",
    ),
    path("listings/suggestions/<str:suggestion_id>/", new.suggestion, name="suggestion"),
    path("listings/categories/names/", category_names.category_names, name="category-names"),
    path("listings/sales/", sales.sold_items, name="sold-items"),
    path("listings/sales/imports/<str:job_id>/live/", sales.import_live, name="import-live"),
    path(
        "listings/sales/imports/<str:import_id>/delete/", sales.delete_import, name="delete-import"
    ),
    path("listings/sales/<str:comparable_id>/delete/", sales.delete_item, name="delete-sold-item"),
    path("listings/exports/", exports.exports, name="exports"),
    path("listings/exports/<str:export_id>/file/", exports.fetch, name="export-file"),
    path("listings/exports/<str:export_id>/revoke/", exports.revoke, name="revoke-export"),
    path("listings/exports/<str:export_id>/delete/", exports.delete, name="delete-export"),
    path("listings/<str:listing_id>/", listing.listing, name="listing"),
    path("listings/<str:listing_id>/state/", listing.move, name="move-listing"),
    path("listings/<str:listing_id>/duplicate/", listing.duplicate, name="duplicate-listing"),
    path("listings/<str:listing_id>/delete/", listing.delete, name="delete-listing"),
    path("listings/<str:listing_id>/drop/", listing.drop_variant, name="drop-variant"),
    path("listings/<str:listing_id>/photos/", photos.arrange, name="listing-photos"),
    path("listings/<str:listing_id>/photos/add/", photos.add, name="add-photos"),
    path("listings/<str:listing_id>/checks/", photos.checks, name="listing-checks"),
    path("listings/<str:listing_id>/repair/", photos.repair, name="repair-photo"),
    path("listings/<str:listing_id>/price/", price.listing_price, name="listing-price"),
    path("listings/<str:listing_id>/rewrite/", new.rewrite, name="rewrite-listing"),
]
