"""The dialects that this site speaks, entered one by one when the app starts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.access import origins
from accounts.pages import quick_starts
from config.setup.environment import Environment
from processing.compat.dialect import Dialect
from processing.delivery import payloads

# Without scheme, port and path: a request's host is compared with it as it stands.
_HOST_NAME = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_DIALECTS: dict[str, Dialect] = {}


def register(folder: str) -> None:
    """Enter the dialect that a folder beside this file declares, with all that it brings along."""
    dialect: Dialect = import_module(f"processing.compat.{folder}.dialect").DIALECT
    env = Environment()
    for name, value in dialect.settings(env).items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    for group, rate in dialect.rate_limits(env).items():
        settings.RATE_LIMITS.setdefault(group, rate)
    if dialect.hosts_setting:
        _serve_at(dialect.setting(dialect.hosts_setting), dialect)
    if dialect.proven_origins_only:
        origins.ask_for_proof(f"/compat/{dialect.folder}/")
    settings.CORS_ALLOW_HEADERS.extend(dialect.request_headers)  # type: ignore[misc]
    settings.CORS_EXPOSE_HEADERS.extend(dialect.response_headers)  # type: ignore[misc]
    if dialect.translate is not None:
        payloads.register_dialect(dialect.name, dialect.translate)
    if dialect.title:
        samples = Path(__file__).parent / folder / "samples"
        quick_starts.register(
            quick_starts.SampledApi(dialect.name, dialect.title, dialect.introduction, samples)
        )
    _DIALECTS[dialect.name] = dialect


def _serve_at(hosts: Iterable[str], dialect: Dialect) -> None:
    """Serve it at the root of these host names, as its vendor does. Raises ImproperlyConfigured."""
    prefix = f"/compat/{dialect.folder}"
    for host in hosts:
        problem = "" if _HOST_NAME.fullmatch(host) else "is not a host name like photos.example.com"
        if settings.HOST_PREFIXES.setdefault(host.lower(), prefix) != prefix:
            problem = "is a host name of two APIs"
        if problem:
            raise ImproperlyConfigured(f"{dialect.hosts_setting}: {host!r} {problem}.")
        settings.ALLOWED_HOSTS.append(host)


def registered() -> Iterable[Dialect]:
    return _DIALECTS.values()
