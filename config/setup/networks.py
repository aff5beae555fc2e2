"""Networks as settings write them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(texts: Iterable[str], *, name: str = "URL_PRIVATE_NETWORKS") -> list[Network]:
    """Read networks such as `10.1.0.0/16` or `fd00::/8`. Raises ImproperlyConfigured."""
    try:
        return [ipaddress.ip_network(text.strip()) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from error
