"""The API's addresses, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from listings.api import checks, comparables, exports, generate, listings, reference, variants

# Names before ids: `/listings/bulk` is no listing.
urlpatterns = [
    path("listings", listings.Listings.as_view(), name="api-listings"),
    path("listings/bulk", listings.BulkListings.as_view(), name="api-listings-bulk"),
    path("listings/export", exports.ExportListings.as_view(), name="api-listings-export"),
    path("listings/exports", exports.Exports.as_view(), name="api-listings-exports"),
    path(
        "listings/exports/<str:export_id>/links",
        exports.ExportLinks.as_view(),
        name="api-listings-export-links",
    ),
    path("listings/archive", exports.ArchiveListings.as_view(), name="api-listings-archive"),
    path(
        "listings/marketplaces", reference.Marketplaces.as_view(), name="api-listings-marketplaces"
    ),
    path("listings/categories", reference.Categories.as_view(), name="api-listings-categories"),
    path("listings/generate", generate.GenerateView.as_view(), name="api-listings-generate"),
    path(
        "listings/generate/<str:job_id>",
        generate.GeneratedView.as_view(),
        name="api-listings-generated",
    ),
    path("listings/comparables", comparables.Comparables.as_view(), name="api-comparables"),
    path(
        "listings/comparables/import",
        comparables.ImportView.as_view(),
        name="api-comparables-import",
    ),
    path(
        "listings/comparables/imports",
        comparables.Imports.as_view(),
        name="api-comparable-imports",
    ),
    path(
        "listings/comparables/imports/<str:import_id>",
        comparables.OneImport.as_view(),
        name="api-comparable-import",
    ),
    path(
        "listings/comparables/<str:comparable_id>",
        comparables.OneComparable.as_view(),
        name="api-comparable",
    ),
    path("listings/<str:listing_id>", listings.OneListing.as_view(), name="api-listing"),
    path(
        "listings/<str:listing_id>/duplicate",
        listings.DuplicateListing.as_view(),
        name="api-listing-duplicate",
    ),
    path(
        "listings/<str:listing_id>/history",
        listings.ListingHistory.as_view(),
        name="api-listing-history",
    ),
    path(
        "listings/<str:listing_id>/check", checks.CheckListing.as_view(), name="api-listing-check"
    ),
    path(
        "listings/<str:listing_id>/variants/<str:platform>",
        variants.OneVariant.as_view(),
        name="api-listing-variant",
    ),
    path(
        "listings/<str:listing_id>/images/<str:image_id>/repair",
        checks.RepairPicture.as_view(),
        name="api-listing-repair",
    ),
]
