"""The operations that count against a monthly quota, by the name the API and the plans use."""

from __future__ import annotations

REMOVE_BACKGROUND = "remove-background"

EDIT = "edit"
GENERATE_BACKGROUND = "generate-background"
REPLACE_BACKGROUND = "replace-background"
UPSCALE = "upscale"
REMOVE_TEXT = "remove-text"

METERED_OPERATIONS = (
    REMOVE_BACKGROUND,
    EDIT,
    GENERATE_BACKGROUND,
    REPLACE_BACKGROUND,
    UPSCALE,
    REMOVE_TEXT,
)
