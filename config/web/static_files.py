"""Static files under names that hold their hash, so that browsers may keep them for good."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

_stock: Any = ManifestStaticFilesStorage


class HashedStaticFiles(ManifestStaticFilesStorage):
    """Also what modules import from each other has hashed names: else a new release would meet old
    parts of itself. Our own modules only; packages import what isn't among these files."""

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        _stock._js_module_import_aggregation_patterns[1],
    )
