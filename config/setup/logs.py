"""What is logged, how, and whether errors are reported to a Sentry, too."""

from __future__ import annotations

from typing import Any

from config.setup.environment import Environment


def logs(env: Environment, *, debug: bool) -> dict[str, Any]:
    """Read the settings of logs. Raises ImproperlyConfigured."""
    level = env.one_of("LOG_LEVEL", "INFO", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
    form = env.one_of("LOG_FORMAT", "console" if debug else "json", "json", "console")
    return {
        "LOGGING_CONFIG": "config.observability.configure_logging",
        "LOGGING": {"level": level, "format": form, "sentry_dsn": env.str("SENTRY_DSN", "")},
    }
