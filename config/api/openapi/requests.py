"""Request schemas in the API's own words, and so that generated clients can leave out options."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from config.api.openapi.hooks import operations

Document = dict[str, Any]
_SNAKE_CASE = re.compile(r"`([a-z]+(?:_[a-z]+)+)`")


def plain_words(result: Document, generator: Any, request: Any, public: bool) -> Document:
    """Name options as the API does, in place of what Pydantic derives from names in the code. Values such as
    `property_usa` are what they are."""
    for schema in result["components"]["schemas"].values():
        parts = list(_parts(schema))
        values = {value for part in parts for value in part.get("enum", ())}
        for part in parts:
            part.pop("title", None)
            if isinstance(part.get("description"), str):
                part["description"] = _renamed(part["description"], besides=values)
    return result


def _renamed(text: str, *, besides: Collection[Any]) -> str:
    """The text with names as the API spells them, besides those of values."""
    return _SNAKE_CASE.sub(lambda found: found[0] if found[1] in besides else _camel(found), text)


def optional_options(result: Document, generator: Any, request: Any, public: bool) -> Document:
    """Tell defaults of bodies in words.

    A generator of types takes a property with a `default` for one that is always there. So it is
    in an answer; in a body it may be left out, and must be in the type as well.
    """
    components = result["components"]["schemas"]
    sent: set[str] = set()
    waiting = [name for one in operations(result) for name in _named(one.get("requestBody", {}))]
    while waiting:
        name = waiting.pop()
        if name not in sent:
            sent.add(name)
            waiting += _named(components[name])
    for name in sent:
        for part in _parts(components[name]):
            for option in part.get("properties", {}).values():
                _tell_default(option)
    return result


def _tell_default(option: Document) -> None:
    if "default" not in option:
        return
    default = option.pop("default")
    told = option.get("description", "")
    if default in (None, "", [], {}) or "efault" in told:
        return
    spelled = default if isinstance(default, str) else json.dumps(default)
    option["description"] = f"{told} Default: `{spelled}`.".strip()


def _named(part: Any) -> list[str]:
    """List the components that it refers to."""
    return [one["$ref"].rpartition("/")[2] for one in _parts(part) if "$ref" in one]


def _parts(value: Any) -> Iterator[Document]:
    """Every object within a schema; `properties` may have any names, so they are no schema."""
    if isinstance(value, list):
        for inner in value:
            yield from _parts(inner)
    elif isinstance(value, dict):
        yield value
        for name, inner in value.items():
            if name == "properties":
                yield from _parts(list(inner.values()))
            elif name not in ("example", "examples", "default", "enum"):
                yield from _parts(inner)


def _camel(found: re.Match[str]) -> str:
    first, *rest = found[1].split("_")
    return f"`{first}{''.join(map(str.capitalize, rest))}`"
