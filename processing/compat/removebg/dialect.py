"""What the site learns of this dialect."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.setup.environment import Environment
from processing.compat.dialect import Dialect
from processing.compat.removebg.errors import ERROR_FORMAT

RATE_GROUP, IMPROVE_GROUP = "removebg", "removebg-improve"
TELLING = (
    *("x-credits-charged", "x-type", "x-width", "x-height", "x-max-width", "x-max-height"),
    *("x-foreground-top", "x-foreground-left", "x-foreground-width", "x-foreground-height"),
)


def _settings(env: Environment) -> dict[str, Any]:
    return {"REMOVEBG_HOSTS": env.list("REMOVEBG_HOSTS", default=[])}


def _rate_limits(env: Environment) -> dict[str, str]:
    """A photo counts as often as it has megapixels."""
    return {
        RATE_GROUP: env.rate("RATE_REMOVEBG", "500/m"),
        IMPROVE_GROUP: env.rate("RATE_REMOVEBG_IMPROVE", "100/d"),
    }


DIALECT = Dialect(
    name="removebg",
    path="removebg/v1.0/",
    urls="processing.compat.removebg.urls",
    error_format=ERROR_FORMAT,
    rate_limits=_rate_limits,
    settings=_settings,
    hosts_setting="REMOVEBG_HOSTS",
    sells_calls=True,
    request_headers=("x-api-key",),
    response_headers=TELLING,
    title="remove.bg",
    introduction=_("For programs written for remove.bg: only address and key change."),
)
