"""The site as an app on a phone: its manifest, and photos that other apps share with it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.access.pages import limit, page
from config.errors import AppError
from media_library.intake.uploads import takes_files
from processing.services.page_uploads import accept_uploads


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to know to put the site beside its apps."""
    told = {
        "name": "Packshot",
        "short_name": "Packshot",
        "description": gettext("Product photos and listings, from your phone."),
        "lang": get_language(),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#121516",
        "theme_color": "#0d6670",
        "icons": [
            {"src": static("img/icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": static("img/icon-512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": static("img/icon-maskable-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
        "shortcuts": [
            {"name": gettext("Library"), "url": "/library/"},
            {"name": gettext("Listings"), "url": "/listings/"},
        ],
        "share_target": {
            "action": "/share/",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"files": [{"name": "files", "accept": ["image/*"]}]},
        },
    }
    return JsonResponse(told, content_type="application/manifest+json")


@csrf_exempt  # a phone's share sheet has no token; _check_origin keeps other sites' forms out
@page
@require_POST
@takes_files
def share(request: HttpRequest) -> HttpResponse:
    """Photos from the phone's gallery or camera. They are kept; what is made of them is asked later."""
    _check_origin(request)
    limit(request, "upload")
    brought = accept_uploads(request, request.FILES.getlist("files"), cut_out=False)
    for problem in brought.problems:
        messages.error(request, problem)
    if brought.images:
        number = len(brought.images)
        words = ngettext("%(number)d photo added.", "%(number)d photos added.", number)
        messages.success(request, words % {"number": number})
    return redirect("library")


def _check_origin(request: HttpRequest) -> None:
    """Raises AppError FORBIDDEN for what another site's page has sent."""
    if request.headers.get("Sec-Fetch-Site", "") not in ("none", "same-origin"):
        raise AppError("FORBIDDEN", gettext("Share photos from your phone."), status=403)
