"""Taking one's data away: asked for, waited for, fetched."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access.pages import is_htmx, least, page, signed_in
from accounts.models import Role
from config.api.downloads import ZIP, download
from config.api.ids import decoded
from config.web.toasts import Toast, say
from media_library.lifecycle import own_data

TEMPLATE: Final = "media_library/your_data.html"


@page
@least(Role.OWNER)
@require_safe
def your_data(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    export = own_data.newest_of(caller.account)
    template = f"{TEMPLATE}#state" if is_htmx(request) else TEMPLATE
    return render(request, template, {"export": export, "a_day": own_data.A_DAY})


@page
@least(Role.OWNER)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    caller, user = signed_in(request)
    own_data.ask(caller.account, user)
    say(request, Toast(gettext("Your data is being gathered.")))
    return redirect("your-data")


@page
@least(Role.OWNER)
@require_safe
def fetch(request: HttpRequest, export_id: str) -> HttpResponseBase:
    caller, _ = signed_in(request)
    export = own_data.export_for(caller.account, decoded("data", export_id, "Export"))
    pieces = own_data.pieces_of(export)
    answer = download(request, pieces, name=own_data.file_name(export), media_type=ZIP)
    answer["Content-Length"] = str(export.bytes)
    return answer
