"""What a client wants to be answered with, where the same address has pictures and JSON."""

from __future__ import annotations

from django.http.request import MediaType


def prefers_json(accept: str) -> bool:
    """Whether JSON is asked for before, or without, any type of image.

    ``*/*`` counts as an image unless it is wanted less: ``application/json, text/plain, */*`` is
    what a common HTTP library sends for whoever says nothing, and those expect the picture.
    """
    tokens = [token for token in accept.split(",") if token.strip()]
    types = sorted(map(MediaType, tokens), key=lambda one: -one.quality)  # stable: as written
    asked = [one for one in types if one.quality > 0]
    json = next((one for one in asked if str(one).startswith("application/json")), None)
    if json is None:
        return False
    before = asked[: asked.index(json)]
    if any(one.main_type == "image" for one in before):
        return False
    return not any(one.main_type == "*" and one.quality >= json.quality for one in asked)
