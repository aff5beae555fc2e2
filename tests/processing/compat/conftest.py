"""What clients of all dialects meet."""

from __future__ import annotations

import pytest

from config import outbound


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What lies at which public address; everything else is refused as by the outbound guard."""
    pages: dict[str, bytes] = {}

    def fetch(url: str, *, max_bytes: int, timeout: float) -> outbound.Download:
        if url not in pages:
            raise outbound.OutboundError("This address doesn't lead to a public web server.")
        return outbound.Download(pages[url], url, "image/jpeg")

    monkeypatch.setattr(outbound, "fetch", fetch)
    return pages
