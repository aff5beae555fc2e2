"""Which web pages elsewhere may call what, as django-cors-headers has it.

Pages may call dialects, with a key of their own, and read what signed links lead to. No cookie of
this site goes along. Accounts name further origins (accounts.access.origins).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

URLS = r"^/(compat|content)/"


def cors(origins: Sequence[str]) -> dict[str, Any]:
    """Make the settings for these origins; `*` is any. Dialects add headers of their own."""
    return {
        "CORS_ALLOW_ALL_ORIGINS": "*" in origins,
        "CORS_ALLOWED_ORIGINS": [origin for origin in origins if origin != "*"],
        "CORS_URLS_REGEX": URLS,
        "CORS_ALLOW_METHODS": ["GET", "POST"],
        "CORS_ALLOW_HEADERS": ["accept", "authorization", "content-type", "x-request-id"],
        "CORS_EXPOSE_HEADERS": [
            *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
            *("Retry-After", "X-Request-Id", "X-Export-Id"),
        ],
    }
