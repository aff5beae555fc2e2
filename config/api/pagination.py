"""Lists, a page at a time: ``{items, page, pageSize, total}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.serializers import BaseSerializer


def page_of(
    rows: QuerySet[Any],
    query: Mapping[str, Any],
    *,
    serializer: type[BaseSerializer[Any]],
    context: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One page of ``rows`` as a PageQuery asked for it. A page past the end is empty, not an error."""
    page, size = query["page"], query["page_size"]
    start = (page - 1) * size
    items = serializer(rows[start : start + size], many=True, context=dict(context or {})).data
    return {"items": items, "page": page, "pageSize": size, "total": rows.count()}
