"""How the site's mails look, with made-up people and numbers."""

from __future__ import annotations

from dataclasses import dataclass

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.limits import operations, quota_mail
from accounts.models import Account, Plan, User


@dataclass(frozen=True)
class Sample:
    """One mail; the language is that of its reader, which the page lets staff choose."""

    name: str
    subject: str
    plain: str
    html: str = ""


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    _check(request)
    language = _language(request)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Mails"),
        "samples": _samples(language),
        "language": language,
        "languages": settings.LANGUAGES,
    }
    return render(request, "admin/mails.html", context)


# Mails style themselves: mail programs read no style sheets.
@csp_update({"style-src": ["'self'", "'unsafe-inline'"]})  # type: ignore[arg-type]
@require_safe
def html(request: HttpRequest, name: str) -> HttpResponse:
    """One mail as mail programs show it."""
    _check(request)
    for sample in _samples(_language(request)):
        if sample.name == name and sample.html:
            return HttpResponse(sample.html)
    raise Http404


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm("accounts.view_account"):
        raise PermissionDenied


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or "en"


def _samples(language: str) -> list[Sample]:
    user = User(email="ada@example.com", name="Ada")
    account = Account(name="Ada", plan=Plan(slug="free", name="Free"))
    cutouts = operations.REMOVE_BACKGROUND
    with translation.override(language):
        quota = [
            (f"quota-{percent}", quota_mail.message(account, user, cutouts, percent, 100))
            for percent in (quota_mail.NEARLY, quota_mail.ALL)
        ]
        found = [
            Sample(name, str(mail.subject), str(mail.body), str(mail.alternatives[0][0]))
            for name, mail in quota
        ]
        for name, context in (
            ("accounts/email/second_factor_reset", {"user": user}),
            ("media_library/email/data_ready", {"name": "Ada", "url": settings.SITE_URL}),
        ):
            subject = render_to_string(f"{name}_subject.txt", context).strip()
            plain = render_to_string(f"{name}_message.txt", context)
            found.append(Sample(name.rpartition("/")[2], f"Packshot: {subject}", plain))
    return found
