"""The operations that count against a monthly quota, by the name the API and the plans use."""

from __future__ import annotations

REMOVE_BACKGROUND = "remove-background"

METERED_OPERATIONS = (REMOVE_BACKGROUND,)
