"""The dialects that this site speaks, entered one by one when the app starts."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from django.conf import settings
from environ import FileAwareEnv

from processing.compat.dialect import Dialect
from processing.delivery import payloads

_DIALECTS: dict[str, Dialect] = {}


def register(folder: str) -> None:
    """Enter the dialect that a folder beside this file declares, with all that it brings along."""
    dialect: Dialect = import_module(f"processing.compat.{folder}.dialect").DIALECT
    env = FileAwareEnv()
    for name, value in dialect.settings(env).items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    for group, rate in dialect.rate_limits(env).items():
        settings.RATE_LIMITS.setdefault(group, rate)
    if dialect.translate is not None:
        payloads.register_dialect(dialect.name, dialect.translate)
    _DIALECTS[dialect.name] = dialect


def registered() -> Iterable[Dialect]:
    return _DIALECTS.values()
