"""The addresses of every dialect, below /compat/."""

from __future__ import annotations

from django.urls import include, path

from processing.compat import registry

urlpatterns = [path(dialect.path, include(dialect.urls)) for dialect in registry.registered()]
