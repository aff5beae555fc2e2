"""Every address of the site with its methods, as the URL configuration has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_KINDS = {"api/v1/": "api", "compat/": "compat", "admin/": "admin"}
# Views that are functions don't say which methods they take.
_OF_PAGES = ("GET", "POST")


@dataclass(frozen=True)
class Address:
    """One method of one address; ``route`` has its parameters as ``{name}``, and no slash in front."""

    method: str
    route: str
    view: Any

    @property
    def kind(self) -> str:
        """Whose conventions it follows: the native API's, a dialect's, the administration's, a page's."""
        found = (kind for start, kind in _KINDS.items() if self.route.startswith(start))
        return next(found, "page")

    @property
    def name(self) -> str:
        return f"{self.method} /{self.route}"

    @property
    def parameters(self) -> set[str]:
        return set(re.findall(r"{(\w+)}", self.route))

    @property
    def model(self) -> Any:
        """The rows that it is about, in the administration's lists."""
        known = getattr(self.view, "model_admin", None)
        return known.model if known else None

    @property
    def endpoint(self) -> Any:
        """The class behind an endpoint of an API."""
        return getattr(self.view, "cls", None)


@cache
def all_addresses() -> tuple[Address, ...]:
    return tuple(
        Address(method, route, pattern.callback)
        for route, pattern in _patterns(get_resolver(), "")
        for method in _methods(pattern.callback)
    )


def _patterns(resolver: URLResolver, start: str) -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one, start + str(one.pattern))
        else:
            yield _route(start, str(one.pattern)), one


def _route(start: str, end: str) -> str:
    """Write `s/<str:token>/` as `s/{token}/`, and likewise what is a regular expression."""
    if "^" in end or "(?P" in end:
        end = simplify_regex(end).lstrip("/")
    return _PARAMETER.sub(r"{\1}", start + end)


def _methods(view: Any) -> tuple[str, ...]:
    endpoint = getattr(view, "cls", None)
    if endpoint is None:
        return _OF_PAGES
    has = (name for name in endpoint.http_method_names if hasattr(endpoint, name))
    return tuple(name.upper() for name in has if name != "options")
