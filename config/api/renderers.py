"""Success leaves as ``{"success": true, "data": ...}``; failure was shaped by config.api.errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer


class EnvelopeRenderer(JSONRenderer):
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code == 204:
            return b""
        if response is None or not response.exception:
            data = {"success": True, "data": data}
        return super().render(data, accepted_media_type, renderer_context)
