"""What a dialect declares of itself: the rest of the site learns about it from here alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from config.setup.environment import Environment
from processing.compat.failures import ErrorFormat
from processing.delivery.payloads import Translate

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def _nothing(env: Environment) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """Another service's API, at ``/compat/<path>``.

    ``urls`` names the module of its addresses: only web processes load it. ``settings`` and
    ``rate_limits`` are read from the environment when the app starts; whatever the site's own
    settings say goes before them. ``max_file_setting`` names the setting that limits an uploaded file,
    ``hosts_setting`` the one with host names at whose root the dialect is served. Web pages elsewhere
    may send ``request_headers`` and read ``response_headers``.
    With a ``title`` its samples, the texts in its folder ``samples``, stand on the page for developers,
    below ``introduction``.
    With ``sells_calls`` each call costs its unit, though the photo was cut out before.
    With ``proven_origins_only`` web pages may call it only from sites that the caller has proven to be its
    own.
    ``translate`` puts events into the words of its webhooks, where it has any.
    """

    name: str
    path: str
    urls: str
    error_format: ErrorFormat
    rate_limits: Callable[[Environment], Mapping[str, str]]
    settings: Callable[[Environment], Mapping[str, Any]] = _nothing
    max_file_setting: str = "MAX_UPLOAD_BYTES"
    hosts_setting: str = ""
    request_headers: tuple[str, ...] = ()
    response_headers: tuple[str, ...] = ()
    translate: Translate | None = None
    sells_calls: bool = False
    proven_origins_only: bool = False
    title: str = ""
    introduction: str | _StrPromise = ""

    @property
    def folder(self) -> str:
        """The part of its path that is its own; a version of the vendor's API may follow."""
        return self.path.partition("/")[0]

    @property
    def max_file_bytes(self) -> int:
        limit: int = self.setting(self.max_file_setting)
        return limit

    def setting(self, name: str) -> Any:
        """What one of ``settings`` is, which the type checker doesn't know of."""
        return getattr(settings, name)
