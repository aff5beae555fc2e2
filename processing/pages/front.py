"""The front page."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home-page")
    context = {
        "may_try": settings.TRYOUTS_PER_HOUR > 0,
        "max_megabytes": min(settings.TRYOUT_MAX_BYTES, settings.MAX_UPLOAD_BYTES) // 1_000_000,
    }
    return render(request, "processing/landing.html", context)
