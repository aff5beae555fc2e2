"""The API's reference as a page of ours: an introduction, and every endpoint of the OpenAPI document.

Swagger's own page, for trying endpoints out, stands beside it. This one needs no script to be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from config.api.openapi.document import whole_document

_METHODS = ("get", "post", "put", "patch", "delete")
_CODE = re.compile(r"`([^`]+)`")
_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a body or an answer."""

    name: str
    kind: str
    required: bool
    where: str
    words: SafeString


@dataclass(frozen=True)
class Endpoint:
    id: str
    method: str
    path: str
    title: str
    words: SafeString
    parameters: list[Field]
    body: list[Field]
    body_example: str
    answer_status: str
    answer: list[Field]
    answer_example: str
    refusals: str


@dataclass(frozen=True)
class Group:
    id: str
    title: str
    endpoints: list[Endpoint]


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    context = {
        "site_url": settings.SITE_URL,
        "groups": groups(),
        "endpoints": _endpoints_in(get_language() or settings.LANGUAGE_CODE),
    }
    return render(request, "api_reference.html", context)


@cache
def _endpoints_in(language: str) -> SafeString:
    """All endpoints as HTML, made once for each language that a process is asked for."""
    return render_to_string("api_endpoints.html", {"groups": groups()})


@cache
def groups() -> list[Group]:
    """The endpoints by their tags, in the document's order."""
    found: dict[str, list[Endpoint]] = {}
    for path, methods in whole_document()["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                tag = (operation.get("tags") or ["other"])[0]
                found.setdefault(tag, []).append(_endpoint(path, method, operation))
    return [Group(tag, tag.replace("-", " ").capitalize(), all_) for tag, all_ in found.items()]


def _endpoint(path: str, method: str, operation: Mapping[str, Any]) -> Endpoint:
    body = _content(operation.get("requestBody", {}))
    answers = operation["responses"]
    status = next((code for code in answers if code.startswith("2")), "")
    answer = _content(answers.get(status, {}))
    return Endpoint(
        id=_NAME.sub("-", f"{method}{path}".lower()).strip("-"),
        method=method.upper(),
        path=path,
        title=operation.get("summary", ""),
        words=_prose(operation.get("description", "")),
        parameters=[_parameter(one) for one in operation.get("parameters", [])],
        body=list(_fields(body.get("schema", {}))),
        body_example=_example(body),
        answer_status=status,
        answer=list(_fields(_data_of(answer.get("schema", {})))),
        answer_example=_example(answer),
        refusals=", ".join(code for code in answers if not code.startswith("2")),
    )


def _content(part: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(iter(part.get("content", {}).values()), {})
    return found


def _example(content: Mapping[str, Any]) -> str:
    examples: list[Any] = list(content.get("examples", {}).values())
    shown = examples[0].get("value") if examples else None
    return "" if shown is None else json.dumps(shown, indent=2, ensure_ascii=False)


def _parameter(given: Mapping[str, Any]) -> Field:
    schema = given.get("schema", {})
    words = _prose(given.get("description", schema.get("description", "")))
    return Field(given["name"], _kind(schema), bool(given.get("required")), given["in"], words)


def _data_of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What lies in the envelope, where it is one."""
    found: Mapping[str, Any] = _resolved(schema)
    data = found.get("properties", {}).get("data")
    return data if data is not None else found


def _fields(schema: Mapping[str, Any]) -> Iterator[Field]:
    resolved = _resolved(schema)
    needed = resolved.get("required", [])
    for name, part in resolved.get("properties", {}).items():
        words = part.get("description") or _resolved(part).get("description", "")
        yield Field(name, _kind(part), name in needed, "", _prose(words))


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found = schema
    for _ in range(5):
        if "$ref" in found:
            found = whole_document()["components"]["schemas"][found["$ref"].rpartition("/")[2]]
        elif len(found.get("allOf", [])) == 1:
            found = found["allOf"][0]
        else:
            break
    return found


def _kind(schema: Mapping[str, Any]) -> str:
    """A schema in a few words: `string`, `one of: png, jpg`, `list of Image`."""
    if "$ref" in schema:
        target = _resolved(schema)
        return _kind(target) if "enum" in target else schema["$ref"].rpartition("/")[2]
    if "enum" in schema:
        return "one of: " + ", ".join(str(one) for one in schema["enum"] if one is not None)
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    for name in ("anyOf", "oneOf", "allOf"):
        if name in schema:
            return " or ".join(dict.fromkeys(_kind(one) for one in schema[name]))
    kind = schema.get("type", "anything")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _prose(text: str) -> SafeString:
    """Text of the document as HTML: paragraphs, and code between backticks."""
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    html = (mark_safe(_CODE.sub(r"<code>\1</code>", escape(part))) for part in paragraphs)  # noqa: S308 # escaped
    return format_html_join("", "<p>{}</p>", ((one,) for one in html))
