"""What the site learns of this dialect."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.setup.environment import Environment
from processing.compat.dialect import Dialect
from processing.compat.photoroom.errors import NESTED
from processing.compat.photoroom.headers import ASKING, TELLING

RATE_GROUP, SANDBOX_RATE_GROUP = "photoroom", "photoroom-sandbox"


def _settings(env: Environment) -> dict[str, Any]:
    return {
        # The plans whose keys may edit; cutting out is for all.
        "PHOTOROOM_EDIT_PLANS": env.list("PHOTOROOM_EDIT_PLANS", default=["pro", "enterprise"]),
        "PHOTOROOM_HOSTS": env.list("PHOTOROOM_HOSTS", default=[]),
    }


def _rate_limits(env: Environment) -> dict[str, str]:
    """Sandbox keys count in both groups."""
    return {
        RATE_GROUP: env.rate("RATE_PHOTOROOM", "500/m"),
        SANDBOX_RATE_GROUP: env.rate("RATE_PHOTOROOM_SANDBOX", "100/d"),
    }


DIALECT = Dialect(
    name="photoroom",
    path="photoroom/",
    urls="processing.compat.photoroom.urls",
    error_format=NESTED,
    rate_limits=_rate_limits,
    settings=_settings,
    hosts_setting="PHOTOROOM_HOSTS",
    sells_calls=True,
    request_headers=("x-api-key", *ASKING),
    response_headers=TELLING,
    title="Photoroom",
    introduction=_("For programs written for Photoroom: only address and key change."),
)
