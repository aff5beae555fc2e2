"""Looks: ready ones, an account's own, and its brand kit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.pages import least, limit, page, signed_in
from accounts.http import known_caller
from accounts.models import Role
from config.api.ids import decoded
from config.errors import AppError, invalid
from config.web.toasts import Toast, say
from media_library.files.links import content_url
from media_library.intake.ingest import ingest_all
from media_library.intake.uploads import incoming, takes_files
from media_library.selectors import image_for
from processing.models import Preset
from processing.pages.live import live
from processing.pages.looks import cards as look_cards
from processing.pages.looks.form import LookForm
from processing.pages.reference import extras
from processing.pages.room import looks as room_looks
from processing.services.appearance import brand_kit, looks, presets
from processing.services.appearance import look_pictures as card_pictures
from processing.services.appearance.brand_kit import MAX_COLORS
from processing.services.backgrounds import background_library
from processing.services.backgrounds.background_library import Entry
from processing.worker.making import look_pictures

_LIST: Final = "processing/looks.html"
_NEW: Final = "processing/look_new.html"
_PICTURE: Final = "processing/look_picture.html"


@page
@require_safe
def look_list(request: HttpRequest) -> HttpResponse:
    caller, _who = signed_in(request)
    cards = look_cards.all_cards(caller.account, card_pictures.photo_of(caller.account))
    kit = brand_kit.of(caller.account)
    logo = brand_kit.logo_of(kit)
    context = {
        "own": [card for card in cards if card.group == "own"],
        "rooms": room_looks.own(caller.account),
        "markets": [card for card in cards if card.group == "marketplace"],
        "set": [card for card in cards if card.group == "set"],
        "styles": [card for card in cards if card.group == "style"],
        "photo": look_cards.photo_url(caller.account),
        "due": [card for card in cards if card.picture.is_due],
        "kit": kit,
        "logo_url": content_url(logo, "thumbnail") if logo and logo.thumbnail_key else "",
        "logo": logo,
        "has_room": len(kit.colors) < MAX_COLORS,
    }
    return render(request, _LIST, context)


@page
@require_safe
def look_cards_live(request: HttpRequest) -> HttpResponse:
    """The pictures that have come since, of the cards that wait for them; 286 says that all are there.
    ``on`` is the photo they show; the account's last one where it is left out."""
    caller, _who = signed_in(request)
    waiting, on = set(request.GET.getlist("due")), request.GET.get("on", "")
    shown_on = [image_for(caller.account, decoded("img", on, "Image")).pk] if on else []
    photo = card_pictures.photo_of(caller.account, shown_on)
    cards = [card for card in look_cards.all_cards(caller.account, photo) if card.id in waiting]
    fresh = [card for card in cards if not card.picture.is_due]
    due = [card for card in cards if card.picture.is_due]
    context = {"fresh": fresh, "due": due, "on": on, "is_choice": "choice" in request.GET}
    return live(
        request,
        template=f"{_PICTURE}#news",
        context=context,
        has_news=bool(fresh),
        is_open=bool(context["due"]),
    )


