"""Hooks that make the OpenAPI document tell the truth about the envelope, errors and headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
_METHODS = {"get", "post", "put", "patch", "delete"}
_PREFIX = "/api/v1/"
_REFUSAL = re.compile(r"\b(4\d\d) ([A-Z_]{2,})")  # as in "409 CONFLICT for one that has ended"

_ERRORS: dict[str, tuple[str, str, str]] = {
    "400": ("The request is invalid; `fields` says where.", "VALIDATION_ERROR", "name: Required."),
    "401": (
        "No valid session token or API key.",
        "AUTHENTICATION_REQUIRED",
        "Authentication credentials were not provided.",
    ),
    "403": (
        "Not allowed, or over the monthly quota.",
        "QUOTA_EXCEEDED",
        "Monthly limit reached for remove-background.",
    ),
    "404": (
        "It does not exist, or it belongs to another account.",
        "NOT_FOUND",
        "Image not found.",
    ),
    "408": (
        "The body came too slowly.",
        "REQUEST_TIMEOUT",
        "The body of the request came too slowly. Try again over a faster connection.",
    ),
    "409": (
        "It conflicts with the current state.",
        "CONFLICT",
        "A job that is completed can't be cancelled.",
    ),
    "410": ("It is over for good; `code` says why.", "INVITATION_USED", "It works once."),
    "413": ("The upload is too large.", "PAYLOAD_TOO_LARGE", "The maximum file size is 30 MB."),
    "415": (
        "The body has none of the content types above.",
        "UNSUPPORTED_MEDIA_TYPE",
        'Unsupported media type "text/plain" in request.',
    ),
    "422": ("Processing failed; `code` says why.", "BROKEN_IMAGE", "The file is damaged."),
    "429": (
        "Too many requests; `Retry-After` says how many seconds to wait.",
        "RATE_LIMITED",
        "Rate limit exceeded. Try again in 42 seconds.",
    ),
    "500": (
        "An internal error; quote the request id when you report it.",
        "INTERNAL_ERROR",
        "An internal error occurred. Please report it with the request id 4f1c….",
    ),
    "503": (
        "Something that the site needs is out of order; `Retry-After` says when to try again.",
        "SERVICE_UNAVAILABLE",
        "The site's database is busy at the moment. Try again in a few seconds.",
    ),
}
# What they are besides where an Idempotency-Key is taken.
_ERRORS_OF_KEYS = {
    "409": (
        (
            "Another request with this key is still in progress (`Retry-After` says when to try "
            "again), or the request conflicts with the current state; `code` says which."
        ),
        "IDEMPOTENCY_KEY_IN_USE",
        "Another request with this Idempotency-Key is still in progress.",
    ),
    "422": (
        (
            "The key was already used for a different request, or processing failed; `code` says "
            "which."
        ),
        "IDEMPOTENCY_KEY_REUSED",
        "This Idempotency-Key was already used for a different request.",
    ),
}
# Codes that an operation's description may name, each with a sentence as it is told.
_NAMED = {
    "NOTHING_FOUND": (
        "No product was found in this picture, so there is nothing to cut out. Choose a photo in "
        "which the product is larger or stands out from its background."
    )
}
_RATE_HEADERS = {
    "X-RateLimit-Limit": "Requests allowed within a window, which slides.",
    "X-RateLimit-Remaining": "Requests left in this window.",
    "X-RateLimit-Reset": "Seconds until the oldest counted request leaves the window.",
}
_RETRY_AFTER: Document = {
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}
}
_ERROR_SCHEMA: Document = {
    "type": "object",
    "description": "Every failure has this shape.",
    "properties": {
        "success": {"type": "boolean", "enum": [False]},
        "error": {"type": "string", "description": "A message for people."},
        "code": {"type": "string", "description": "A code for programs; it never changes."},
        "fields": {
            "type": "object",
            "description": "With VALIDATION_ERROR: what is wrong with each field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "required": ["success", "error", "code"],
}

# Marks the schema of a JSON file that is answered as it is.
NO_ENVELOPE = "x-no-envelope"


def native_endpoints_only(endpoints: list[Any]) -> list[Any]:
    """Dialects document themselves; this document is the native API's."""
    return [found for found in endpoints if found[0].startswith(_PREFIX)]


