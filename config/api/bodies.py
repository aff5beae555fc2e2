"""JSON bodies described by pydantic models, refused in the API's own words."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config.errors import AppError

Body = TypeVar("Body", bound=BaseModel)

_WORDS = {
    "missing": "This field is required.",
    "extra_forbidden": "Unknown field.",
    "unexpected_keyword_argument": "Unknown field.",
}


def read(model: type[Body], data: Any) -> Body:
    """A request's checked body. Raises AppError VALIDATION_ERROR naming every field."""
    try:
        # By way of text: in JSON, strict models take a number for a number and a list for a tuple.
        return model.model_validate_json(json.dumps(data, allow_nan=False))
    except ValidationError as error:
        raise refusal(error) from error
    except (ValueError, RecursionError) as error:  # what JSON can't hold, or not so deep
        raise AppError("VALIDATION_ERROR", "The body is not JSON.", status=400) from error


def refusal(error: ValidationError, prefix: str = "") -> AppError:
    """What pydantic found wrong, as the API tells it: ``{"layout.margin.top": ["…"]}``."""
    fields: dict[str, list[str]] = {}
    for found in error.errors(include_url=False, include_context=False):
        name = ".".join([*([prefix] if prefix else []), *_path(found["loc"])]) or "request"
        fields.setdefault(name, []).append(_words(found["type"], found["msg"]))
    name, messages = next(iter(fields.items()))
    message = messages[0] if name == "request" else f"{name}: {messages[0]}"
    return AppError("VALIDATION_ERROR", message, status=400, fields=fields)


def _path(location: tuple[int | str, ...]) -> list[str]:
    """A union's members (``float``, ``literal['none']``) are no names a caller knows."""
    parts = [str(part) for part in location]
    return [part for part in parts if not ("[" in part or part in ("float", "str", "int"))]


def _words(kind: str, message: str) -> str:
    if kind in _WORDS:
        return _WORDS[kind]
    return message.removeprefix("Value error, ").replace("Input should be", "Must be")
