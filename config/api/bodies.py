"""JSON bodies described by pydantic models, refused in the API's own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config.errors import AppError

Body = TypeVar("Body", bound=BaseModel)

_SHOULD = re.compile(r"^(Input|String|List|Dictionary|Tuple) should ")
_WORDS = {
    "missing": "This field is required.",
    "extra_forbidden": "Unknown field.",
    "unexpected_keyword_argument": "Unknown field.",
}


def read(model: type[Body], data: Any) -> Body:
    """A request's checked body. Raises AppError VALIDATION_ERROR naming every field."""
    try:
        return model.model_validate_json(as_text(data))
    except ValidationError as error:
        raise refusal(error) from error
    except (ValueError, RecursionError) as error:  # what JSON can't hold, or not so deep
        raise AppError("VALIDATION_ERROR", "The body is not valid JSON.", status=400) from error


def as_text(data: Any, prefix: str = "") -> str:
    """JSON, in which strict models take a number for a number and a list for a tuple.

    Raises AppError naming strings that PostgreSQL can't keep, ValueError for what JSON can't hold.
    """
    found = [".".join([*([prefix] if prefix else []), *path]) for path in _nulls(data)]
    if found:
        named = {name or "request": ["Null characters are not allowed."] for name in found}
        raise AppError("VALIDATION_ERROR", _first(named), status=400, fields=named)
    return json.dumps(data, allow_nan=False)


def refusal(error: ValidationError, prefix: str = "") -> AppError:
    """What pydantic found wrong, as the API tells it: ``{"layout.margin.top": ["…"]}``."""
    fields: dict[str, list[str]] = {}
    for found in error.errors(include_url=False):
        path = [*([prefix] if prefix else []), *_path(found["loc"]), *_blamed(found)]
        name = ".".join(path) or "request"
        fields.setdefault(name, []).append(_words(found["type"], found["msg"]))
    return AppError("VALIDATION_ERROR", _first(fields), status=400, fields=fields)


def _nulls(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where a null character is, in a value or in a name."""
    if isinstance(data, str) and "\0" in data:
        yield path
    elif isinstance(data, Mapping):
        for name, inner in data.items():
            if "\0" in name:
                yield path
            else:
                yield from _nulls(inner, (*path, name))
    elif isinstance(data, list):
        for index, inner in enumerate(data):
            yield from _nulls(inner, (*path, str(index)))


def _first(fields: Mapping[str, list[str]]) -> str:
    name, messages = next(iter(fields.items()))
    return messages[0] if name == "request" else f"{name}: {messages[0]}"


def _path(location: tuple[int | str, ...]) -> list[str]:
    """A union's members (``float``, ``literal['none']``) are no names a caller knows."""
    parts = [str(part) for part in location]
    return [part for part in parts if not ("[" in part or part in ("float", "str", "int"))]


def _blamed(found: Mapping[str, Any]) -> list[str]:
    """The option within the object at that place, where the error itself names one."""
    field = getattr(found.get("ctx", {}).get("error"), "field", None)
    return [] if field is None else [field]


def _words(kind: str, message: str) -> str:
    if kind in _WORDS:
        return _WORDS[kind]
    said = _SHOULD.sub("Must ", message.removeprefix("Value error, "))
    return said.replace(" after validation", "")
