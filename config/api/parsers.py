"""JSON bodies, small and strict."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import JSONParser

from config.errors import AppError


class SmallJSONParser(JSONParser):
    """Refuses a body over ``DATA_UPLOAD_MAX_MEMORY_SIZE``: pictures are sent as multipart."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content = stream.read(limit + 1)
        if len(content) > limit:
            raise AppError(
                "PAYLOAD_TOO_LARGE", f"A JSON body may have at most {limit} bytes.", status=413
            )
        return super().parse(BytesIO(content), media_type, parser_context)
