"""All listings: a board by state and a table, searched, filtered, and changed by the dozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access.pages import page, signed_in
from accounts.http import Caller
from config.errors import AppError
from config.web.requests import page_number
from listings import selectors
from listings.exports import saved
from listings.forms import words
from listings.forms.bulk import BulkForm
from listings.forms.exporting import FileForm
from listings.models import Condition, ListingState, Platform
from listings.pages.exports import base_of
from listings.pages.shown import Card, ids_of
from listings.selectors import Filter
from listings.services import bulk
from listings.services.bulk import BulkChange

TEMPLATE: Final = "listings/board.html"
PAGE_SIZE: Final = 50
# Of each state on the board; the table has the rest.
MOST: Final = 20
_BOARD: Final = (*(ListingState.DRAFT, ListingState.READY, ListingState.LISTED, ListingState.SOLD),)
_SORTS: Final = ("-createdAt", "-updatedAt", "title", "-price", "price")


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it can't is left out."""

    view: str
    search: str
    only: Filter
    sort: str

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        def one_of(name: str, known: Any) -> str | None:
            value = request.GET.get(name, "")
            return value if value in known else None

        state = one_of("state", ListingState.values)
        only = Filter(
            state=state,
            category=_category(request.GET.get("category", "")),
            condition=one_of("condition", Condition.values),
            platform=one_of("platform", Platform.values),
        )
        view = "table" if state or request.GET.get("view") == "table" else "board"
        search = " ".join(request.GET.get("q", "").replace("\0", "").split())[:200]
        return cls(view, search, only, one_of("sort", _SORTS) or _SORTS[0])

    @property
    def category(self) -> str:
        """The category's name, as the field has it."""
        return words.category_to_type(self.only.category) if self.only.category else ""

    def query(self, **other: str | None) -> str:
        """The address of the same list but for what is said otherwise."""
        told = {
            "view": self.view if self.view == "table" else None,
            "state": self.only.state,
            "q": self.search,
            "category": self.only.category,
            "condition": self.only.condition,
            "platform": self.only.platform,
            "sort": self.sort if self.sort != _SORTS[0] else None,
        }
        return f"?{urlencode({name: value for name, value in (told | other).items() if value})}"


def _category(typed: str) -> str | None:
    found = words.category_typed(typed[:120])
    return found[0] if len(found) == 1 else None


@page
@require_safe
def listings(request: HttpRequest) -> HttpResponse:
    caller, _user = signed_in(request)
    asked = Asked.of(request)
    everywhere = Filter(
        category=asked.only.category,
        condition=asked.only.condition,
        platform=asked.only.platform,
    )
    counts = selectors.counts_by_state(caller.account, search=asked.search, only=everywhere)
    context = {
        "asked": asked,
        "tabs": _tabs(asked, counts),
        "total": sum(counts.values()),
        "is_filtered": asked.query(view=None, state=None, sort=None) != "?",
        "bulk": BulkForm(currency=caller.account.currency),
        "files": FileForm(),
        "here": asked.query(),
        "to_table": asked.query(view="table"),
        "to_board": asked.query(view=None, state=None),
        "choices": _choices(),
        "moves": [(state.value, words.MOVES[state]) for state in ListingState],
        **(
            _table(request, caller, asked)
            if asked.view == "table"
            else _columns(caller, asked, counts)
        ),
    }
    return render(request, TEMPLATE, context)


@page
@require_POST
def change_many(request: HttpRequest) -> HttpResponse:
    """What the bar below the list does to the chosen ones: to all of them or to none."""
    caller, _user = signed_in(request)
    action, back = request.POST.get("action", ""), _back(request)
    try:
        chosen = ids_of(request, "listings", "lst", "Listing")
        if action == "export":
            return _export(request, caller, chosen)
        told = _done(request, caller, action, chosen)
    except AppError as error:
        messages.error(request, error.page_message)
    else:
        messages.success(request, told)
    return redirect(back)


def _done(request: HttpRequest, caller: Caller, action: str, chosen: list[Any]) -> str:
    """Do it, and say what was done. Raises AppError."""
    if action == "delete":
        count = bulk.remove(caller, chosen)
        return ngettext("%d listing deleted.", "%d listings deleted.", count) % count
    if action == "edit":
        form = BulkForm(request.POST, currency=caller.account.currency)
        if not form.is_valid():
            raise AppError("VALIDATION_ERROR", _first_error(form))
        wanted = form.change()
    elif action in ListingState.values:
        wanted = BulkChange(state=action)
    else:
        raise AppError("VALIDATION_ERROR", _("Choose what to do with the listings."))
    count = len(bulk.change(caller, chosen, wanted))
    return ngettext("%d listing changed.", "%d listings changed.", count) % count


def _export(request: HttpRequest, caller: Caller, chosen: list[Any]) -> HttpResponse:
    form = FileForm(request.POST)
    if not form.is_valid():
        raise AppError("VALIDATION_ERROR", _first_error(form))
    saved.keep(
        caller,
        chosen,
        request=form.request(),
        zip_for=form.cleaned_data["zip_for"],
        base=base_of(request),
        day=timezone.now().date(),
    )
    messages.success(request, _("The export is ready."))
    return redirect("exports")


def _first_error(form: BulkForm | FileForm) -> str:
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])


def _back(request: HttpRequest) -> str:
    """The list as it was; only its own query is believed."""
    query = request.POST.get("back", "")
    return reverse("listings") + (query if query.startswith("?") else "")


def _tabs(asked: Asked, counts: dict[str, int]) -> list[dict[str, Any]]:
    tabs = [
        {
            "words": words.STATES[state],
            "count": counts[state],
            "href": asked.query(state=state, view="table"),
            "is_current": asked.only.state == state,
        }
        for state in ListingState.values
    ]
    everything = {
        "words": _("All"),
        "count": sum(counts.values()),
        "href": asked.query(state=None),
        "is_current": asked.only.state is None,
    }
    return [everything, *tabs]


def _choices() -> dict[str, Any]:
    return {
        "conditions": list(words.CONDITIONS.items()),
        "platforms": list(words.PLATFORMS.items()),
        "sorts": [
            ("-createdAt", _("Newest first")),
            ("-updatedAt", _("Last changed first")),
            ("title", _("By title")),
            ("-price", _("Dearest first")),
            ("price", _("Cheapest first")),
        ],
    }


def _table(request: HttpRequest, caller: Caller, asked: Asked) -> dict[str, Any]:
    number = page_number(request)
    rows = selectors.covers_of(
        caller.account, search=asked.search, only=asked.only, sort=asked.sort
    )
    found = list(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE + 1])
    return {
        "cards": [Card(one) for one in found[:PAGE_SIZE]],
        "number": number,
        "newer": asked.query(page=str(number - 1)) if number > 1 else "",
        "older": asked.query(page=str(number + 1)) if len(found) > PAGE_SIZE else "",
    }


def _columns(caller: Caller, asked: Asked, counts: dict[str, int]) -> dict[str, Any]:
    rows = selectors.board_of(
        caller.account, _BOARD, search=asked.search, only=asked.only, most=MOST
    )
    cards = [Card(one) for one in rows]
    return {
        "cards": cards,
        "columns": [
            {
                "state": state.value,
                "words": words.STATES[state],
                "count": counts[state],
                "cards": [card for card in cards if card.listing.state == state],
                "more": counts[state] > MOST,
                "href": asked.query(state=state, view="table"),
            }
            for state in _BOARD
        ],
    }
