"""The operations that count against a monthly quota, by the name the API and the plans use."""

from __future__ import annotations

REMOVE_BACKGROUND = "remove-background"

EDIT = "edit"
GENERATE_BACKGROUND = "generate-background"
REPLACE_BACKGROUND = "replace-background"
UPSCALE = "upscale"
REMOVE_TEXT = "remove-text"
GENERATE_LISTING = "generate-listing"

METERED_OPERATIONS = (
    REMOVE_BACKGROUND,
    EDIT,
    GENERATE_BACKGROUND,
    REPLACE_BACKGROUND,
    UPSCALE,
    REMOVE_TEXT,
    GENERATE_LISTING,
)

# Work that jobs do and that no plan counts.
IMPORT_COMPARABLES = "import-comparables"
UNMETERED_OPERATIONS = (IMPORT_COMPARABLES,)