def envelope(result: Document, generator: Any, request: Any, public: bool) -> Document:
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = _ERROR_SCHEMA
    for operation in operations(result):
        responses = operation["responses"]
        for status, response in responses.items():
            if status.startswith("2"):
                _wrap(response)
        errors = _ERRORS | (_ERRORS_OF_KEYS if _may_be_sent_twice(operation) else {})
        for status in _possible_errors(operation):
            responses.setdefault(status, _error_response(status, *errors[status]))
        for status, code in _REFUSAL.findall(operation.get("description", "")):
            if code in _NAMED:
                _add_example(responses[status], code, _NAMED[code])
        for status, response in responses.items():
            response.setdefault("headers", {}).update(_headers(status))
        if _may_be_sent_twice(operation):
            _tell_of_replays(responses)
    return result


def operations(document: Document) -> Iterator[Document]:
    """Every operation of every address."""
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in _METHODS:
                yield operation


def _wrap(response: Document) -> None:
    content = response.get("content", {}).get("application/json")
    if content is None:
        return
    schema = content.get("schema", {})
    if NO_ENVELOPE in schema:
        # A copy: the view's own schema needs its mark when the document is made again.
        content["schema"] = {name: part for name, part in schema.items() if name != NO_ENVELOPE}
        return
    content["schema"] = {
        "type": "object",
        "properties": {
            "success": {"type": "boolean", "enum": [True]},
            "data": schema,
        },
        "required": ["success", "data"],
    }
    for example in content.get("examples", {}).values():
        example["value"] = {"success": True, "data": _listed_once(schema, example["value"])}


def _listed_once(schema: Document, example: Any) -> Any:
    """Return the example of a list as the view gave it: drf-spectacular puts it into another."""
    return example[0] if schema.get("type") == "array" and len(example) == 1 else example


def _possible_errors(operation: Document) -> list[str]:
    """What follows from an operation's parts, and what its description names."""
    named = _REFUSAL.findall(operation.get("description", ""))
    statuses = ["429", "500", "503", *(status for status, _ in named)]
    if operation.get("requestBody"):
        statuses += ["400", "408", "413", "415"]
    elif any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
        statuses.append("400")
    if any(scheme for scheme in operation.get("security", [])):
        statuses += ["401", "403"]
    if any(_names_a_row(parameter) for parameter in operation.get("parameters", [])):
        statuses.append("404")
    if _may_be_sent_twice(operation):
        statuses += ["400", "404", "409", "422"]
    return sorted(set(statuses))


def _names_a_row(parameter: Document) -> bool:
    # Ids are what has a pattern (config.api.openapi.strict).
    return parameter["in"] == "path" or "pattern" in parameter.get("schema", {})


def _may_be_sent_twice(operation: Document) -> bool:
    return any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", []))


def _tell_of_replays(responses: Document) -> None:
    responses["409"]["headers"] |= _RETRY_AFTER
    for status, response in responses.items():
        if status.startswith("2"):
            response["headers"]["Idempotency-Replayed"] = {
                "schema": {"type": "string", "enum": ["true"]},
                "description": (
                    "Nothing new was created: this answer shows what the first request with the "
                    "key created."
                ),
            }


def _error_response(status: str, description: str, code: str, sentence: str) -> Document:
    schema = {"$ref": "#/components/schemas/Error"}
    response: Document = {
        "description": description,
        "content": {"application/json": {"schema": schema, "examples": {}}},
    }
    _add_example(response, code, sentence)
    return response


def _add_example(response: Document, code: str, sentence: str) -> None:
    value: Document = {"success": False, "error": sentence, "code": code}
    if code == "VALIDATION_ERROR":
        value["fields"] = {"name": ["Required."]}
    response["content"]["application/json"]["examples"][code] = {"value": value}


def _headers(status: str) -> Document:
    headers: Document = {
        name: {"schema": {"type": "integer"}, "description": text}
        for name, text in _RATE_HEADERS.items()
    }
    return headers | _RETRY_AFTER if status in ("429", "503") else headers
