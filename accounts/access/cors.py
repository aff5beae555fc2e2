"""CORS as django-cors-headers does it, but for what only proven web sites may call."""

from __future__ import annotations

from corsheaders.middleware import CorsMiddleware as Middleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from accounts.access import origins

_METHODS = "GET, POST, DELETE"


class CorsMiddleware(Middleware):
    """Answers no ``*`` there, and takes no site for proven that the setting names."""

    def add_response_headers(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        answer: HttpResponseBase = super().add_response_headers(request, response)
        if not origins.asks_for_proof(request):
            return answer
        patch_vary_headers(answer, ["origin"])
        if not origins.is_allowed(request):
            for name in [*answer.headers]:
                if name.lower().startswith("access-control-"):
                    del answer[name]
        else:
            answer["Access-Control-Allow-Origin"] = request.headers["Origin"]
            if request.method == "OPTIONS":
                answer["Access-Control-Allow-Methods"] = _METHODS
        return answer
