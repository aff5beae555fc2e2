"""Which language a page speaks: the person's own setting, else the browser's.

What programs read is English whatever their headers say: they compare texts, and so do their logs.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from accounts.models import User

GetResponse = Callable[[HttpRequest], HttpResponseBase]
# The administration is for the site's own staff, and its texts are English alone.
ENGLISH_ONLY = ("/api/", "/compat/", "/content/", "/admin/", "/healthz", "/readyz")
# Read by people, though they stand beside the API.
_PAGES = ("/api/docs",)


class LanguageMiddleware:
    """Speaks the language of whoever reads, and says so to caches."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path.startswith(ENGLISH_ONLY) and not path.startswith(_PAGES):
            with translation.override(settings.LANGUAGE_CODE):
                return self.get_response(request)
        language = language_of(request)
        request.LANGUAGE_CODE = language  # as Django's own middleware names it
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language"])
        return response


def language_of(request: HttpRequest) -> str:
    """The setting of who is signed in, else what this browser chose here, else what it asks for."""
    user = request.user
    if isinstance(user, User) and user.language in dict(settings.LANGUAGES):
        return user.language
    return translation.get_language_from_request(request)
