"""The environment as settings read it: what can't be meant is refused as they are read, by its name."""

from __future__ import annotations

import builtins
import math
import re
import warnings
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# All other numbers must be more than 0.
_MAY_BE_ZERO = frozenset(
    {
        # Answers 202, or that it took too long, at once.
        *("COMPAT_WAIT_SECONDS", "DOOR_WAIT_SECONDS"),
        *("HSTS_SECONDS", "JOB_MEMORY_MB", "TRUSTED_PROXIES"),
    }
)
_TRUE, _FALSE = ("true", "on", "ok", "y", "yes", "1"), ("false", "off", "n", "no", "0")
_RATE = re.compile(r"\d+/(?:0*[1-9]\d*)?[smhd]")  # as accounts.limits.rate_limits reads it
_ENGINES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")
_DATABASE = "postgres://user:password@host:5432/name or sqlite:///path"


class Environment(environ.FileAwareEnv):  # type: ignore[misc]
    """Each method raises ImproperlyConfigured, with the setting's name and what it takes. A value that
    may hold a password is not repeated."""

    def int(self, var: str, default: Any = environ.Env.NOTSET) -> builtins.int:
        """Read a whole number above 0, or 0 where that has a meaning."""
        text = self._text(var, default)
        try:
            number = int(text)
        except ValueError:
            raise _refused(var, text, "a whole number") from None
        _check_range(var, text, number)
        return number

    def float(self, var: str, default: Any = environ.Env.NOTSET) -> builtins.float:
        """Read a number above 0, or 0 where that has a meaning."""
        text = self._text(var, default)
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise _refused(var, text, "a number")
        _check_range(var, text, number)
        return number

    def bool(self, var: str, default: Any = environ.Env.NOTSET) -> builtins.bool:
        """Read true or false."""
        text = self._text(var, default).strip().lower()
        if text not in (*_TRUE, *_FALSE):
            raise _refused(var, text, "true or false")
        return text in _TRUE

    def one_of(self, var: str, default: str, *known: str) -> str:
        """Read one of these words."""
        text = self._text(var, default)
        if text not in known:
            raise _refused(var, text, f"one of {', '.join(known)}")
        return text

    def rate(self, var: str, default: str) -> str:
        """Read a number of requests per period."""
        text = self._text(var, default)
        if _RATE.fullmatch(text) is None:
            raise _refused(var, text, "a rate like 100/h or 5/15m, with s, m, h or d")
        return text

    def site(self, var: str, default: str) -> str:
        """Read the address of a site, without a slash at its end."""
        text = self._text(var, default)
        try:
            parts = urlsplit(text)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            is_address = False
        if not is_address:
            raise _refused(var, text, "an address like https://studio.example.com")
        return text.rstrip("/")

    def db(self, var: str, default: str) -> dict[str, Any]:
        """Read where the database is."""
        try:
            with warnings.catch_warnings():  # of addresses that can't be read, with their passwords
                warnings.simplefilter("ignore")
                found: dict[str, Any] = self.db_url_config(self._text(var, default))
        except (ValueError, KeyError, ImproperlyConfigured):
            found = {}
        if found.get("ENGINE") not in _ENGINES:
            raise ImproperlyConfigured(f"{var} can't be read; it takes {_DATABASE}.")
        return found

    def email(self, var: str, default: str) -> dict[str, Any]:
        """Read how mail is sent."""
        try:
            return dict(self.email_url_config(self._text(var, default)))
        except (ValueError, KeyError, ImproperlyConfigured):
            example = "smtp+tls://user:password@host:587 or consolemail://"
            raise ImproperlyConfigured(f"{var} can't be read; it takes {example}.") from None

    def numbered(self, var: str) -> dict[builtins.int, str]:
        """Read ``1:old,2:new`` as ``{1: "old", 2: "new"}``; nothing where it isn't set."""
        pairs = [entry.partition(":") for entry in self.list(var, default=[])]
        found = {int(number): secret for number, _, secret in pairs if number.isdecimal()}
        if len(found) != len(pairs) or not all(found.values()):
            raise ImproperlyConfigured(
                f"{var} can't be read; it takes secrets with numbers that differ, like 1:old,2:new."
            )
        return found

    def _text(self, var: str, default: Any) -> str:
        text = str(self.get_value(var, cast=str, default=default))
        # What is set but empty counts as not set, as in the launcher (config.launch.table).
        return text if text or default is environ.Env.NOTSET else str(default)


def _check_range(var: str, text: str, number: float) -> None:
    if number < 0 or (number == 0 and var not in _MAY_BE_ZERO):
        least = "0 or more" if var in _MAY_BE_ZERO else "more than 0"
        raise ImproperlyConfigured(f"{var}={text[:60]}: it must be {least}.")


def _refused(var: str, text: str, takes: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{var}={text[:60]} can't be read; it takes {takes}.")
