"""The desk of those who help customers: find one, see all there is of them, do what helps."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Account
from config.errors import AppError
from processing.admin import customer, finding, plans


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    _check(request)
    term = request.GET.get("q", "").replace("\0", "")
    hits = finding.find(term)
    if len(hits) == 1:
        return redirect(_address(hits[0]))
    context = {
        "title": gettext("Find a customer"),
        "term": finding.without_secret(term),
        "waiting": plans.waiting()[:50],
        "hits": [(hit, _address(hit)) for hit in hits],
    }
    return render(request, "admin/desk.html", _with_frame(request, context))


@require_safe
def one(request: HttpRequest, account_id: UUID) -> HttpResponse:
    _check(request)
    account = get_object_or_404(Account.objects.select_related("plan"), pk=account_id)
    context = {
        "title": account.name,
        "may": customer.may(request),
        "form": customer.exception_form(),
        "named": request.GET.get("job", ""),
        "named_call": request.GET.get("call", ""),
        **customer.seen_of(
            account, first=request.GET.get("job", ""), call=request.GET.get("call", "")
        ),
    }
    return render(request, "admin/customer.html", _with_frame(request, context))


@require_POST
def act(request: HttpRequest, account_id: UUID, name: str) -> HttpResponse:
    """Do it, and show the customer's page again with what came of it."""
    _check(request)
    account = get_object_or_404(Account, pk=account_id)
    try:
        messages.success(request, customer.act(request, account, name))
    except AppError as error:
        messages.error(request, error.message)
    return redirect("admin-customer", account_id=account_id)


def _check(request: HttpRequest) -> None:
    if not request.user.has_perms(["accounts.view_account", "processing.view_job"]):
        raise PermissionDenied


def _address(hit: finding.Hit) -> str:
    address = reverse("admin-customer", kwargs={"account_id": hit.account.pk})
    if hit.job:
        return f"{address}?{urlencode({'job': hit.job.public_id})}"
    return f"{address}?{urlencode({'call': hit.call})}#calls" if hit.call else address


def _with_frame(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the administration's frame needs around a page of ours."""
    return {**admin.site.each_context(request), **context}
