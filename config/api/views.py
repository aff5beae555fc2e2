"""The base of every native endpoint."""

from __future__ import annotations

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from config.web.requests import body_refusal


class AlwaysJSON(BaseContentNegotiation):
    """The API speaks JSON whatever ``Accept`` says, as browsers' and curl's defaults expect."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((p for p in parsers if p.media_type == content_type), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """``rate_group`` is read by accounts.limits.throttles; ``scope`` and ``role`` by
    accounts.access.permissions (what needs which role where none is named: accounts.team.roles).

    Each is one name, or a dict of names by HTTP method.
    """

    content_negotiation_class = AlwaysJSON
    rate_group: str | dict[str, str] = "general"
    scope: str | dict[str, str | None] | None = None
    role: str | dict[str, str] | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Say that the body was refused (config.web) after who may not call, or not so often."""
        super().initial(request, *args, **kwargs)
        refusal = body_refusal(request._request)
        if refusal is not None:
            raise refusal

    @property
    def base(self) -> str:
        """The site's address as the caller wrote it, in front of the paths that answers link to."""
        return self.request.build_absolute_uri("/").removesuffix("/")

    def read(self, serializer_class: type[BaseSerializer[Any]], **options: Any) -> dict[str, Any]:
        """The request's checked body."""
        serializer = serializer_class(data=self.request.data, **options)
        serializer.is_valid(raise_exception=True)
        checked: dict[str, Any] = serializer.validated_data
        return checked

    def read_query(self, serializer_class: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The request's checked query string."""
        serializer = serializer_class(data=self.request.query_params.dict())
        serializer.is_valid(raise_exception=True)
        checked: dict[str, Any] = serializer.validated_data
        return checked
