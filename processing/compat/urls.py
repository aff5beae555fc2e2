"""The addresses of every dialect, below /compat/."""

from __future__ import annotations

from django.urls import include, path, re_path

from processing.compat import registry
from processing.compat.dialect import Dialect
from processing.compat.views import UnknownAddress


def _unknown(dialect: Dialect) -> type[UnknownAddress]:
    """What is none of a dialect's addresses, at its own host name too, answers in its shape."""
    return type("Unknown", (UnknownAddress,), {"dialect": dialect})


urlpatterns = [
    *[path(dialect.path, include(dialect.urls)) for dialect in registry.registered()],
    *[
        re_path(f"^{dialect.folder}/", _unknown(dialect).as_view())
        for dialect in registry.registered()
    ],
]
