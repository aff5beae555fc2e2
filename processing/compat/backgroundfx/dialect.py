"""What the site learns of this dialect."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.setup.environment import Environment
from processing.compat.backgroundfx.errors import ERROR_FORMAT
from processing.compat.backgroundfx.notices import translate
from processing.compat.dialect import Dialect

RATE_GROUP = "backgroundfx"


def _settings(env: Environment) -> dict[str, Any]:
    return {
        # What `custom` runs: one of the installed matting models, or none.
        "BACKGROUNDFX_CUSTOM_MODEL": env.str("BACKGROUNDFX_CUSTOM_MODEL", ""),
        "BACKGROUNDFX_HOSTS": env.list("BACKGROUNDFX_HOSTS", default=[]),
        "BACKGROUNDFX_UPLOAD_BYTES": env.int("BACKGROUNDFX_UPLOAD_MB", 50) * 1_000_000,
    }


def _rate_limits(env: Environment) -> dict[str, str]:
    return {RATE_GROUP: env.rate("RATE_BACKGROUNDFX", "100/h")}


DIALECT = Dialect(
    name="backgroundfx",
    path="backgroundfx/v1/",
    urls="processing.compat.backgroundfx.urls",
    error_format=ERROR_FORMAT,
    rate_limits=_rate_limits,
    settings=_settings,
    hosts_setting="BACKGROUNDFX_HOSTS",
    max_file_setting="BACKGROUNDFX_UPLOAD_BYTES",
    translate=translate,
    title="BackgroundFX",
    introduction=_("For programs written for BackgroundFX. They sign in with e-mail and password."),
)