@require_safe
def look_picture(request: HttpRequest, name: str) -> HttpResponse:
    """A look on one's own photo. Its name changes with all that it shows, so browsers may keep it."""
    caller = known_caller(request)
    data = look_pictures.read(caller.account.pk, name) if caller is not None else None
    if data is None:
        return HttpResponse(status=404)
    response = HttpResponse(data, content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={look_pictures.KEPT_SECONDS}"
    return response


@page
@least(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_look(request: HttpRequest) -> HttpResponse:
    """Make one from scratch; ``background`` is one of the library that was chosen for it."""
    caller, _who = signed_in(request)
    chosen = (request.POST if request.method == "POST" else request.GET).get("background", "")
    entry = background_library.find(caller.account, chosen) if chosen else None
    behind = background_library.plan_of(entry) if entry else None
    if request.method != "POST":
        initial = {"background": chosen, "ground": "library"} if entry else {}
        return _form(request, LookForm(initial=initial, behind=behind), entry)
    form = LookForm(request.POST, behind=behind)
    if not form.is_valid():
        return _form(request, form, entry)
    try:
        extras.check(caller.account, form.plan)
        preset = presets.create(caller.account, name=form.cleaned_data["name"], plan=form.plan)
    except AppError as error:
        form.add_error("name", error.page_message)
        return _form(request, form, entry)
    return _done(request, preset, _("“%(name)s” is one of your looks now."))


@page
@require_POST
def keep_look(request: HttpRequest) -> HttpResponse:
    """Make a ready look one of the account's own."""
    caller, _who = signed_in(request)
    look = looks.find(caller.account, request.POST.get("look", ""))
    name = request.POST.get("name", "").strip() or look.name
    preset = presets.create(caller.account, name=name, plan=looks.command_of(look).plan)
    return _done(request, preset, _("“%(name)s” is one of your looks now."))


@page
@require_POST
def rename_look(request: HttpRequest, preset_id: str) -> HttpResponse:
    name = request.POST.get("name", "")
    preset = presets.change(_preset(request, preset_id), name=name, plan=None)
    return _done(request, preset, _("It is called “%(name)s” now."))


@page
@require_POST
def delete_look(request: HttpRequest, preset_id: str) -> HttpResponse:
    preset = _preset(request, preset_id)
    name = preset.name
    preset.delete()
    say(request, Toast(_("“%(name)s” was deleted. Pictures made with it stay.") % {"name": name}))
    return redirect("looks")


@page
@require_POST
def choose_default_look(request: HttpRequest, preset_id: str) -> HttpResponse:
    """Choose it from the start, or no longer where it was."""
    caller, _who = signed_in(request)
    preset = _preset(request, preset_id)
    if brand_kit.of(caller.account).default_look == preset:
        brand_kit.change(caller.account, default_look=None)
        return _done(request, preset, _("“%(name)s” is no longer your default look."))
    brand_kit.change(caller.account, default_look=preset.pk)
    return _done(request, preset, _("“%(name)s” is your default look now."))


@page
@require_POST
def change_colors(request: HttpRequest) -> HttpResponse:
    """Add a color to the brand kit, or take one out."""
    caller, _who = signed_in(request)
    colors = list(brand_kit.of(caller.account).colors)
    if removed := request.POST.get("remove"):
        colors = [one for one in colors if one != removed]
    else:
        colors.append(request.POST.get("color", ""))
    brand_kit.change(caller.account, colors=colors)
    return redirect(reverse("looks") + "#brand")


@csrf_exempt  # checked by _change_logo: the check reads the form, and the limits must come before that
@page
@require_POST
@takes_files
def change_logo(request: HttpRequest) -> HttpResponse:
    return _change_logo(request)


@csrf_protect
def _change_logo(request: HttpRequest) -> HttpResponse:
    """Keep an uploaded logo, or none."""
    caller, _who = signed_in(request)
    if "remove" in request.POST:
        brand_kit.change(caller.account, logo=None)
        return redirect(reverse("looks") + "#brand")
    limit(request, "upload")
    file = request.FILES.get("logo")
    if file is None:
        raise invalid("logo", _("Choose a file first."))
    [image] = ingest_all(caller.account, [replace(incoming(file, "logo"), is_material=True)])
    brand_kit.change(caller.account, logo=image.pk)
    say(request, Toast(_("Your logo was saved.")))
    return redirect(reverse("looks") + "#brand")


def _form(request: HttpRequest, form: LookForm, entry: Entry | None) -> HttpResponse:
    caller, _who = signed_in(request)
    kit = brand_kit.of(caller.account)
    context: dict[str, Any] = {
        "form": form,
        "entry": entry,
        "entry_url": background_library.thumbnail_url(entry, base="") if entry else "",
        "colors": kit.colors,
        "extras": extras.offered(caller.account, brand_kit.logo_of(kit), [], {}),
        "chosen": {name: form[name].value() for name in extras.ExtrasForm.base_fields},
        "photo": look_cards.photo_url(caller.account),
    }
    return render(request, _NEW, context, status=422 if form.is_bound else 200)


def _done(request: HttpRequest, preset: Preset, text: str) -> HttpResponse:
    say(request, Toast(text % {"name": preset.name}))
    return redirect(f"{reverse('looks')}#{preset.public_id}")


def _preset(request: HttpRequest, preset_id: str) -> Preset:
    """Raises AppError NOT_FOUND for other people's looks as for none."""
    caller, _who = signed_in(request)
    return presets.preset_for(caller.account, decoded("preset", preset_id, "Look"))
