"""Attributes of views that may differ by HTTP method.

Named by modules of REST_FRAMEWORK's settings, so it must not import views (see config.api).
"""

from __future__ import annotations

from typing import Any


def by_method(value: Any, method: str | None, default: Any) -> Any:
    """Read a view's attribute that is one value, or a dict of values by HTTP method."""
    return value.get(method, default) if isinstance(value, dict) else value
