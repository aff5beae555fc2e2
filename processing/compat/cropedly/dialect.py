"""What the site learns of this dialect."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.setup.environment import Environment
from processing.compat.cropedly.errors import ERROR_FORMAT
from processing.compat.dialect import Dialect

RATE_GROUP = "cropedly"


def _settings(env: Environment) -> dict[str, Any]:
    return {
        # The plans whose accounts may call from servers.
        "CROPEDLY_PLANS": env.list("CROPEDLY_PLANS", default=["pro", "enterprise"]),
        # Those whose web pages may, too.
        "CROPEDLY_BROWSER_PLANS": env.list("CROPEDLY_BROWSER_PLANS", default=["enterprise"]),
        "CROPEDLY_HOSTS": env.list("CROPEDLY_HOSTS", default=[]),
    }


def _rate_limits(env: Environment) -> dict[str, str]:
    return {RATE_GROUP: env.rate("RATE_CROPEDLY", "60/m")}


DIALECT = Dialect(
    name="cropedly",
    path="cropedly/",
    urls="processing.compat.cropedly.urls",
    error_format=ERROR_FORMAT,
    rate_limits=_rate_limits,
    settings=_settings,
    hosts_setting="CROPEDLY_HOSTS",
    proven_origins_only=True,
    title="Cropedly",
    introduction=_("For programs written for Cropedly. They sign in with e-mail and password."),
)
