"""Answering the questions of a suggestion, and having it in another language."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.pages import limit, page, signed_in
from config.api.ids import decoded
from config.errors import AppError
from listings.forms.answering import AnswerForm
from listings.generation import suggestions
from listings.models import Suggestion
from processing.services import jobs

_MOMENT: Final = 3.0  # seconds; the page that follows asks again by itself


def form_of(suggestion: Suggestion, data: Any = None) -> AnswerForm:
    return AnswerForm(data, report=suggestion.job.report)


@page
@require_POST
def answer(request: HttpRequest, suggestion_id: str) -> HttpResponse:
    """Have a suggestion written anew with what its seller says besides."""
    caller, _user = signed_in(request)
    pk = decoded("lsug", suggestion_id, "Suggestion")
    found = suggestions.suggestion_for(caller.account, pk)
    form = form_of(found, request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form[name].label} {errors[0]}")
        return redirect("suggestion", suggestion_id=found.public_id)
    change = form.change()
    if not change.model_fields_set:
        messages.info(request, _("Answer a question, or choose another language."))
        return redirect("suggestion", suggestion_id=found.public_id)
    try:
        limit(request, "listing-generate")
        asked = suggestions.answer(caller, found, change)
    except AppError as error:
        messages.error(request, error.page_message)
        return redirect("suggestion", suggestion_id=found.public_id)
    jobs.wait_for(asked.job, _MOMENT)
    return redirect("suggestion", suggestion_id=asked.public_id)
