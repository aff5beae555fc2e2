"""Host names of this site that belong to a dialect, which is served at their root."""

from __future__ import annotations

from django.conf import settings
from django.http.request import split_domain_port

# What answers of dialects lead to, and probes ask for, has the same address at every host.
_EVERYWHERE = ("/compat/", "/content/", "/healthz", "/readyz")


def prefix_of(host: str) -> str | None:
    """Return the path of the dialect that a Host header names; None for the site itself."""
    prefixes: dict[str, str] = settings.HOST_PREFIXES
    return prefixes.get(split_domain_port(host)[0].rstrip(".")) if prefixes else None


def path_at(host: str, path: str) -> str:
    """Return the site's path for a path at this host."""
    prefix = prefix_of(host)
    return path if prefix is None or path.startswith(_EVERYWHERE) else f"{prefix}{path}"
