"""Names of categories, offered while a person types one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.access.pages import page, signed_in
from listings.forms import words
from listings.vocabulary import tree


@page
@require_safe
def category_names(request: HttpRequest) -> HttpResponse:
    signed_in(request)
    typed = request.GET.get("category", "")[:120]
    found = tree.starting(typed, get_language() or "en")
    offered = [
        (words.category_to_type(key), words.group(tree.categories()[key].group)) for key in found
    ]
    return render(request, "listings/category_names.html", {"offered": offered})
