"""The only place where apps meet addresses."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from csp.decorators import csp_update
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language
from django_dramatiq.models import Task
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

from config import observability
from config.api.openapi.document import DocumentView
from config.api.openapi.reference import reference
from config.web import metrics

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Packshot"
# django-dramatiq's own list of messages is filled by a middleware that we don't use: rows of jobs
# say more, and messages are gone when their work is done.
admin.site.unregister(Task)
admin.site.index_title = "Accounts, plans and work"

# Swagger and Redoc style themselves in the page; nothing else on the site may.
_own_styles = csp_update({"style-src": ["'self'", "'unsafe-inline'"], "worker-src": ["blob:"]})

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.api_urls")),
    path("", include("listings.api_urls")),
    path("", include("processing.api_urls")),
    path("", include("media_library.api_urls")),
    path("schema", DocumentView.as_view(), name="schema"),
]
urlpatterns = [
    path("healthz", observability.healthz),
    path("readyz", observability.readyz),
    path("metrics", metrics.show),
    path("api/v1/", include(api)),
    path("api/docs", reference, name="api-docs"),
    path(
        "api/try",
        _own_styles(SpectacularSwaggerSplitView.as_view(url_name="schema")),
        name="api-try",
    ),
    path(
        "api/redoc",
        _own_styles(SpectacularRedocView.as_view(url_name="schema", template_name="redoc.html")),
        name="api-redoc",
    ),
    path("compat/", include("processing.compat.urls")),
    path("admin/", include("processing.admin.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),  # some of allauth's addresses are answered here
    path("accounts/", include("allauth.urls")),
    path("language/", set_language, name="set-language"),
    path("", include("media_library.urls")),
    path("", include("processing.urls")),
    path("", include("listings.urls")),
]

handler400 = "config.api.handlers.bad_request"
handler403 = "config.api.handlers.forbidden"
handler404 = "config.api.handlers.not_found"
handler500 = "config.api.handlers.server_error"
