"""What an endpoint says of itself in the OpenAPI document, in one decorator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers

from config.api.serializers import PageQuery

View = TypeVar("View", bound=Callable[..., Any])


def endpoint(
    summary: str,
    *,
    responses: Mapping[int, Any] | Mapping[tuple[int, str], Any],
    example: Any = None,
    body_example: Any = None,
    **options: Any,
) -> Callable[[View], View]:
    """Document an endpoint.

    ``responses`` maps success statuses to what ``data`` holds (None: null, as there is nothing to
    tell), or (status, media type) to what is no JSON (the envelope and the error answers
    are added by config.api.openapi). ``example`` is the ``data`` of the first success; a request
    body is shown by ``body_example``. Everything else goes to extend_schema.
    """
    examples: list[OpenApiExample] = []
    status, answered = next(iter(responses.items()))
    if example is not None or answered is None:
        examples.append(
            OpenApiExample("Answer", value=example, response_only=True, status_codes=[str(status)])
        )
    if body_example is not None:
        examples.append(OpenApiExample("Request", value=body_example, request_only=True))
    answers = {
        code: OpenApiResponse({"type": "null"}, "Done.") if answer is None else answer
        for code, answer in responses.items()
    }
    return extend_schema(summary=summary, responses=answers, examples=examples, **options)


def page_schema(item: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """How config.api.pagination.page_of answers."""
    return inline_serializer(
        f"{item.__name__.removesuffix('Serializer')}Page",
        {
            "items": item(many=True),
            "page": serializers.IntegerField(),
            "pageSize": serializers.IntegerField(),
            "total": serializers.IntegerField(),
        },
    )


def page_example(*items: Any) -> dict[str, Any]:
    """How page_schema's answers look, for ``endpoint``'s ``example``."""
    return {"items": list(items), "page": 1, "pageSize": 20, "total": len(items)}


def query(
    name: str,
    description: str,
    *,
    type: Any = str,
    enum: Sequence[Any] | None = None,
    default: Any = None,
) -> OpenApiParameter:
    return OpenApiParameter(
        name=name,
        type=type,
        location="query",
        description=description,
        enum=enum,
        default=default,
    )


# A query's serializer describes its parameters, with the bounds that it checks.
PAGING = [PageQuery]


def path_id(name: str, prefix: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, "path", description=f"A public id, such as `{prefix}_…`.")
