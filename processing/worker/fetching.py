"""Fetching a network by a worker, as staff asked for it in the administration."""

from __future__ import annotations

import io
from typing import Any, Final

import dramatiq
import structlog
from django.core.cache import cache
from django.core.management import CommandError, call_command

log = structlog.get_logger(__name__)
FETCHING: Final = "fetching"
_SECONDS: Final = 3600  # a download that says nothing for longer has ended with its worker


@dramatiq.actor(queue_name="copies", max_retries=0)
def fetch_model(name: str) -> None:
    """Bring a network's files and make them ready, as `manage.py fetch_models` does."""
    cache.set(_key(name), {"state": FETCHING}, _SECONDS)
    told = io.StringIO()
    try:
        call_command("fetch_models", name, stdout=told)
    except CommandError as error:
        log.warning("model.not_fetched", model=name, error=str(error))
        cache.set(_key(name), {"state": "failed", "said": str(error)}, _SECONDS)
    else:
        log.info("model.fetched", model=name)
        cache.delete(_key(name))


def ask(name: str) -> None:
    """Have a worker fetch it. Raises what the queue raises."""
    cache.set(_key(name), {"state": FETCHING}, _SECONDS)
    fetch_model.send(name)


def standing(name: str) -> dict[str, Any]:
    """Return what is known of the last time that somebody asked; empty where that ended well."""
    found: dict[str, Any] | None = cache.get(_key(name))
    return found or {}


def _key(name: str) -> str:
    return f"packshot:model:{name}"
