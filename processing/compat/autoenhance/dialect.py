"""What the site learns of this dialect."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.setup.environment import Environment
from processing.compat.autoenhance.errors import ERROR_FORMAT
from processing.compat.autoenhance.notices import translate
from processing.compat.dialect import Dialect

RATE_GROUP, TRIAL_RATE_GROUP = "autoenhance", "autoenhance-trial"


def _settings(env: Environment) -> dict[str, Any]:
    return {
        "AUTOENHANCE_HOSTS": env.list("AUTOENHANCE_HOSTS", default=[]),
        # Whether images, orders and brackets may be asked for without a key, as the vendor's own client does.
        "AUTOENHANCE_OPEN_READS": env.bool("AUTOENHANCE_OPEN_READS", False),
    }


def _rate_limits(env: Environment) -> dict[str, str]:
    """Whole results that are marked and cost nothing count in both groups."""
    return {
        RATE_GROUP: env.rate("RATE_AUTOENHANCE", "600/m"),
        TRIAL_RATE_GROUP: env.rate("RATE_AUTOENHANCE_TRIAL", "100/d"),
    }


DIALECT = Dialect(
    name="autoenhance",
    path="autoenhance/",
    urls="processing.compat.autoenhance.urls",
    error_format=ERROR_FORMAT,
    rate_limits=_rate_limits,
    settings=_settings,
    hosts_setting="AUTOENHANCE_HOSTS",
    translate=translate,
    sells_calls=True,
    request_headers=("x-api-key", "x-api-version", "x-dev-mode"),
    title="Autoenhance",
    introduction=_("For programs written for Autoenhance: only address and key change."),
)
