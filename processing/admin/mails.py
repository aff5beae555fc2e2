"""How the site's mails look, with made-up people and numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMultiAlternatives
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.billing import telling
from accounts.limits import operations, quota_mail
from accounts.mails import writing
from accounts.models import Account, Plan, PlanChange, PlanRequest, Role, User

# Each mail with what is told in it, but for those below.
SAMPLES: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "account/email/email_confirmation_signup": lambda: {"activate_url": _url("confirm-email/…/")},
    "account/email/email_confirmation": lambda: {"activate_url": _url("confirm-email/…/")},
    "account/email/email_confirm": lambda: _done(),
    "account/email/email_changed": lambda: {
        **_done(),
        "from_email": "ada@example.com",
        "to_email": "ada@example.org",
    },
    "account/email/email_deleted": lambda: {**_done(), "deleted_email": "ada@example.org"},
    "account/email/account_already_exists": lambda: {
        **_nobody(),
        "password_reset_url": _url("password/reset/"),
    },
    "account/email/unknown_account": lambda: {**_nobody(), "signup_url": _url("signup/")},
    "account/email/password_reset_key": lambda: {
        "password_reset_url": _url("password/reset/key/…/")
    },
    "account/email/login_code": lambda: {"code": "X3K-9QF"},
    "account/email/password_reset": lambda: _done(),
    "account/email/password_changed": lambda: _done(),
    "account/email/password_set": lambda: _done(),
    "mfa/email/totp_activated": lambda: _done(),
    "mfa/email/totp_deactivated": lambda: _done(),
    "mfa/email/recovery_codes_generated": lambda: _done(),
    "mfa/email/webauthn_added": lambda: _done(),
    "mfa/email/webauthn_removed": lambda: _done(),
    "socialaccount/email/account_connected": lambda: {**_done(), "provider": "Google"},
    "socialaccount/email/account_disconnected": lambda: {**_done(), "provider": "Google"},
    "accounts/email/second_factor_reset": dict,
    "accounts/email/plan_planned": lambda: telling.about_change(_change("unpaid")),
    "accounts/email/plan_changed": lambda: telling.about_change(_change("staff")),
    "accounts/email/plan_grace_over": lambda: telling.about_change(_change("staff")),
    "accounts/email/plan_declined": lambda: telling.about_request(_request()),
    "accounts/email/plan_asked": lambda: {**_nobody(), **telling.for_staff(_request())},
    "accounts/email/invitation": lambda: {
        "inviter": "Ben",
        "account": "Ben’s shop",
        "role": Role.EDITOR.label,
        "until": datetime(2027, 3, 17, 12, tzinfo=UTC),
        "url": f"{settings.SITE_URL}/invitations/…/",
    },
    "media_library/email/data_ready": lambda: {"url": f"{settings.SITE_URL}/settings/data/"},
}


@dataclass(frozen=True)
class Sample:
    """One mail; the language is that of its reader, which the page lets staff choose."""

    name: str
    mail: EmailMultiAlternatives

    @property
    def html(self) -> str:
        return str(self.mail.alternatives[0][0])


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    _check(request)
    language = _language(request)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Mails"),
        "samples": samples(language),
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
    for sample in samples(_language(request)):
        if sample.name == name:
            return HttpResponse(sample.html)
    raise Http404


def samples(language: str) -> list[Sample]:
    """Write every mail that the site sends."""
    user = User(email="ada@example.com", name="Ada", language=language)
    account = Account(name="Ada", plan=Plan(slug="free", name="Free"))
    with translation.override(language):
        found = [
            Sample(
                f"quota-{percent}",
                quota_mail.message(account, user, operations.REMOVE_BACKGROUND, percent, 100),
            )
            for percent in (quota_mail.NEARLY, quota_mail.ALL)
        ]
        for template, told in SAMPLES.items():
            mail = writing.write(template, told(), user=user)
            found.append(Sample(template.rpartition("/")[2], mail))
    return found


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm("accounts.view_account"):
        raise PermissionDenied


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or "en"


def _url(path: str) -> str:
    return f"{settings.SITE_URL}/accounts/{path}"


def _nobody() -> dict[str, Any]:
    return {"name": "", "email": "ada@example.com"}


def _done() -> dict[str, Any]:
    """What notices say of where something was done."""
    moment = datetime(2027, 3, 10, 12, tzinfo=UTC)
    return {"timestamp": moment, "ip": "203.0.113.9", "browser": "Firefox on Windows"}


def _change(reason: str) -> PlanChange:
    moment = datetime(2027, 3, 25, tzinfo=UTC)
    return PlanChange(
        before_name="Pro",
        after_name="Free",
        reason=reason,
        at=moment,
        grace_until=date(2027, 4, 8),
    )


def _request() -> PlanRequest:
    return PlanRequest(
        account=Account(id=UUID(int=1), name="Ada"),
        plan_name="Pro",
        words="400 photos a week from May on.",
        answer="We have no room for more at the moment.",
    )
