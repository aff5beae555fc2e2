"""The kinds of files there are: each module in this folder declares one, as its ``FORMAT``."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

from listings.exports.format import Format


@functools.cache
def all_formats() -> Mapping[str, Format]:
    """Find every format, by its name and in the order of their positions.

    Raises ImproperlyConfigured for a module without one, and for two that can't be told apart.
    """
    declared: dict[str, Format] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        found = getattr(importlib.import_module(module.name), "FORMAT", None)
        if not isinstance(found, Format):
            raise ImproperlyConfigured(f"{module.name} declares no FORMAT.")
        for name, other in declared.items():
            if found.name == other.name or found.position == other.position:
                what = f"name {found.name!r}" if found.name == other.name else "position"
                raise ImproperlyConfigured(f"{module.name} has the {what} of {name}.")
        declared[module.name] = found
    ordered = sorted(declared.values(), key=lambda one: one.position)
    return {one.name: one for one in ordered}
